package runner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idiolect/internal/fail"
)

// madeOnce is a plan of one step with two files, its store, and what the files hold.
func madeOnce(t *testing.T, dir string) (p *Plan, want map[string]string) {
	t.Helper()
	p = twoFiles(t)
	execute(t, p, store(t, dir), Options{})
	return p, outputs(t, p, dir)
}

func twoFiles(t *testing.T) *Plan {
	t.Helper()
	b := NewBuilder("faults")
	add(b, "data.a", stepFunc(func(_ context.Context, r *Run) error {
		return errors.Join(write(r, "rows.parquet", "some rows"), write(r, "sub/more.txt", "m"))
	}))
	return plan(t, b)
}

// One flipped bit in any byte of any file of an artifact, its meta file included, and one byte too few or
// too many, is found by the next run, which names the file and makes it again.
func TestAnyByteOfAnArtifact(t *testing.T) {
	dir := scratch(t)
	p, want := madeOnce(t, dir)
	at := store(t, dir).path(p.Actions[0].Key())
	for _, file := range []string{"rows.parquet", "sub/more.txt", metaFile} {
		path := filepath.Join(at, filepath.FromSlash(file))
		sound, err := os.ReadFile(path)
		check(t, err)
		bad := map[string][]byte{"one byte more": append(bytes.Clone(sound), '\n')}
		for i := range sound {
			flipped := bytes.Clone(sound)
			flipped[i] ^= 1 << (i % 8)
			bad[fmt.Sprint("bit of byte ", i)] = flipped
			bad[fmt.Sprint("cut at ", i)] = sound[:i]
		}
		for name, content := range bad {
			check(t, os.Chmod(path, 0o666))
			check(t, os.WriteFile(path, content, 0o666))
			var noted []string
			r := execute(t, twoFiles(t), store(t, dir), Options{Events: func(e Event) {
				if e.Kind == Log {
					noted = append(noted, e.Note)
				}
			}})
			if r.Done != 1 || len(noted) != 1 || !strings.HasPrefix(noted[0], path+": damaged: ") {
				t.Fatalf("%s, %s: %+v, noted %q", file, name, r, noted)
			}
			if diff := cmp.Diff(want, outputs(t, p, dir)); diff != "" {
				t.Fatalf("%s, %s (-want +got):\n%s", file, name, diff)
			}
			check(t, os.RemoveAll(filepath.Join(dir, "v1", "aside")))
		}
	}
}

// A meta file that is sound in itself and says something else, of an older artifact under the same key or
// of another one, does not pass off other files as the step's.
func TestForeignMeta(t *testing.T) {
	for name, change := range map[string]func(m *meta){
		"another key":             func(m *meta) { m.KeyText += "more: yes\n"; m.Key = hashText(m.KeyText) },
		"another key's text":      func(m *meta) { m.KeyText += "more: yes\n" },
		"an older file":           func(m *meta) { m.Files[0].SHA256 = string(hashText("older rows")) },
		"an older file, longer":   func(m *meta) { m.Files[0].Size += 3 },
		"a file that is not here": func(m *meta) { m.Files = append(m.Files, fileMeta{Name: "x", SHA256: m.Files[0].SHA256}) },
		"another format":          func(m *meta) { m.Format = "idiolect-artifact/9" },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			p, want := madeOnce(t, dir)
			path := filepath.Join(store(t, dir).path(p.Actions[0].Key()), metaFile)
			art, err := store(t, dir).Open(p.Actions[0].Key())
			check(t, err)
			m := art.meta
			change(&m)
			raw, err := m.encode()
			check(t, err)
			check(t, os.Chmod(path, 0o666))
			check(t, os.WriteFile(path, raw, 0o666))
			if r := execute(t, twoFiles(t), store(t, dir), Options{}); r.Done != 1 {
				t.Errorf("%+v, want it made again", r)
			}
			if diff := cmp.Diff(want, outputs(t, p, dir)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A journal that was cut at any byte of its last record costs that row alone.
func TestJournalCutAnywhere(t *testing.T) {
	const n = 4
	broken := errors.New("the line went dead")
	rows := func(got *[]string, calls *int, last int) *Plan {
		b := NewBuilder("rows")
		add(b, "rows", rowsStep(n, got, func(i int, emit func(int, string) error) error {
			if i == last {
				return broken
			}
			*calls++
			return emit(i, fmt.Sprint("answer ", i))
		}))
		return plan(t, b)
	}
	record, err := encodeRecord("row 2", []byte(`"answer 2"`))
	check(t, err)
	for cut := range len(record) + 1 {
		dir := scratch(t)
		s := store(t, dir)
		var got []string
		calls := 0
		p := rows(&got, &calls, 3)
		if _, err := Execute(t.Context(), p, s, Options{}); !errors.Is(err, broken) {
			t.Fatal(err)
		}
		files := journalFiles(t, s, p.Actions[0])
		if len(files) != 1 {
			t.Fatalf("journals %q", files)
		}
		info, err := os.Stat(files[0])
		check(t, err)
		check(t, os.Truncate(files[0], info.Size()-int64(cut)))
		calls = 0
		execute(t, rows(&got, &calls, n), store(t, dir), Options{})
		if diff := cmp.Diff([]string{"answer 0", "answer 1", "answer 2", "answer 3"}, got); diff != "" {
			t.Fatalf("%d bytes cut (-want +got):\n%s", cut, diff)
		}
		if want := min(cut, 1) + 1; calls != want {
			t.Errorf("%d bytes cut: %d rows were asked for again, want %d", cut, calls, want)
		}
	}
}

// A disk that is full from any write on: an error that says so and names the file, and with room again the
// bytes of an undisturbed run.
func TestFullDiskAtEveryWrite(t *testing.T) {
	want, _ := undisturbed(t)
	count := fail.FullAt(0)
	o := everyChance
	o.Fail = count
	execute(t, newExperiment(t).plan, store(t, scratch(t)), o)
	if count.Writes() < 20 {
		t.Fatalf("%d writes are too few to be all", count.Writes())
	}
	for n := 1; n <= count.Writes(); n++ {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			e, dir := newExperiment(t), scratch(t)
			o := everyChance
			o.Fail = fail.FullAt(n)
			r, err := Execute(t.Context(), e.plan, store(t, dir), o)
			if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), dir) || r.Failed == 0 {
				t.Fatalf("%+v, %v", r, err)
			}
			execute(t, e.plan, store(t, dir), everyChance)
			if diff := cmp.Diff(want, outputs(t, e.plan, dir)); diff != "" {
				t.Errorf("with room again (-undisturbed +now):\n%s", diff)
			}
			e.wantRepeats(t, 4) // answers that could not be written down: two in flight in each of two steps
			wantTidy(t, dir)
		})
	}
}

// The same for what a run's directory holds: what could not be written is named, and the run goes on.
func TestFullDiskInTheRunDirectory(t *testing.T) {
	s, p := store(t, t.TempDir()), twoFiles(t)
	execute(t, p, s, Options{})
	whole := func(root string, f fail.Injector) (d *Dir, err error) {
		if d, err = beginRun(root, p.Name, []byte("name: faults\n"), p, testTime, f); err != nil {
			return d, err
		}
		defer d.Close()
		err = d.Event(Event{Kind: Done, Step: "data.a", Time: testTime})
		return d, errors.Join(err, d.Spending(Budget{Wall: time.Second}), d.Publish(p, s), d.Finish(&Result{Cached: 1}, nil, testTime))
	}
	const line = `{"kind":"done","step":"data.a","time":"2026-05-04T03:02:01Z"}`
	count := fail.FullAt(0)
	_, err := whole(t.TempDir(), count)
	check(t, err)
	if count.Writes() < 7 {
		t.Fatalf("%d writes are too few to be all", count.Writes())
	}
	for n := 1; n <= count.Writes(); n++ {
		root := t.TempDir()
		if _, err := whole(root, fail.FullAt(n)); !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), root) {
			t.Errorf("full from write %d on: %v", n, err)
		}
		d, err := whole(root, nil)
		check(t, err)
		if state, err := ReadRun(d.Path); err != nil || state.State != RunDone {
			t.Errorf("after write %d: %+v, %v", n, state, err)
		}
		raw, err := os.ReadFile(filepath.Join(d.Path, "artifacts", "data.a.parquet"))
		if err != nil || string(raw) != "some rows" {
			t.Errorf("after write %d: published %q, %v", n, raw, err)
		}
		if events, err := os.ReadFile(filepath.Join(d.Path, "events.jsonl")); err != nil || !strings.HasSuffix(string(events), "\n"+line+"\n") && string(events) != line+"\n" {
			t.Errorf("after write %d: events %q, %v", n, events, err)
		}
	}
}

// A store that nobody may write into: what is there is used, what is not is an error that names the place.
func TestReadOnlyStore(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := t.TempDir()
	p, want := madeOnce(t, dir)
	readOnly(t, filepath.Join(dir, "v1"))
	if r := execute(t, p, store(t, dir), Options{}); r.Cached != 1 {
		t.Errorf("%+v", r)
	}
	if diff := cmp.Diff(want, outputs(t, p, dir)); diff != "" {
		t.Error(diff)
	}
	_, err := Execute(t.Context(), abc(t, "x"), store(t, dir), Options{})
	if !errors.Is(err, os.ErrPermission) || !strings.Contains(err.Error(), dir) {
		t.Errorf("what is not there: %v", err)
	}
}

func readOnly(t *testing.T, dir string) {
	t.Helper()
	var dirs []string
	check(t, filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			dirs = append(dirs, path)
		}
		return err
	}))
	for _, d := range dirs {
		check(t, os.Chmod(d, 0o555))
		t.Cleanup(func() { _ = os.Chmod(d, 0o777) })
	}
}

// Whoever edits a published file edits a copy. Large files are links, and an edit reaches the store: it is
// noticed, and the run's file is whole again afterwards.
func TestEditedThroughTheRunDirectory(t *testing.T) {
	for name, size := range map[string]int{"a copy": 1000, "a link": maxCopy} {
		t.Run(name, func(t *testing.T) {
			big := func() *Plan {
				b := NewBuilder("edited")
				add(b, "data.a", stepFunc(func(_ context.Context, r *Run) error {
					w, err := r.Create("rows.parquet")
					if err == nil {
						_, err = io.Copy(w, io.LimitReader(zeros{}, int64(size)))
					}
					return errors.Join(err, w.Close())
				}))
				return plan(t, b)
			}
			dir, root := scratch(t), scratch(t) // one filesystem: else a link would be symbolic
			p, s := big(), store(t, dir)
			execute(t, p, s, Options{})
			d := openRun(t, root, p, 0)
			check(t, d.Publish(p, s))
			path := filepath.Join(d.Path, "artifacts", "data.a.parquet")
			check(t, os.Chmod(path, 0o666))
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			check(t, err)
			_, err = f.WriteAt([]byte("edit"), 500)
			check(t, errors.Join(err, f.Close()))

			var noted []string
			s = store(t, dir)
			r := execute(t, big(), s, Options{Events: func(e Event) {
				if e.Kind == Log {
					noted = append(noted, e.Note)
				}
			}})
			if linked := size >= maxCopy; linked != (r.Done == 1) || linked != (len(noted) == 1 && strings.Contains(noted[0], "rows.parquet: damaged: ")) {
				t.Errorf("%+v, noted %q", r, noted)
			}
			check(t, d.Publish(p, s))
			raw, err := os.ReadFile(path)
			if err != nil || len(raw) != size || bytes.Contains(raw, []byte("edit")) {
				t.Errorf("the run's file has %d bytes, the edit in it: %v (%v)", len(raw), bytes.Contains(raw, []byte("edit")), err)
			}
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// What a dead process was writing in a run directory goes when it is old enough to be nobody's.
func TestSweepNew(t *testing.T) {
	root, p := t.TempDir(), abc(t, "x")
	d := openRun(t, root, p, 0)
	old, young := filepath.Join(d.Path, "artifacts", newFiles+"1"), filepath.Join(d.Path, newFiles+"2")
	check(t, os.MkdirAll(filepath.Dir(old), 0o777))
	for _, path := range []string{old, young} {
		check(t, os.WriteFile(path, []byte("half"), 0o666))
	}
	past := time.Now().Add(-2 * newLife)
	check(t, os.Chtimes(old, past, past))
	openRun(t, root, p, 1)
	if _, err := os.Stat(old); err == nil {
		t.Error("the old file is still there")
	}
	if _, err := os.Stat(young); err != nil {
		t.Errorf("a file that may be being written: %v", err)
	}
}

// Garbage that the last run left in its plan or its state is nobody's reason to stop.
func TestGarbageOfTheLastRun(t *testing.T) {
	for _, file := range []string{planName, runName, "events.jsonl", "spec.yaml"} {
		root, p := t.TempDir(), abc(t, "x")
		d := openRun(t, root, p, 0)
		check(t, os.WriteFile(filepath.Join(d.Path, file), []byte("{\x00garbage"), 0o666))
		again, err := OpenRun(root, p.Name, []byte("name: x\n"), p, testTime.Add(time.Minute))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if state, err := ReadRun(again.Path); err != nil || state.State != RunRunning {
			t.Errorf("%s: %+v, %v", file, state, err)
		}
		check(t, again.Close())
	}
}

// scratch is a directory in memory where the system has a place there: these tests sync files thousands of
// times.
func scratch(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "idiolect-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

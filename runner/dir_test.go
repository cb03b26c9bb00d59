package runner

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var testTime = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)

// openRun opens a run a number of minutes after testTime and closes it with the test.
func openRun(t *testing.T, root string, p *Plan, minutes int) *Dir {
	t.Helper()
	d, err := OpenRun(root, p.Name, []byte("name: x # its spec\n"), p, testTime.Add(time.Duration(minutes)*time.Minute))
	check(t, err)
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func TestRunDirectories(t *testing.T) {
	root, p := t.TempDir(), tuning(t, "x.yaml", Line{"prompt", "hello"})
	first := openRun(t, root, p, 0)
	key := p.Key()
	if want := filepath.Join(root, "tuning", "20260504T030201Z-"+key.Short()); first.Path != want || first.Resumed {
		t.Errorf("first run in %s (resumed %v), want %s", first.Path, first.Resumed, want)
	}
	// It was killed: the same plan goes on there, another plan does not.
	if again := openRun(t, root, p, 1); again.Path != first.Path || !again.Resumed {
		t.Errorf("an unfinished run went on in %s, want %s", again.Path, first.Path)
	}
	other := openRun(t, root, tuning(t, "x.yaml", Line{"prompt", "bye"}), 2)
	if other.Resumed {
		t.Error("another plan went on in the directory of the first")
	}
	check(t, first.Finish(&Result{Failed: 1, Errors: map[string]error{"methods.tuned": errors.New("429")}}, errors.New("x"), testTime))
	state, err := ReadRun(first.Path)
	check(t, err)
	if state.State != RunFailed || state.Errors["methods.tuned"] != "429" {
		t.Errorf("state %+v", state)
	}
	again := openRun(t, root, p, 3)
	if again.Path != first.Path {
		t.Error("a failed run did not go on in its directory")
	}
	check(t, again.Finish(&Result{Done: 2}, nil, testTime))
	second := openRun(t, root, p, 4)
	if second.Path == first.Path {
		t.Error("a finished run was written over")
	}
	runs, err := Runs(root, "tuning")
	check(t, err)
	if diff := cmp.Diff([]string{second.Path, other.Path, first.Path}, runs); diff != "" {
		t.Errorf("runs, newest first (-want +got):\n%s", diff)
	}
	for _, name := range []string{"tuning", "tuning/latest", "tuning/" + filepath.Base(second.Path)} {
		found, err := FindRun(filepath.Join(root, name))
		check(t, err)
		if same, _ := filepath.EvalSymlinks(second.Path); found != same {
			t.Errorf("%s is %s, want %s", name, found, same)
		}
	}
	if _, err := FindRun(filepath.Join(root, "nothing")); err == nil {
		t.Error("a run was found that is not there")
	}
}

// What people leave under the name latest is not taken for a run, and named when
// it is in the way.
func TestLatestThatIsNone(t *testing.T) {
	root, p := t.TempDir(), tuning(t, "x.yaml", Line{"prompt", "hello"})
	d := openRun(t, root, p, 0)
	latest := filepath.Join(root, "tuning", latestName)
	check(t, os.Remove(latest))
	for text, found := range map[string]bool{filepath.Base(d.Path) + "\n": true, "hi\n": false, "": false} {
		check(t, os.WriteFile(latest, []byte(text), 0o600))
		if dir, err := FindRun(latest); found && dir != d.Path || !found && err == nil {
			t.Errorf("latest with %q leads to %q, %v", text, dir, err)
		}
	}
	check(t, os.Remove(latest))
	check(t, os.MkdirAll(filepath.Join(latest, "notes"), 0o700))
	_, err := OpenRun(root, p.Name, nil, p, testTime)
	if err == nil || !strings.HasPrefix(err.Error(), latest+" is to lead to the newest run: ") {
		t.Errorf("error %v", err)
	}
}

func TestHowARunEnds(t *testing.T) {
	cases := map[string]struct {
		result Result
		err    error
		want   string
	}{
		"all is there":        {Result{Done: 1, Cached: 1}, nil, RunDone},
		"a step failed":       {Result{Done: 1, Failed: 1}, errors.New("x"), RunFailed},
		"interrupted":         {Result{Done: 1, Stopped: 1}, ErrStopped, RunStopped},
		"only a part of it":   {Result{Done: 1, Left: 1}, nil, RunStopped},
		"it could not begin":  {Result{}, errors.New("x"), RunFailed},
		"failed, interrupted": {Result{Failed: 1, Stopped: 1}, ErrStopped, RunFailed},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d := openRun(t, t.TempDir(), tuning(t, "x.yaml", Line{"prompt", "hello"}), 0)
			check(t, d.Finish(&c.result, c.err, testTime))
			if s, err := ReadRun(d.Path); err != nil || s.State != c.want {
				t.Errorf("state %q (%v), want %q", s.State, err, c.want)
			}
		})
	}
}

func TestEventsFile(t *testing.T) {
	d := openRun(t, t.TempDir(), tuning(t, "x.yaml", Line{"prompt", "hello"}), 0)
	for _, e := range []Event{
		{Kind: Started, Step: "a", Note: "sample"},
		{Kind: Progress, Step: "a", Done: 1, Total: 9},
		{Kind: Progress, Step: "a", Done: 2, Total: 9}, // within the same second: too much to write
		{Kind: Progress, Step: "b", Done: 1, Total: 9},
		{Kind: Progress, Step: "a", Done: 9, Total: 9},
		{Kind: "loss", Step: "a", Fields: map[string]any{"train/loss": 1.5}},
		{Kind: Failed, Step: "a", Err: errors.New("429")},
	} {
		e.Time = testTime
		check(t, d.Event(e))
	}
	raw, err := os.ReadFile(filepath.Join(d.Path, "events.jsonl"))
	check(t, err)
	var got []string
	for line := range strings.Lines(string(raw)) {
		var fields map[string]any
		check(t, json.Unmarshal([]byte(line), &fields))
		if fields["time"] != "2026-05-04T03:02:01Z" {
			t.Errorf("time %v", fields["time"])
		}
		delete(fields, "time")
		short, err := json.Marshal(fields)
		check(t, err)
		got = append(got, string(short))
	}
	want := []string{
		`{"kind":"start","note":"sample","step":"a"}`,
		`{"done":1,"kind":"progress","step":"a","total":9}`,
		`{"done":1,"kind":"progress","step":"b","total":9}`,
		`{"done":9,"kind":"progress","step":"a","total":9}`,
		`{"kind":"loss","step":"a","train/loss":1.5}`,
		`{"error":"429","kind":"failed","step":"a"}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestPublish(t *testing.T) {
	b := NewBuilder("publish")
	step := stepFunc(func(_ context.Context, r *Run) error {
		w, err := r.CreateVolatile("calls.parquet")
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, "calls")
		return errors.Join(err, w.Close(), write(r, "samples.parquet", "samples"), write(r, "more.parquet", "more"), write(r, "adapter/config.json", "{}"))
	})
	a := Action{ID: "methods.a", Kind: "k", Version: 1, Step: step}
	b.Add(a)
	a.ID = "methods.same"
	b.Add(a)
	failed := add(b, "methods.failed", stepFunc(func(context.Context, *Run) error { return errors.New("no") }))
	p, s := plan(t, b), store(t, t.TempDir())
	if _, err := Execute(t.Context(), p, s, Options{}); err == nil || s.Has(failed.Key()) {
		t.Fatal("a step was to fail")
	}
	d := openRun(t, t.TempDir(), p, 0)
	for range 2 { // again, as a resumed run does
		check(t, d.Publish(p, s))
	}
	var got []string
	root := filepath.Join(d.Path, "artifacts")
	check(t, filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		rel, _ := filepath.Rel(root, path)
		got = append(got, filepath.ToSlash(rel)+": "+string(raw))
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o444 {
			t.Errorf("%s: mode %v (%v), want read-only", rel, info.Mode(), err)
		}
		return err
	}))
	a1, err := os.Stat(filepath.Join(root, "methods.a.parquet"))
	check(t, err)
	a2, err := os.Stat(filepath.Join(root, "methods.same.parquet"))
	check(t, err)
	inStore, err := os.Stat(filepath.Join(s.path(p.Actions[0].Key()), "samples.parquet"))
	check(t, err)
	if !os.SameFile(a1, a2) || os.SameFile(a1, inStore) {
		t.Error("an alias is to be a link to the copy, and the copy is not to be the store's own file")
	}
	slices.Sort(got)
	want := []string{
		"methods.a.adapter/config.json: {}", "methods.a.calls.parquet: calls", "methods.a.more.parquet: more", "methods.a.parquet: samples",
		"methods.same.adapter/config.json: {}", "methods.same.calls.parquet: calls", "methods.same.more.parquet: more", "methods.same.parquet: samples",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("published (-want +got):\n%s", diff)
	}
}

// A damaged file is not passed on to people.
func TestPublishNoticesDamage(t *testing.T) {
	b := NewBuilder("publish")
	a := add(b, "data.a", writes("aaaaa"))
	p, dir := plan(t, b), t.TempDir()
	execute(t, p, store(t, dir), Options{})
	s := store(t, dir)
	flip(t, filepath.Join(s.path(a.Key()), "out.txt"), 0)
	var damaged *DamagedError
	if err := openRun(t, t.TempDir(), p, 0).Publish(p, s); !errors.As(err, &damaged) || !strings.HasPrefix(err.Error(), "artifact of data.a: ") {
		t.Errorf("error %v", err)
	}
}

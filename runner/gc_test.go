package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// collect collects what the runs under root do not refer to.
func collect(t *testing.T, s *Store, root string, keepLast int) Collection {
	t.Helper()
	c, err := s.Collect(false, time.Now(), func() (References, error) { return ReadReferences(root, keepLast, s) })
	check(t, err)
	return c
}

// abc is a plan of three steps whose last carries a word of its own.
func abc(t *testing.T, word string) *Plan {
	t.Helper()
	b := NewBuilder("abc")
	x := add(b, "data.x", writes("x"))
	y := add(b, "data.y", writes("y", "data.x"), x)
	add(b, "evals."+word, writes(word, "data.y"), y)
	return plan(t, b)
}

// ran runs a plan in a directory of its own, to its end.
func ran(t *testing.T, root, dir string, p *Plan, minutes int) *Dir {
	t.Helper()
	d := openRun(t, root, p, minutes)
	check(t, d.Finish(execute(t, p, store(t, dir), Options{}), nil, testTime))
	return d
}

func TestCollect(t *testing.T) {
	root, dir := t.TempDir(), t.TempDir()
	s := store(t, dir)
	old, now := abc(t, "old"), abc(t, "now")
	first := ran(t, root, dir, old, 0)
	ran(t, root, dir, now, 1)
	check(t, s.SetAside(now.Actions[2].Key()))
	execute(t, now, s, Options{})

	if c := collect(t, s, root, 0); len(c.Artifacts) > 0 || c.Aside != 1 || c.Bytes == 0 {
		t.Errorf("what runs refer to was collected: %+v", c)
	}
	check(t, os.RemoveAll(first.Path))
	dry, err := s.Collect(true, time.Now(), func() (References, error) { return ReadReferences(root, 0, s) })
	check(t, err)
	if !s.Has(old.Actions[2].Key()) {
		t.Fatal("a dry run deleted an artifact")
	}
	c := collect(t, s, root, 0)
	if diff := cmp.Diff(dry, c); diff != "" {
		t.Errorf("done otherwise than told (-dry +done):\n%s", diff)
	}
	if len(c.Artifacts) != 1 || c.Artifacts[0].Key != old.Actions[2].Key() || c.Artifacts[0].Kind != "test/1" || s.Has(old.Actions[2].Key()) {
		t.Errorf("collected %+v, want the step that only the deleted run had", c)
	}
	if r := execute(t, now, store(t, dir), Options{}); r.Cached != 3 {
		t.Errorf("the other run lost something: %+v", r)
	}
	left, err := readNames(s.dir)
	check(t, err)
	if slices.ContainsFunc(left, func(n string) bool { return !isKey(n) && n != "partial" && n != "aside" }) {
		t.Errorf("left in the store: %q", left)
	}
}

// Of each experiment's finished runs the newest count; one that is not finished counts whatever its age.
func TestCollectKeepLast(t *testing.T) {
	root, dir := t.TempDir(), t.TempDir()
	s := store(t, dir)
	stopped := openRun(t, root, abc(t, "stopped"), 0)
	execute(t, abc(t, "stopped"), s, Options{})
	check(t, stopped.Finish(&Result{Stopped: 1}, ErrStopped, testTime))
	for i, word := range []string{"one", "two", "three"} {
		ran(t, root, dir, abc(t, word), 1+i)
	}
	if c := collect(t, s, root, 2); len(c.Artifacts) != 1 || c.Artifacts[0].Key != abc(t, "one").Actions[2].Key() {
		t.Errorf("%+v, want the oldest finished run's own", c)
	}
}

// Unfinished work is somebody's as long as a run refers to it, or somebody touches it.
func TestCollectPartial(t *testing.T) {
	p, later := abc(t, "x"), time.Now().Add(25*time.Hour)
	for name, c := range map[string]struct {
		now    time.Time
		refers bool
		want   int
	}{
		"a run refers to it":          {later, true, 0},
		"touched within a day":        {time.Now(), false, 0},
		"nobody's, and a day is over": {later, false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			root, s := t.TempDir(), store(t, t.TempDir())
			check(t, os.MkdirAll(s.partial(p.Actions[0].Key()), 0o777))
			check(t, os.WriteFile(filepath.Join(s.partial(p.Actions[0].Key()), "journal-000001-x"), []byte("paid for"), 0o666))
			if c.refers {
				openRun(t, root, p, 0)
			}
			got, err := s.Collect(false, c.now, func() (References, error) { return ReadReferences(root, 0, s) })
			check(t, err)
			left, _ := filepath.Glob(filepath.Join(s.dir, "partial", "*", "journal-*"))
			if got.Partial != c.want || len(left) != 1-c.want {
				t.Errorf("%+v, left %q", got, left)
			}
		})
	}
}

// A run whose plan nobody can read might refer to anything: then nothing is deleted.
func TestCollectNeedsEveryPlan(t *testing.T) {
	for name, harm := range map[string]func(path string) error{
		"garbage": func(path string) error { return os.WriteFile(path, []byte("{"), 0o666) },
		"gone":    os.Remove,
		"foreign": func(path string) error { return os.WriteFile(path, []byte(`{"format":"other"}`), 0o666) },
	} {
		t.Run(name, func(t *testing.T) {
			root, dir := t.TempDir(), t.TempDir()
			s, p := store(t, dir), abc(t, "x")
			d := ran(t, root, dir, p, 0)
			check(t, harm(filepath.Join(d.Path, planName)))
			c, err := s.Collect(false, time.Now(), func() (References, error) { return ReadReferences(root, 0, s) })
			if err == nil || !strings.Contains(err.Error(), filepath.Join(d.Path, planName)) || len(c.Artifacts) > 0 || !s.Has(p.Actions[0].Key()) {
				t.Errorf("%+v, %v", c, err)
			}
			if r := execute(t, p, store(t, dir), Options{}); r.Cached != 3 {
				t.Errorf("afterwards %+v", r)
			}
		})
	}
}

// The flag of a collection holds runs up, that of a dead one does not; a collection does not work beside
// another.
func TestCollectFlag(t *testing.T) {
	root, s := t.TempDir(), store(t, t.TempDir())
	p := abc(t, "x")
	execute(t, p, s, Options{})
	flag := filepath.Join(s.dir, collectingName)
	check(t, os.WriteFile(flag, nil, 0o666))
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if r, err := Execute(ctx, p, s, Options{}); !errors.Is(err, context.DeadlineExceeded) || r.Cached > 0 {
		t.Errorf("a run went on beside a collection: %+v, %v", r, err)
	}
	none := func() (References, error) { return ReadReferences(root, 0, s) }
	if _, err := s.Collect(false, time.Now(), none); err == nil || !strings.Contains(err.Error(), "another collection") {
		t.Errorf("two collections at once: %v", err)
	}
	past := time.Now().Add(-2 * flagLife)
	check(t, os.Chtimes(flag, past, past))
	if r := execute(t, p, s, Options{}); r.Cached != 3 {
		t.Errorf("the flag of a dead collection holds runs up: %+v", r)
	}
	if c := collect(t, s, root, 0); len(c.Artifacts) != 3 {
		t.Errorf("%+v", c)
	}
	if _, err := os.Stat(flag); err == nil {
		t.Error("the flag is still there")
	}
}

// A plan that single steps are run from counts for a week, without a run.
func TestRememberedPlan(t *testing.T) {
	root, s, p := t.TempDir(), store(t, t.TempDir()), abc(t, "x")
	execute(t, p, s, Options{})
	check(t, s.Remember(p, time.Now()))
	if c := collect(t, s, root, 0); len(c.Artifacts) > 0 {
		t.Errorf("%+v", c)
	}
	c, err := s.Collect(false, time.Now().Add(8*24*time.Hour), func() (References, error) { return ReadReferences(root, 0, s) })
	if err != nil || len(c.Artifacts) != 3 {
		t.Errorf("a week later: %+v, %v", c, err)
	}
}

// A run that begins after the plans were read waits for what the collection decides, and makes again what
// it took.
func TestRunDuringCollection(t *testing.T) {
	root, dir := t.TempDir(), t.TempDir()
	p := abc(t, "x")
	execute(t, p, store(t, dir), Options{})
	want := outputs(t, p, dir)
	var run sync.WaitGroup
	c, err := store(t, dir).Collect(false, time.Now(), func() (References, error) {
		refs, err := ReadReferences(root, 0, store(t, dir))
		run.Go(func() {
			openRun(t, root, p, 0)
			if _, err := Execute(t.Context(), abc(t, "x"), store(t, dir), Options{}); err != nil {
				t.Error(err)
			}
		})
		time.Sleep(100 * time.Millisecond) // as long as it likes to look around
		return refs, err
	})
	run.Wait()
	if err != nil || len(c.Artifacts) != 3 {
		t.Errorf("%+v, %v", c, err)
	}
	if diff := cmp.Diff(want, outputs(t, p, dir)); diff != "" {
		t.Errorf("the run has (-want +got):\n%s", diff)
	}
}

// Runs begin, work and end while collections come one after the other: no run fails, loses what it refers
// to, or ends with other bytes; and what was deleted is gone.
func TestCollectWhileRunning(t *testing.T) {
	root, dir, trash := t.TempDir(), t.TempDir(), t.TempDir()
	want := map[string]map[string]string{}
	for _, word := range []string{"a", "b"} {
		alone := t.TempDir()
		execute(t, abc(t, word), store(t, alone), Options{})
		want[word] = outputs(t, abc(t, word), alone)
	}
	over := make(chan struct{})
	var collector, runs sync.WaitGroup
	collected := 0
	collector.Go(func() {
		for {
			select {
			case <-over:
				return
			default:
			}
			s := store(t, dir)
			c, err := s.Collect(false, time.Now(), func() (References, error) { return ReadReferences(root, 0, s) })
			if err != nil {
				t.Error(err)
			}
			collected += len(c.Artifacts)
		}
	})
	for worker, word := range []string{"a", "b"} {
		runs.Go(func() {
			for i := range 15 {
				p := abc(t, word)
				d, err := OpenRun(root, fmt.Sprint("worker", worker), nil, p, testTime.Add(time.Duration(i)*time.Minute))
				if err != nil {
					t.Error(err)
					return
				}
				r, err := Execute(t.Context(), p, store(t, dir), Options{})
				if err != nil {
					t.Errorf("run %d of %s: %v", i, word, err)
				}
				if diff := cmp.Diff(want[word], outputs(t, p, dir)); diff != "" {
					t.Errorf("run %d of %s (-alone +now):\n%s", i, word, diff)
				}
				if err := errors.Join(d.Publish(p, store(t, dir)), d.Finish(r, err, testTime), d.Close(), os.Rename(d.Path, filepath.Join(trash, filepath.Base(d.Path)))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	runs.Wait()
	close(over)
	collector.Wait()
	if collected == 0 {
		t.Error("no collection found anything: the test says nothing")
	}
	collect(t, store(t, dir), root, 0)
	if all, err := store(t, dir).Inventory(nil); err != nil || len(all) > 0 {
		t.Errorf("%d artifacts are left, %v", len(all), err)
	}
}

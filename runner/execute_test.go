package runner

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// trace keeps "kind step" of every event of a step but its progress.
func trace(into *[]string) func(Event) {
	return func(e Event) {
		if e.Step != "" && e.Kind != Progress {
			*into = append(*into, e.Kind+" "+e.Step)
		}
	}
}

func TestOneWorkerRunsThePlanAsPrinted(t *testing.T) {
	b := NewBuilder("order")
	late := add(b, "a.late", writes("late"))
	add(b, "b.uses_late", writes("x", "a.late"), late)
	add(b, "c.independent", writes("y"))
	var got []string
	dir := t.TempDir()
	p := plan(t, b)
	r := execute(t, p, store(t, dir), Options{Workers: 1, Events: trace(&got)})
	want := []string{"start a.late", "done a.late", "start b.uses_late", "done b.uses_late", "start c.independent", "done c.independent"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if r.Done != 3 {
		t.Errorf("%d steps done, want 3", r.Done)
	}
	if got := outputs(t, p, dir)["b.uses_late/out.txt"]; got != "x+late" {
		t.Errorf("the dependent step wrote %q", got)
	}

	got = nil
	again := execute(t, p, store(t, dir), Options{Workers: 1, Events: trace(&got)})
	if diff := cmp.Diff([]string{"cached a.late", "cached b.uses_late", "cached c.independent"}, got); diff != "" {
		t.Errorf("events of the second run (-want +got):\n%s", diff)
	}
	if again.Cached != 3 || again.Done != 0 {
		t.Errorf("the second run did %+v, want 3 cached", again)
	}
}

// Steps of one hour each, in a bubble where an hour takes no time, show by the clock what ran at once.
func TestIndependentStepsRunAtOnce(t *testing.T) {
	cases := map[string]struct {
		workers int
		hours   float64
	}{
		"a worker for each":      {workers: 4, hours: 2}, // three at once, then the one that needs them
		"two workers for three":  {workers: 2, hours: 3},
		"one worker, no overlap": {workers: 1, hours: 4},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				hour := stepFunc(func(context.Context, *Run) error { time.Sleep(time.Hour); return nil })
				b := NewBuilder("hours")
				x, y, z := add(b, "x", hour), add(b, "y", hour), add(b, "z", hour)
				add(b, "all", hour, x, y, z)
				start := time.Now()
				execute(t, plan(t, b), store(t, dir), Options{Workers: c.workers})
				if got := time.Since(start).Hours(); got != c.hours {
					t.Errorf("took %v hours, want %v", got, c.hours)
				}
			})
		})
	}
}

func TestFailureStopsWhatDependsOnItAndNothingElse(t *testing.T) {
	broken := errors.New("429 after 5 tries")
	b := NewBuilder("failure")
	bad := add(b, "methods.bad", stepFunc(func(_ context.Context, r *Run) error {
		_ = write(r, "out.txt", "half of it")
		return broken
	}))
	good := add(b, "methods.good", writes("good"))
	between := add(b, "data.between", writes("x", "methods.bad"), bad)
	add(b, "evals.of_both", writes("x", "data.between", "methods.good"), between, good)
	add(b, "evals.of_good", writes("x", "methods.good"), good)
	p, dir := plan(t, b), t.TempDir()

	r, err := Execute(t.Context(), p, store(t, dir), Options{Workers: 2})
	if !errors.Is(err, broken) || err.Error() != "step methods.bad: 429 after 5 tries" {
		t.Errorf("error %q", err)
	}
	got := fmt.Sprintf("%d done, %d failed, %d skipped", r.Done, r.Failed, r.Skipped)
	if got != "2 done, 1 failed, 2 skipped" {
		t.Error(got)
	}
	for _, id := range []string{"data.between", "evals.of_both"} {
		if e := r.Errors[id]; e == nil || e.Error() != "skipped, because step methods.bad failed" {
			t.Errorf("%s: %v, want the root cause", id, e)
		}
	}
	if store(t, dir).Has(bad.Key()) {
		t.Error("the failed step has an artifact")
	}
	if drafts, _ := filepath.Glob(filepath.Join(dir, "v1", "partial", "*", "draft-*")); len(drafts) > 0 {
		t.Errorf("the failed step left its draft: %v", drafts)
	}
}

func TestCancel(t *testing.T) {
	budget := errors.New("budget: 2 USD are spent")
	b := NewBuilder("cancel")
	begun := make(chan struct{})
	waits := add(b, "waits", stepFunc(func(ctx context.Context, _ *Run) error {
		close(begun)
		<-ctx.Done()
		return ctx.Err()
	}))
	add(b, "after", writes("x", "waits"), waits)
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() { <-begun; cancel(budget) }()
	r, err := Execute(ctx, plan(t, b), store(t, t.TempDir()), Options{})
	if !errors.Is(err, budget) {
		t.Errorf("error %v, want the cause of the cancellation", err)
	}
	if r.Stopped != 2 || r.Failed != 0 {
		t.Errorf("%+v, want both steps stopped and none failed", r)
	}
}

// The soft stop: rows in flight are finished and kept, no other is begun, and the next run does the rest.
func TestStopFinishesWhatIsInFlight(t *testing.T) {
	stop := make(chan struct{})
	done := map[string]int{}
	b := NewBuilder("stop")
	add(b, "rows", stepFunc(func(ctx context.Context, r *Run) error {
		key := func(i int) string { return fmt.Sprint("row ", i) }
		_, err := Rows(ctx, r, 5, key, func(_ context.Context, todo []int, emit func(int, int) error) error {
			for _, i := range todo {
				select {
				case <-r.Stopping():
					return nil
				default:
				}
				if done[key(i)]++; i == 2 {
					close(stop)
				}
				if err := emit(i, i*i); err != nil {
					return err
				}
			}
			return nil
		})
		return err
	}))
	p, s := plan(t, b), store(t, t.TempDir())
	r, err := Execute(t.Context(), p, s, Options{Stop: stop})
	if !errors.Is(err, ErrStopped) || r.Stopped != 1 || r.Failed != 0 {
		t.Errorf("stopped run: %+v, %v", r, err)
	}
	execute(t, p, s, Options{})
	want := map[string]int{"row 0": 1, "row 1": 1, "row 2": 1, "row 3": 1, "row 4": 1}
	if diff := cmp.Diff(want, done); diff != "" {
		t.Errorf("how often each row was done (-want +got):\n%s", diff)
	}
}

func TestOnlyAndFresh(t *testing.T) {
	ran := map[string]int{}
	counted := func(id string) stepFunc {
		return func(_ context.Context, r *Run) error { ran[id]++; return write(r, "out.txt", id) }
	}
	b := NewBuilder("parts")
	first := add(b, "first", counted("first"))
	second := add(b, "second", counted("second"), first)
	add(b, "third", counted("third"), second)
	add(b, "other", counted("other"))
	p, s := plan(t, b), store(t, t.TempDir())

	steps := []struct {
		says    string
		options Options
		want    map[string]int
		left    int
	}{
		{"only second needs first", Options{Only: []string{"second"}}, map[string]int{"first": 1, "second": 1}, 2},
		{"the whole plan runs the rest", Options{}, map[string]int{"first": 1, "second": 1, "third": 1, "other": 1}, 0},
		{"fresh second makes third again too", Options{Fresh: map[string]bool{"second": true}}, map[string]int{"first": 1, "second": 2, "third": 2, "other": 1}, 0},
		{"fresh false is nothing", Options{Fresh: map[string]bool{"first": false}}, map[string]int{"first": 1, "second": 2, "third": 2, "other": 1}, 0},
	}
	for _, c := range steps {
		c.options.Workers = 1
		r := execute(t, p, s, c.options)
		if diff := cmp.Diff(c.want, ran); diff != "" {
			t.Errorf("%s: how often each ran (-want +got):\n%s", c.says, diff)
		}
		if r.Left != c.left {
			t.Errorf("%s: %d left, want %d", c.says, r.Left, c.left)
		}
	}
	for _, o := range []Options{{Only: []string{"secnd"}}, {Fresh: map[string]bool{"secnd": true}}} {
		if _, err := Execute(t.Context(), p, s, o); err == nil || !strings.Contains(err.Error(), `no step "secnd"`) {
			t.Errorf("%+v: error %v", o, err)
		}
	}
}

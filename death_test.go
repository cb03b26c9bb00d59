package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"idiolect/internal/fail"
)

// points are the places where a run may be ended: each change of a file, each
// write into one, each training step, and "finish", when all is made and nothing
// published.
var points = []string{
	"journal.append", "step.train", "checkpoint.save", "checkpoint.prune", "store.create", "store.commit.before", "store.commit.after", "finish",
	"scratch.create", "journal.write", "draft.write", "file.write", "events.write", "spent.write",
}

// whole is the small spec run to its end, undisturbed.
type whole struct {
	life
	files map[string]string
	hits  map[string]int
}

func undisturbed(t *testing.T) whole {
	t.Helper()
	runs, count := scratch(t), fail.Never()
	w := whole{life: live(t, runs, 1, count, nil), files: outcome(t, runs), hits: count.Hits()}
	if w.err != nil {
		t.Fatal(w.err)
	}
	if known := slices.Sorted(maps.Keys(w.hits)); !slices.Equal(known, slices.Sorted(slices.Values(points))) {
		t.Fatalf("the run met the points %v, this test knows %v", known, points)
	}
	if w.trained < 6 || w.asked < 24 {
		t.Fatalf("%d training steps and %d completions are too few to learn anything from", w.trained, w.asked)
	}
	return w
}

// A run that dies anywhere and is run again ends with the bytes of one that was
// not disturbed. Answers that were written down are not asked for again, and at
// most one training step is.
func TestDeathAnywhere(t *testing.T) {
	want := undisturbed(t)
	for _, point := range points {
		every := 1
		if strings.HasSuffix(point, fail.Write) { // so many that some must do
			every = 1 + want.hits[point]/6
		}
		for n := 1; n <= want.hits[point]; n += every {
			t.Run(fmt.Sprintf("%s/%d", point, n), func(t *testing.T) {
				t.Parallel()
				runs, death := scratch(t), fail.At(point, n)
				first := live(t, runs, 2, death, nil)
				if !first.died {
					t.Fatalf("the run was to die, but ended with %v", first.err)
				}
				kept := death.Hits()["journal.write"]
				if point == "journal.write" {
					kept-- // the one it died of
				}
				second := live(t, runs, 2, nil, nil)
				if second.err != nil {
					t.Fatal(second.err)
				}
				same(t, want.files, outcome(t, runs))
				if again := want.asked - int64(kept); second.asked != again {
					t.Errorf("after %d of %d answers were written down, %d were asked for, want %d", kept, want.asked, second.asked, again)
				}
				if sum := first.trained + second.trained; sum > want.trained+1 {
					t.Errorf("%d training steps were taken, want %d and at most one again", sum, want.trained)
				}
			})
		}
	}
}

// An interrupted run ends with 130, and run again asks for nothing twice.
func TestInterruptAnywhere(t *testing.T) {
	want := undisturbed(t)
	for _, point := range []string{"journal.append", "step.train", "store.commit.before"} {
		for n := 1; n < want.hits[point]; n += 1 + want.hits[point]/4 {
			t.Run(fmt.Sprintf("%s/%d", point, n), func(t *testing.T) {
				t.Parallel()
				runs := scratch(t)
				i := &interrupter{Death: fail.At(point, n), stop: make(chan struct{})}
				first := live(t, runs, 2, i, i.stop)
				var e *exitError
				if !errors.As(first.err, &e) || e.code != exitInterrupted {
					t.Fatalf("the run was to be interrupted, but ended with %v", first.err)
				}
				second := live(t, runs, 2, nil, nil)
				if second.err != nil {
					t.Fatal(second.err)
				}
				same(t, want.files, outcome(t, runs))
				if sum := first.asked + second.asked; sum != want.asked {
					t.Errorf("%d completions were asked for, want %d", sum, want.asked)
				}
				if sum := first.trained + second.trained; sum != want.trained {
					t.Errorf("%d training steps were taken, want %d", sum, want.trained)
				}
			})
		}
	}
}

// The number of threads and of steps at once changes no byte.
func TestThreadsAndWorkersChangeNothing(t *testing.T) {
	want := undisturbed(t)
	for _, threads := range []int{2, 3, 4} {
		t.Run(fmt.Sprint(threads), func(t *testing.T) {
			runs := scratch(t)
			if l := live(t, runs, threads, nil, nil); l.err != nil {
				t.Fatal(l.err)
			}
			same(t, want.files, outcome(t, runs))
		})
	}
}

package main

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"idiolect/internal/fail"
)

// A disk that is full from any write on ends the run with an error that says so
// and names a file; with room again the same command ends with the bytes of a run
// that had room all the time, and what was written down is not asked for again.
func TestFullDiskAnywhere(t *testing.T) {
	want := undisturbed(t)
	count := fail.FullAt(0)
	if l := live(t, scratch(t), 1, count, nil); l.err != nil {
		t.Fatal(l.err)
	}
	writes := count.Writes()
	if writes < 100 {
		t.Fatalf("%d writes are too few to be all", writes)
	}
	for n := 1; n <= writes; n += 1 + writes/30 {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			runs := scratch(t)
			first := live(t, runs, 2, fail.FullAt(n), nil)
			var e *exitError
			switch {
			case first.err == nil:
				t.Fatal("the run ended well")
			case errors.As(first.err, &e) && e.code != exitFailed:
				t.Errorf("exit code %d", e.code)
			case !errors.Is(first.err, syscall.ENOSPC) || !strings.Contains(first.err.Error(), runs):
				t.Errorf("the message names no file, or not why: %v", first.err)
			}
			second := live(t, runs, 2, nil, nil)
			if second.err != nil {
				t.Fatal(second.err)
			}
			same(t, want.files, outcome(t, runs))
			if sum := first.asked + second.asked; sum > 2*want.asked {
				t.Errorf("%d completions were asked for, of %d", sum, want.asked)
			}
		})
	}
}

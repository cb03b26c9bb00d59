package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idiolect/internal/fail"
)

// A run that dies anywhere, and is run again, ends with the bytes of one that was not disturbed.
func TestDeathAtEveryPoint(t *testing.T) {
	want, hits := undisturbed(t)
	for _, name := range []string{"journal.append", "step.train", "checkpoint.save", "checkpoint.prune", "store.create", "store.commit.before", "store.commit.after"} {
		if hits[name] == 0 {
			t.Errorf("point %s was never met", name)
		}
		for n := 1; n <= hits[name]; n++ {
			t.Run(fmt.Sprintf("%s/%d", name, n), func(t *testing.T) {
				t.Parallel()
				e, dir := newExperiment(t), t.TempDir()
				o := everyChance
				o.Fail = fail.At(name, n)
				_, err := Execute(t.Context(), e.plan, store(t, dir), o)
				// After the last commit there is nothing left that could notice the death.
				if !errors.Is(err, fail.ErrDied) && name != "store.commit.after" {
					t.Fatalf("the run was to die, but ended with %v", err)
				}
				execute(t, e.plan, store(t, dir), everyChance)
				if diff := cmp.Diff(want, outputs(t, e.plan, dir)); diff != "" {
					t.Errorf("after a resume (-undisturbed +resumed):\n%s", diff)
				}
				e.wantRepeats(t, 2) // two rows are in flight at any time
				wantTidy(t, dir)
			})
		}
	}
}

// wantRepeats checks that no row was answered more than twice, and at most `most` of them twice.
func (e *experiment) wantRepeats(t *testing.T, most int) {
	t.Helper()
	again := 0
	for row, n := range e.calls {
		if n > 2 {
			t.Errorf("%s was answered %d times", row, n)
		}
		again += n - 1
	}
	if again > most {
		t.Errorf("%d answers were made again, only %d could be in flight", again, most)
	}
}

// wantTidy checks that a finished run leaves no partial work.
func wantTidy(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(filepath.Join(dir, "v1", "partial"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range left {
		t.Errorf("partial work %s was left behind", e.Name())
	}
}

// A process that is killed outright, several times over, still arrives at the same bytes.
func TestKilledProcess(t *testing.T) {
	want, _ := undisturbed(t)
	dir, e := t.TempDir(), newExperiment(t)
	for _, death := range []string{"journal.append 3", "checkpoint.save 2", "store.commit.before 1", "journal.append 2", "store.commit.before 1"} {
		child := exec.Command(os.Args[0], "-test.run=^TestKilledChild$")
		child.Env = append(os.Environ(), childEnv+"="+death+" "+dir)
		out, err := child.CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() == survived {
			t.Fatalf("the child was to be killed at %s, but: %v\n%s", death, err, out)
		}
	}
	execute(t, e.plan, store(t, dir), everyChance)
	if diff := cmp.Diff(want, outputs(t, e.plan, dir)); diff != "" {
		t.Errorf("after five kills (-undisturbed +resumed):\n%s", diff)
	}
	wantTidy(t, dir)
}

const (
	childEnv = "IDIOLECT_TEST_KILL" // "POINT N STORE": what a child process of the test does
	survived = 3                    // its exit code if nobody killed it
)

// killer ends this very process, as kill -9 would, when its death comes.
type killer struct{ *fail.Death }

func (k killer) Point(name string) error {
	err := k.Death.Point(name)
	if err != nil {
		self, _ := os.FindProcess(os.Getpid())
		_ = self.Kill()
		select {} // the signal is on its way
	}
	return nil
}

func TestKilledChild(t *testing.T) {
	order := strings.SplitN(os.Getenv(childEnv), " ", 3)
	if len(order) < 3 {
		t.Skip("runs as a child of TestKilledProcess")
	}
	n, err := strconv.Atoi(order[1])
	if err != nil {
		t.Fatal(err)
	}
	o := everyChance
	o.Fail = killer{fail.At(order[0], n)}
	_, _ = Execute(context.Background(), newExperiment(t).plan, store(t, order[2]), o)
	os.Exit(survived)
}

// Two processes at work on the same plan and store: both end well, with the same bytes.
func TestTwoRunsAtOnce(t *testing.T) {
	want, _ := undisturbed(t)
	e, dir := newExperiment(t), t.TempDir()
	errs := make(chan error)
	for range 2 {
		s := store(t, dir) // a store each, as two processes have
		go func() {
			_, err := Execute(t.Context(), e.plan, s, everyChance)
			errs <- err
		}()
	}
	for range 2 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff(want, outputs(t, e.plan, dir)); diff != "" {
		t.Errorf("two runs at once (-alone +together):\n%s", diff)
	}
}

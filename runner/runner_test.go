package runner

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"idiolect/internal/fail"
)

// No run leaves a goroutine behind, however it ended.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stepFunc is a step for a test.
type stepFunc func(ctx context.Context, r *Run) error

func (f stepFunc) Run(ctx context.Context, r *Run) error { return f(ctx, r) }

// writes is a step that puts text, and the contents of its inputs, into one file.
func writes(text string, inputs ...string) stepFunc {
	return func(_ context.Context, r *Run) error {
		for _, in := range inputs {
			text += "+" + contents(r.In(in), "out.txt")
		}
		return write(r, "out.txt", text)
	}
}

func write(r *Run, file, text string) error {
	w, err := r.Create(file)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, text); err != nil {
		return err
	}
	return w.Close()
}

// contents reads a file of an artifact; the error is the text, for tests to stumble over.
func contents(a *Artifact, file string) string {
	path, err := a.Path(file)
	if err != nil {
		return err.Error()
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

// add puts an action into the plan whose inputs are named after their ids.
func add(b *Builder, id string, step Step, inputs ...*Action) *Action {
	a := Action{ID: id, Kind: "test", Version: 1, Step: step, Lines: []Line{{"id", id}}}
	for _, in := range inputs {
		a.Inputs = append(a.Inputs, Input{in.ID, in})
	}
	return b.Add(a)
}

func plan(t *testing.T, b *Builder) *Plan {
	t.Helper()
	p, err := b.Plan()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func store(t *testing.T, dir string) *Store {
	t.Helper()
	s := OpenStore(dir)
	return s
}

func execute(t *testing.T, p *Plan, s *Store, o Options) *Result {
	t.Helper()
	r, err := Execute(t.Context(), p, s, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// outputs maps "step/file" to the content of every file of a plan that must not differ between runs.
func outputs(t *testing.T, p *Plan, dir string) map[string]string {
	t.Helper()
	s, all := store(t, dir), map[string]string{}
	for _, a := range p.Actions {
		art, err := s.Open(a.Key())
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range art.Files() {
			if !art.Volatile(file) {
				all[a.ID+"/"+file] = contents(art, file)
			}
		}
	}
	return all
}

// journalFiles lists the journals of a step that is not finished.
func journalFiles(t *testing.T, s *Store, a *Action) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.partial(a.Key()), "journal-*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// experiment is a plan with all that a run can be interrupted in: rows that cost something, training that
// builds on the rows, and rows that build on both. It counts the calls that would have been paid for.
type experiment struct {
	plan *Plan

	mu    sync.Mutex
	calls map[string]int
}

const (
	experimentRows  = 6
	experimentSteps = 5
)

func newExperiment(t *testing.T) *experiment {
	t.Helper()
	e := &experiment{calls: map[string]int{}}
	b := NewBuilder("experiment")
	topics := add(b, "data.topics", writes("moon sea"))
	drafts := add(b, "methods.drafts", e.rowStep("data.topics"), topics)
	tuned := add(b, "methods.tuned", stepFunc(train), drafts)
	add(b, "evals.held_out", e.rowStep("methods.drafts", "methods.tuned"), drafts, tuned)
	e.plan = plan(t, b)
	return e
}

type answer struct {
	Text  string
	Score float64
}

// rowStep answers each row from its inputs, two at a time.
func (e *experiment) rowStep(inputs ...string) stepFunc {
	return func(ctx context.Context, r *Run) error {
		var seen []string
		for _, in := range inputs {
			seen = append(seen, contents(r.In(in), "out.txt"))
		}
		key := func(i int) string { return fmt.Sprintf("row-%d", i) }
		answers, err := Rows(ctx, r, experimentRows, key, func(ctx context.Context, todo []int, emit func(int, answer) error) error {
			return parallel(2, todo, func(i int) error {
				e.mu.Lock()
				e.calls[r.ID()+"/"+key(i)]++
				e.mu.Unlock()
				return emit(i, answer{fmt.Sprintf("%s of %s", key(i), strings.Join(seen, "&")), float64(i) / 3})
			})
		})
		if err != nil {
			return err
		}
		return write(r, "out.txt", fmt.Sprint(answers))
	}
}

// train folds its input into a state, step by step, and goes on from the newest checkpoint.
func train(_ context.Context, r *Run) error {
	state := contents(r.In("methods.drafts"), "out.txt")
	start, saved, ok, err := r.Checkpoint()
	if err != nil {
		return err
	}
	if ok {
		state = string(saved)
	}
	for step := start + 1; step <= experimentSteps; step++ {
		if err := r.Point("step.train"); err != nil {
			return err
		}
		state = string(hashText(state + fmt.Sprint(step)))
		if r.CheckpointDue() {
			err := r.SaveCheckpoint(step, func(w io.Writer) error {
				_, err := io.WriteString(w, state)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return write(r, "out.txt", state)
}

// parallel does each of todo in n goroutines, none after the first error, which it returns.
func parallel(n int, todo []int, do func(i int) error) error {
	var mu sync.Mutex
	var first error
	var wg sync.WaitGroup
	failed := func(err error) bool {
		mu.Lock()
		defer mu.Unlock()
		if first == nil {
			first = err
		}
		return first != nil
	}
	next := make(chan int)
	for range n {
		wg.Go(func() {
			for i := range next {
				if !failed(nil) {
					failed(do(i))
				}
			}
		})
	}
	for _, i := range todo {
		next <- i
	}
	close(next)
	wg.Wait()
	return first
}

var everyChance = Options{Workers: 2, CheckpointEvery: -1}

// undisturbed executes the experiment in one go and returns its outputs and how often each failpoint was met.
func undisturbed(t *testing.T) (want map[string]string, hits map[string]int) {
	t.Helper()
	e, dir, count := newExperiment(t), t.TempDir(), fail.Never()
	o := everyChance
	o.Fail = count
	execute(t, e.plan, store(t, dir), o)
	return outputs(t, e.plan, dir), count.Hits()
}

package steps_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idiolect/internal/fail"
	"idiolect/runner"
	"idiolect/runner/tables"
)

const watched = `  watched: {kind: sft, model: writer, data: lessons, prompt: say, hyperparameters: {epochs: 25, batch_size: 6, learning_rate: .01},
    monitor: {data: things.all, judges: [the, likes], every: 10}}`

// A monitor looks before training, every so many steps and at the end, always at
// the same rows, and says how far the policy has come since the start.
func TestMonitor(t *testing.T) {
	p := runTaught(t, watched, ", watched", "things.test", "things.all", "samples: 2", "samples: 1", "judges: [likes]", "judges: [the]")
	if a, _ := p.plan.Find("methods.watched"); a.Estimate.Calls != [2]int64{48, 48} || a.Estimate.Output[1] != 48*16 || a.Estimate.Trained[1] == 0 {
		t.Errorf("four looks at twelve rows are estimated as %+v", a.Estimate)
	}
	rows := table[tables.Monitor](t, p, "methods.watched", "monitor.parquet")
	var at []string
	for _, r := range rows {
		at = append(at, fmt.Sprintf("%d %s", r.Step, r.Judge))
		if r.N != 12 || r.Errors != 0 || r.Mean == nil || r.Low == nil || *r.Low > *r.Mean || *r.High < *r.Mean || r.Chosen {
			t.Errorf("evaluation %+v", r)
		}
		if (r.Difference == nil) != (r.Step == 0) || (r.DiffLow == nil) != (r.Step == 0) {
			t.Errorf("difference %v of step %d", r.Difference, r.Step)
		}
		if r.Step > 0 && r.Judge == "the" && *r.Difference != *r.Mean-*rows[0].Mean {
			t.Errorf("step %d: difference %v, mean %v, at the start %v", r.Step, *r.Difference, *r.Mean, *rows[0].Mean)
		}
	}
	if d := cmp.Diff([]string{"0 the", "0 likes", "10 the", "10 likes", "20 the", "20 likes", "25 the", "25 likes"}, at); d != "" {
		t.Error(d)
	}
	if first, last := rows[0], rows[6]; *first.Mean > .1 || *last.Mean < .5 {
		t.Errorf("judge the: %v at the start, %v at the end", *first.Mean, *last.Mean)
	}
	for _, row := range table[tables.Training](t, p, "methods.watched", "training.parquet") {
		var metrics map[string]*float64
		if err := json.Unmarshal([]byte(row.Metrics), &metrics); err != nil {
			t.Fatal(err)
		}
		looked := row.Step == 10 || row.Step == 20 || row.Step == 25
		if (metrics["monitor/the"] != nil) != looked || (metrics["monitor/the/over_start"] != nil) != looked || metrics["train/grad_norm"] == nil {
			t.Errorf("metrics of step %d: %s", row.Step, row.Metrics)
		}
	}
	// The last look is at the policy that is kept, with the noise of an eval.
	sum := 0.0
	for _, v := range table[tables.Verdict](t, p, "evals.held.watched.the", "verdicts.parquet") {
		if *v.Accepted {
			sum++
		}
	}
	if sum/12 != *rows[6].Mean {
		t.Errorf("the eval finds %v, the monitor found %v", sum/12, *rows[6].Mean)
	}
}

// Watching changes nothing of what is trained; without a monitor the key is as
// ever.
func TestMonitorOnlyWatches(t *testing.T) {
	p := runTaught(t, watched+"\n"+strings.Replace(strings.Replace(watched, "watched:", "plain:", 1), ",\n    monitor: {data: things.all, judges: [the, likes], every: 10}}", "}", 1), "")
	if file(t, p, "methods.watched", "policy.safetensors") != file(t, p, "methods.plain", "policy.safetensors") {
		t.Error("a monitored training ends with other weights")
	}
	plain, _ := p.plan.Find("methods.plain")
	if strings.Contains(plain.KeyText(), "monitor") || strings.Contains(plain.KeyText(), "checkpoint") {
		t.Errorf("key of a method without a monitor:\n%s", plain.KeyText())
	}
}

// The weights that the judge liked best are the policy, of equals the earliest.
func TestCheckpointBest(t *testing.T) {
	// What the judge asks for is what the start policy does and training undoes.
	best := strings.Replace(watched, "every: 10}", "every: 10}, checkpoint: {best: the}", 1)
	p := runTaught(t, best, ", watched", "output startsWith 'the'", "not (output startsWith 'the')")
	row := table[tables.Policy](t, p, "methods.watched", "policies.parquet")[0]
	if row.Note == nil || !strings.HasPrefix(*row.Note, "the weights after step 0 of 25, which the liked best") || row.Rows != 6 {
		t.Errorf("note %v, rows %d", *row.Note, row.Rows)
	}
	for _, r := range table[tables.Monitor](t, p, "methods.watched", "monitor.parquet") {
		if r.Chosen != (r.Step == 0 && r.Judge == "the") {
			t.Errorf("chosen: %+v", r)
		}
	}
	// As trained for ten steps, when the judge cannot tell later ones from it.
	p = runTaught(t, best+"\n"+strings.Replace(strings.Replace(watched, "watched:", "short:", 1), "epochs: 25,", "epochs: 25, steps: 25,", 1), ", watched")
	top, at := -1.0, int64(0)
	for _, r := range table[tables.Monitor](t, p, "methods.watched", "monitor.parquet") {
		if r.Judge == "the" && *r.Mean > top {
			top, at = *r.Mean, r.Step
		}
	}
	note := *table[tables.Policy](t, p, "methods.watched", "policies.parquet")[0].Note
	if at == 0 || !strings.HasPrefix(note, fmt.Sprintf("the weights after step %d of 25", at)) {
		t.Errorf("the best is step %d, the note says %s", at, note)
	}
	if same := file(t, p, "methods.watched", "policy.safetensors") == file(t, p, "methods.short", "policy.safetensors"); same != (at == 25) {
		t.Errorf("best of step %d, and the last weights are kept: %v", at, same)
	}
}

// A monitored training that dies or is stopped anywhere goes on to the same bytes.
func TestMonitorSurvives(t *testing.T) {
	method := strings.Replace(watched, "every: 10}", "every: 3}, checkpoint: {best: likes}", 1)
	plan := compileTaught(t, method, "", "epochs: 25,", "epochs: 8,")
	hits := survives(t, plan, "methods.watched", 48, "step.train", "step.monitor", "checkpoint.save")
	if hits["step.train"] != 8 || hits["step.monitor"] != 4 {
		t.Errorf("points %v", hits)
	}
}

// survives holds that a step which dies at any of these points, or is stopped after
// any training step, comes to the same bytes, and that so many calls are told of it.
func survives(t *testing.T, plan *runner.Plan, id string, calls int64, points ...string) map[string]int {
	t.Helper()
	train := func(store *runner.Store, o runner.Options) error {
		o.Only = []string{id}
		_, err := runner.Execute(t.Context(), plan, store, o)
		return err
	}
	trained := func(store *runner.Store) map[string]string {
		if err := train(store, runner.Options{}); err != nil {
			t.Fatal(err)
		}
		p, files := project{plan, store}, map[string]string{}
		art := p.artifact(t, id)
		for _, name := range art.Files() {
			if !art.Volatile(name) {
				files[name] = file(t, p, id, name)
			}
		}
		if u := p.used(t, plan.Actions[slices.IndexFunc(plan.Actions, func(a *runner.Action) bool { return a.ID == id })]); u.Calls != calls {
			t.Errorf("%d calls are told, want %d, whatever happened in between", u.Calls, calls)
		}
		return files
	}
	store, count := runner.OpenStore(t.TempDir()), fail.Never()
	if err := train(store, runner.Options{Fail: count, CheckpointEvery: -1}); err != nil {
		t.Fatal(err)
	}
	want, hits := trained(store), count.Hits()
	same := func(t *testing.T, store *runner.Store) {
		if d := cmp.Diff(want, trained(store)); d != "" {
			t.Errorf("other bytes:\n%.500s", d)
		}
	}
	for _, point := range points {
		for n := 1; n <= hits[point]; n++ {
			t.Run(fmt.Sprintf("%s/%d", point, n), func(t *testing.T) {
				store := runner.OpenStore(t.TempDir())
				if err := train(store, runner.Options{Fail: fail.At(point, n), CheckpointEvery: -1}); !errors.Is(err, fail.ErrDied) {
					t.Fatalf("the run was to die, but ended with %v", err)
				}
				same(t, store)
			})
		}
	}
	for n := 1; n <= hits["step.train"]; n++ {
		t.Run(fmt.Sprintf("stopped/%d", n), func(t *testing.T) {
			store, s := runner.OpenStore(t.TempDir()), &stopper{Death: fail.At("step.train", n), stop: make(chan struct{})}
			if err := train(store, runner.Options{Fail: s, Stop: s.stop}); !errors.Is(err, runner.ErrStopped) && n < hits["step.train"] {
				t.Fatalf("the run was to stop, but ended with %v", err)
			}
			same(t, store)
		})
	}
	return hits
}

// stopper asks the run to stop where a death would have come.
type stopper struct {
	*fail.Death
	once sync.Once
	stop chan struct{}
}

func (s *stopper) Point(name string) error {
	if errors.Is(s.Death.Point(name), fail.ErrDied) {
		s.once.Do(func() { close(s.stop) })
	}
	return nil
}

package reports

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"idiolect/runner"
	"idiolect/runner/tables"
)

// built is a run of steps that write the given tables, and its report on a terminal.
func built(t *testing.T, add func(b *runner.Builder)) string {
	t.Helper()
	b := runner.NewBuilder("x")
	add(b)
	x := &experiment{}
	r, err := Build(x.execute(t, b))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := r.Terminal(&text, 140, false); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// A select tells its candidates and what the best is worth; a lone candidate was not lucky.
func TestWhatWasChosen(t *testing.T) {
	text := built(t, func(b *runner.Builder) {
		for id, rows := range map[string][]tables.Candidate{
			"methods.best": {
				{Name: "epochs=1", Judge: "hidden", N: 40, Errors: 2, Mean: ptr(.25), Low: ptr(.1), High: ptr(.4)},
				{Name: "epochs=3", Judge: "hidden", N: 40, Mean: ptr(.5), Low: ptr(.4), High: ptr(.6), Chosen: true, Inflation: ptr(.0213)},
			},
			"methods.sole": {{Name: "epochs=1", Judge: "hidden", N: 40, Mean: ptr(.25), Low: ptr(.1), High: ptr(.4), Chosen: true, Inflation: ptr(0.)}},
		} {
			b.Add(runner.Action{ID: id, Kind: "select", Version: 1, Lines: []runner.Line{{Label: "data", Value: "topics.dev"}, {Label: "id", Value: id}},
				Step: writes(func(r *runner.Run) error { return put(r, candidatesFile, rows) })})
		}
	})
	for _, want := range []string{
		"- best is epochs=3: the best of 2 by hidden on topics.dev with 50.0%, of which 2.1 points are expected to be luck.",
		"- sole is epochs=1: the best of 1 by hidden on topics.dev with 25.0%.",
		"best.epochs=1  25.0% [10.0, 40.0]  40       2",
		"best.epochs=3  50.0% [40.0, 60.0]  40       0  chosen",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("not told: %s\n%s", want, text)
		}
	}
}

// A long curve is told at twelve places, with its ends and what was chosen.
func TestALongCurveIsThinned(t *testing.T) {
	text := built(t, func(b *runner.Builder) {
		var rows []tables.Monitor
		for i := range 101 {
			row := tables.Monitor{Step: int64(10 * i), Judge: "hidden", N: 50, Mean: ptr(.2), Low: ptr(.1), High: ptr(.3), Chosen: i == 47, Replicate: int64(i)}
			if i > 0 {
				row.Difference, row.DiffLow, row.DiffHigh = ptr(.01), ptr(-.01), ptr(.03)
			}
			rows = append(rows, row)
		}
		b.Add(runner.Action{ID: "methods.tuned", Kind: "sft", Version: 1, Lines: []runner.Line{{Label: "monitor.every", Value: "10"}},
			Step: writes(func(r *runner.Run) error { return put(r, monitorFile, rows) })})
	})
	if got := strings.Count(text, "tuned   hidden"); got != mostLooks+1 {
		t.Errorf("%d evaluations are told, want %d and the chosen one:\n%s", got, mostLooks, text)
	}
	for _, want := range []string{" 0  20.0% [10.0, 30.0]                  –  50       0", "1,000  20.0%", " 470  20.0% [10.0, 30.0]  +1.0 [-1.0, +3.0]  50       0  chosen", "Of long trainings 12 evaluations are told"} {
		if !strings.Contains(text, want) {
			t.Errorf("not told: %s\n%s", want, text)
		}
	}
}

// Every variant of a mix is told with its share; a failed verdict is a failure.
func TestWhatWasMixed(t *testing.T) {
	text := built(t, func(b *runner.Builder) {
		gather := runner.Action{ID: "evals.held.both.samples", Kind: "gather", Version: 1, Step: writes(func(r *runner.Run) error { return put(r, samplesFile, []tables.Sample{}) })}
		var verdicts []tables.Verdict
		for name, n := range map[string]int{"plain": 3, "brief": 1} {
			var samples []tables.Sample
			for i := range n {
				id := fmt.Sprint(name, i)
				samples = append(samples, tables.Sample{ID: id})
				v := tables.Verdict{SampleID: id, Accepted: ptr(i == 0)}
				if i == 2 {
					v.Accepted, v.Error = nil, ptr("no verdict")
				}
				verdicts = append(verdicts, v)
			}
			gather.Inputs = append(gather.Inputs, runner.Input{Name: "samples." + name, From: b.Add(runner.Action{ID: "evals.held.both.samples." + name, Kind: "sample", Version: 1,
				Lines: []runner.Line{{Label: "id", Value: name}}, Step: writes(func(r *runner.Run) error {
					return errors.Join(put(r, samplesFile, samples), put(r, callsFile, []tables.Call{}))
				})})})
		}
		b.Add(runner.Action{ID: "evals.held.both.hidden", Kind: "judge", Version: 1, Inputs: []runner.Input{{Name: "samples", From: b.Add(gather)}},
			Step: writes(func(r *runner.Run) error { return put(r, verdictsFile, verdicts) })})
	})
	for _, want := range []string{"plain              3  75.0%   33.3%       1", "brief              1  25.0%  100.0%       0"} {
		if !strings.Contains(text, want) {
			t.Errorf("not told: %s\n%s", want, text)
		}
	}
}

package steps_test

import (
	"encoding/json"
	"math"
	"testing"

	"idiolect/backends/local/localtest"
	"idiolect/runner/tables"
)

// Of a policy whose weights a judge chose on the way, the panel tells how far those were from the start, and not what came after.
func TestThePanelMeasuresTheChosenWeights(t *testing.T) {
	t.Parallel()
	plan, err := compile(t, localtest.Tiny(t), `
name: chosen
seed: 5
models: {writer: {backend: local, name: MODEL, sampling: {max_tokens: 6}}}
data: {things: {source: inline, rows: [{input: rain}, {input: snow}, {input: moss}, {input: barn}], split: {train: 2, dev: 1, test: 1}}}
rubrics: {lever: {criteria: [{name: a, expr: "output contains 'a'"}]}, dull: {criteria: [{name: a, expr: "not (output contains 'a')"}]}}
judges: {lever: {kind: accept, rubric: lever}, dull: {kind: accept, rubric: dull}}
methods:
  start: {kind: prompt, model: writer}
  best:
    kind: rlaif
    model: writer
    data: things.train
    judge: lever
    monitor: {data: things.dev, judges: [dull], every: 1}
    checkpoint: {best: dull}
    hyperparameters: {group_size: 8, batch_size: 2, steps: 6, learning_rate: .01, format_coef: 0}
evals: {held: {data: things.test, methods: [start, best], judges: [lever], samples: 2}}
`)
	if err != nil {
		t.Fatal(err)
	}
	p := execute(t, plan)
	log := table[tables.Training](t, p, "methods.best", "training.parquet")
	upto := int64(-1)
	for _, look := range table[tables.Monitor](t, p, "methods.best", "monitor.parquet") {
		if look.Chosen {
			upto = look.Step
		}
	}
	if upto < 0 || int(upto) >= len(log) {
		t.Fatalf("after step %d of %d the judge chose: nothing came after", upto, len(log))
	}
	var told *float64
	for _, row := range table[tables.Panel](t, p, "evals.held.panel", "panel.parquet") {
		if row.Metric == "kl/k1" {
			told = row.Value
		}
	}
	if upto == 0 {
		if told != nil {
			t.Errorf("the start was chosen, and is %v from itself", *told)
		}
		return
	}
	var metrics map[string]float64
	if err := json.Unmarshal([]byte(log[upto-1].Metrics), &metrics); err != nil {
		t.Fatal(err)
	}
	if told == nil || math.Abs(*told-metrics["kl/k1"]) > 1e-12 {
		t.Errorf("told is %v, want %v as after step %d", told, metrics["kl/k1"], upto)
	}
}

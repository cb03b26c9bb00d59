package steps_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idiolect/runner/tables"
)

// learned is what a training saw and did, without the ids of its rows.
func learned(t *testing.T, p project, id string) []tables.Training {
	t.Helper()
	log := table[tables.Training](t, p, id, "training.parquet")
	for i := range log {
		log[i].ID = ""
	}
	return log
}

// A train_prompt is worn in training and no longer: the policy is trained as one
// that is asked so, and asked by its prompt.
func TestTrainPromptOfSFT(t *testing.T) {
	const of = "kind: sft, model: writer, data: lessons, hyperparameters: {epochs: 2}"
	p := runTaught(t, "  worn: {"+of+", prompt: name, train_prompt: say}\n  bare: {"+of+", prompt: say}\n  other: {"+of+", prompt: name}", ", worn")
	if d := cmp.Diff(learned(t, p, "methods.bare"), learned(t, p, "methods.worn")); d != "" {
		t.Errorf("worn in training, it is trained otherwise:\n%s", d)
	}
	if cmp.Equal(learned(t, p, "methods.other"), learned(t, p, "methods.worn")) {
		t.Error("trained as with the prompt that is kept")
	}
	if row := table[tables.Policy](t, p, "methods.worn", "policies.parquet")[0]; !strings.Contains(row.Prompt, "Name the") {
		t.Errorf("the policy is asked %s", row.Prompt)
	}
	for _, s := range table[tables.Sample](t, p, "evals.held.worn.samples", "samples.parquet") {
		if who(s.Messages) != "b" {
			t.Errorf("after training it is asked %s", s.Messages)
		}
	}
	bare, _ := p.plan.Find("methods.bare")
	if strings.Contains(bare.KeyText(), "train_prompt") || strings.Contains(bare.KeyText(), "target") {
		t.Errorf("the key of a method without train_prompt and target:\n%s", bare.KeyText())
	}
}

const iterated = `  tuned: {kind: expert_iteration, model: told, data: things.train, judge: the, prompt: PROMPT,
    train: {kind: sft, hyperparameters: {epochs: 1, batch_size: 4}}, hyperparameters: {rounds: 2, samples: 3}}`

// Expert iteration samples and trains with it, in every round.
func TestTrainPromptOfExpertIteration(t *testing.T) {
	p := runTaught(t, strings.Replace(iterated, "PROMPT", "name, train_prompt: say", 1), ", tuned")
	for _, round := range []string{"1", "2"} {
		for _, s := range table[tables.Sample](t, p, "methods.tuned.round"+round+".samples", "samples.parquet") {
			if who(s.Messages) != "a" {
				t.Fatalf("round %s asks %s", round, s.Messages)
			}
		}
		for _, k := range table[tables.Row](t, p, "methods.tuned.round"+round+".kept", "rows.parquet") {
			if who(*k.Messages) != "a" {
				t.Fatalf("round %s trains on %s", round, *k.Messages)
			}
		}
	}
	for _, s := range table[tables.Sample](t, p, "evals.held.tuned.samples", "samples.parquet") {
		if who(s.Messages) != "b" {
			t.Fatalf("after training it is asked %s", s.Messages)
		}
	}
	if row := table[tables.Policy](t, p, "methods.tuned", "policies.parquet")[0]; row.Rows == 0 || !strings.Contains(row.Prompt, "Name the") {
		t.Errorf("policy %+v", row)
	}
}

// Expert iteration has a monitor too: every round's training is watched.
func TestMonitorOfExpertIteration(t *testing.T) {
	p := runTaught(t, strings.Replace(iterated, "PROMPT", "say, monitor: {data: things.dev, judges: [the], every: 2}, checkpoint: {best: the}", 1), ", tuned")
	for _, id := range []string{"methods.tuned.round1", "methods.tuned"} {
		rows := table[tables.Monitor](t, p, id, "monitor.parquet")
		if len(rows) < 2 || rows[0].Step != 0 || rows[0].N != 3 {
			t.Errorf("%s was watched like this: %+v", id, rows)
		}
		if !slices.ContainsFunc(rows, func(r tables.Monitor) bool { return r.Chosen }) {
			t.Errorf("%s: no checkpoint was chosen", id)
		}
	}
}

// By default the raw completion is trained on, with target: extract what was
// judged of it.
func TestTarget(t *testing.T) {
	p := runTaught(t, strings.Replace(iterated, "PROMPT", "last", 1)+"\n"+
		strings.Replace(strings.Replace(strings.Replace(iterated, "PROMPT", "last", 1), "tuned:", "cut:", 1), "{kind: sft,", "{kind: sft, target: extract,", 1)+`
  told_cut: {kind: sft, model: writer, data: lessons, prompt: last, target: extract, hyperparameters: {epochs: 2}}
  told_short: {kind: sft, model: writer, data: short, prompt: last, hyperparameters: {epochs: 2}}`, "",
		"  things:\n", "  short: {source: inline, rows: [{thing: cat, output: the}, {thing: dog, output: the}, {thing: sun, output: the}, {thing: road, output: the}, {thing: lake, output: the}, {thing: moon, output: the}]}\n  things:\n")
	said := map[string]tables.Sample{}
	for _, s := range table[tables.Sample](t, p, "methods.tuned.round1.samples", "samples.parquet") {
		said[s.ID] = s
	}
	longer := 0
	for id, want := range map[string]func(tables.Sample) string{
		"methods.tuned.round1.kept": func(s tables.Sample) string { return *s.Completion },
		"methods.cut.round1.kept":   func(s tables.Sample) string { return *s.Extracted },
	} {
		kept := table[tables.Row](t, p, id, "rows.parquet")
		for _, k := range kept {
			text := want(said[*k.Parent])
			ms := messages(t, *k.Messages)
			if *k.Output != text || ms[len(ms)-1].Content != text {
				t.Errorf("%s: trained on %q, want %q", id, *k.Output, text)
			}
			longer += len(*said[*k.Parent].Completion) - len(*said[*k.Parent].Extracted)
		}
		if len(kept) == 0 || longer == 0 {
			t.Errorf("%s: %d rows, extracts shorter by %d", id, len(kept), longer)
		}
	}
	// Of given answers: what is extracted is as an answer that is no more than that.
	sum := func(id string) (loss float64, targets int64) {
		for _, row := range learned(t, p, id) {
			loss, targets = loss+row.Loss, targets+row.Targets
		}
		return loss, targets
	}
	a, n := sum("methods.told_cut")
	b, m := sum("methods.told_short")
	if n != m || math.Abs(a-b) > .02*b { // the rows differ, and with them their order
		t.Errorf("extracted: loss %v on %d tokens; short: %v on %d", a, n, b, m)
	}
}

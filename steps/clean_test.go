package steps_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idiolect/runner"
	"idiolect/runner/tables"
)

const planted = `
name: planted
seed: 3
models: {writer: {backend: local, name: MODEL, sampling: {max_tokens: 64}}}
data:
  held: {source: inline, rows: [{input: Ask Ada for the key to the old mill by the river., output: "Would you be so kind as to bring the key of the old mill with you tomorrow?"}, {input: Thank Ben.}]}
  open: {source: inline, rows: [{input: Say what the seen row says.}]}
  asked: {source: synthesize, model: writer, prompt: ask, calls: 1, per_call: 9}
  told: {source: answer, data: asked, model: writer}
  read: {source: inline, rows: [{input: thank ben, output: x}, {input: Greet Cem., output: y}]}
prompts: {ask: {user: write}}
rubrics: {any: {criteria: [{name: any, expr: "len(output) >= 0"}]}}
judges: {any: {kind: accept, rubric: any}}
methods:
  start: {kind: prompt, model: writer}
  tuned: {kind: sft, model: writer, data: told, hyperparameters: {steps: 1, batch_size: 1}}
  plain: {kind: sft, model: writer, data: read, hyperparameters: {steps: 1, batch_size: 1}}
evals:
  held: {data: held, methods: [start, tuned, plain], judges: [any], baseline: start}
  seen: {data: open, methods: [start], judges: [any], seen: true}
`

// plant writes copies of what is held out, and what only looks like one.
func plant(prompt string, _ int) said {
	switch {
	case prompt == "write":
		return said{text: `["thank Ben!", "Ask Ada for the key to the old mill, please.", "Say what the seen row says.", "Greet Dana warmly.",
			"Somebody must at once ask Ada for the key to the old barn and tell her that nothing else is needed before the winter comes.", "Write to Eve about the boat."]`}
	case strings.Contains(prompt, "boat"):
		return said{text: "Dear Eve, would you be so kind as to bring the key of the boat?"}
	}
	return said{text: "Hello."}
}

// Rows that steps made are trained on without copies of what evals ask about; rows
// that were read with them, unless the spec says otherwise.
func TestTrainedOnIsClean(t *testing.T) {
	inputs := func(p project, id string) (out []string) {
		for _, r := range table[tables.Row](t, p, id, "rows.parquet") {
			out = append(out, *r.Input)
		}
		slices.Sort(out)
		return out
	}
	s := scripted(t, plant)
	p, err := s.run(t, planted, runner.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"Greet Dana warmly.", "Say what the seen row says."}, inputs(p, "data.told.clean")); d != "" {
		t.Error(d)
	}
	if n := len(inputs(p, "data.told")); n != 6 {
		t.Errorf("%d of 6 rows before that", n)
	}
	why := map[string]int{}
	for _, x := range table[tables.Skipped](t, p, "data.told.clean", "skipped.parquet") {
		if !strings.HasPrefix(*x.Source, "synthesize call 1, item ") {
			t.Errorf("left out %q", *x.Source)
		}
		why[x.Reason]++
	}
	const input = "its input is that of a row that an eval asks about: "
	want := map[string]int{
		input + "the same words": 1, input + "8 words in a row are the same": 2, // the second in another order of clauses
		"its output is that of a row that an eval asks about: 8 words in a row are the same": 1,
	}
	if d := cmp.Diff(want, why); d != "" {
		t.Error(d)
	}
	if got := stages(t, p, "data.told.clean"); got != "to train on 6 rows, clean 2 rows" {
		t.Errorf("funnel %s", got)
	}
	for id, n := range map[string]int64{"methods.tuned": 2, "methods.plain": 2} {
		if got := table[tables.Policy](t, p, id, "policies.parquet")[0].Rows; got != n {
			t.Errorf("%s was trained on %d rows - want %d", id, got, n)
		}
	}
	asked := s.total
	other := s.plan(t, strings.Replace(planted, "{input: Thank Ben.}", "{input: Greet Dana warmly.}", 1))
	if _, err := runner.Execute(t.Context(), other, p.store, runner.Options{Only: []string{"methods.tuned"}}); err != nil || s.total != asked {
		t.Errorf("another eval asks %d more answers for what is trained on: %v", s.total-asked, err)
	}
	said, err := scripted(t, plant).run(t, strings.NewReplacer("data: asked, model: writer}", "data: asked, model: writer, clean: false}", "output: y}]}", "output: y}], clean: {words: 0, rouge_l: 0}}").Replace(planted), runner.Options{Only: []string{"methods.plain"}})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"Greet Cem."}, inputs(said, "data.read.clean")); d != "" {
		t.Error(d)
	}
	if _, found := said.plan.Find("data.told.clean"); found {
		t.Error("cleaned against the spec's word")
	}
}

// A split is cleaned of what an eval asks about in another split of the same rows,
// and never of itself.
func TestSplitsAreClean(t *testing.T) {
	var lines []string
	for i := range 8 {
		lines = append(lines, fmt.Sprintf("{input: word%d, output: y}, {input: Word%d!, output: z}", i, i))
	}
	spec := strings.NewReplacer("  read: {source: inline, rows: [{input: thank ben, output: x}, {input: Greet Cem., output: y}]}",
		"  read: {source: inline, rows: ["+strings.Join(lines, ", ")+"], split: {test: 6, train: rest}, clean: true}", "data: read", "data: read.train", "held: {data: held", "held: {data: read.test").Replace(planted)
	p, err := scripted(t, plant).run(t, spec, runner.Options{Only: []string{"methods.plain"}})
	if err != nil {
		t.Fatal(err)
	}
	test := map[string]bool{}
	for _, r := range table[tables.Row](t, p, "data.read", "rows.parquet") {
		if *r.Split == "test" {
			test[strings.ToLower(strings.TrimSuffix(*r.Input, "!"))] = true
		}
	}
	kept := table[tables.Row](t, p, "data.read.train.clean", "rows.parquet")
	for _, r := range kept {
		if test[strings.ToLower(strings.TrimSuffix(*r.Input, "!"))] || *r.Split != "train" {
			t.Errorf("%s row %q is trained on", *r.Split, *r.Input)
		}
	}
	if n := len(kept); n == 0 || n >= 10 {
		t.Errorf("%d of 10 rows are kept", n)
	}
}

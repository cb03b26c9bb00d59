package steps_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"idiolect/backends/local/localtest"
	"idiolect/datasets"
	"idiolect/runner"
	"idiolect/runner/tables"
)

// taught is an experiment on a policy that has learned to say something of things
// and to end: what iterates or chooses has something to work with.
const taught = `
name: taught
seed: 3
models: {writer: {backend: local, name: MODEL, sampling: {max_tokens: 16}}}
data:
  lessons:
    source: inline
    rows:
      - {thing: cat, output: the cat is red.}
      - {thing: dog, output: the dog is old.}
      - {thing: sun, output: the sun is red.}
      - {thing: road, output: the road is old.}
      - {thing: lake, output: the lake is blue.}
      - {thing: moon, output: the moon is blue.}
  things:
    source: inline
    rows: [{thing: cat}, {thing: dog}, {thing: sun}, {thing: road}, {thing: lake}, {thing: moon}, {thing: rain}, {thing: tree}, {thing: bird}, {thing: star}, {thing: stone}, {thing: leaf}]
    split: {train: 6, dev: 3, test: 3}
prompts:
  say: {user: "Say something of the {{ thing }}."}
  name: {user: "Name the {{ thing }}."}
  last: {user: "Say something of the {{ thing }}.", extract: "first(words(output)) ?? ''"}
rubrics: {likes: {criteria: [{name: red, expr: "'red' in words(output)"}]}, the: {criteria: [{name: the, expr: "output startsWith 'the'"}]}}
judges: {likes: {kind: accept, rubric: likes}, the: {kind: accept, rubric: the}}
methods:
  told: {kind: sft, model: writer, data: lessons, prompt: say, hyperparameters: {epochs: 60, batch_size: 6, learning_rate: .01}}
METHODS
evals:
  held: {data: things.test, methods: [told EVALUATED], judges: [likes], baseline: told, samples: 2}
`

// runTaught runs it with more methods, evaluated (", a, b"); edits as in compile.
func runTaught(t *testing.T, methods, evaluated string, edits ...string) project {
	t.Helper()
	return execute(t, compileTaught(t, methods, evaluated, edits...))
}

func compileTaught(t *testing.T, methods, evaluated string, edits ...string) *runner.Plan {
	t.Helper()
	plan, err := tryTaught(t, methods, evaluated, edits...)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func tryTaught(t *testing.T, methods, evaluated string, edits ...string) (*runner.Plan, error) {
	t.Helper()
	return compile(t, localtest.Tiny(t), taught, append([]string{"METHODS", methods, "EVALUATED", evaluated}, edits...)...)
}

// file is a file of an artifact, whole.
func file(t *testing.T, p project, id, name string) string {
	t.Helper()
	path, err := p.artifact(t, id).Path(name)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// completions are what a step's samples say, by row key and replicate.
func completions(t *testing.T, p project, id string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, s := range table[tables.Sample](t, p, id, "samples.parquet") {
		out[fmt.Sprintf("%s/%d", s.RowKey, s.Replicate)] = *s.Completion
	}
	return out
}

// Expert iteration trains on pairs as it does on answers: of each row the completion that the judge values most over the one that it
// values least, none of rows whose completions are all worth the same.
func TestExpertIterationByPairs(t *testing.T) {
	t.Parallel()
	p := runTaught(t, `
  paired:
    kind: expert_iteration
    model: told
    data: things.train
    judge: likes
    train: {kind: dpo, hyperparameters: {epochs: 10, batch_size: 2, learning_rate: 3e-4}}
    hyperparameters: {samples: 12, rounds: 2}`, ", paired", "samples: 2}", "samples: 40}")
	red := func(text string) bool { return strings.Contains(text, "red") }
	rows := table[tables.Row](t, p, "methods.paired.round1.kept", "rows.parquet")
	if len(rows) == 0 || len(rows) > 6 {
		t.Fatalf("%d pairs of 6 rows", len(rows))
	}
	for _, r := range rows {
		fields, err := datasets.Fields(r.Fields)
		if err != nil {
			t.Fatal(err)
		}
		chosen, rejected := fields["chosen"].(string), fields["rejected"].(string)
		if !red(chosen) || red(rejected) || *r.Output != chosen {
			t.Errorf("%q is preferred to %q, and %q kept", chosen, rejected, *r.Output)
		}
	}
	liked := map[string]float64{}
	for _, method := range []string{"told", "paired"} {
		for _, said := range completions(t, p, "evals.held."+method+".samples") {
			if red(said) {
				liked[method]++
			}
		}
	}
	if !(liked["paired"] > liked["told"]) {
		t.Errorf("red is said %g times after training, %g before", liked["paired"], liked["told"])
	}
	for edit, want := range map[string]string{
		"judge: likes, keep: best": "keep has no effect with dpo",
		"judge: likes":             "1 sample a row - dpo takes pairs of them",
	} {
		_, err := readSpec(t, taught, "MODEL", localtest.Tiny(t), "METHODS", `
  paired: {kind: expert_iteration, model: told, data: things.train, `+edit+`, train: {kind: dpo}, hyperparameters: {samples: `+map[bool]string{true: "2", false: "1"}[strings.Contains(edit, "keep")]+`}}`, "EVALUATED", ", paired")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v - want %q", edit, err, want)
		}
	}
}

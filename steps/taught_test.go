package steps_test

import (
	"fmt"
	"os"
	"testing"

	"idiolect/backends/local/localtest"
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

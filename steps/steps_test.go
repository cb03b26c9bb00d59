package steps_test

import (
	"strings"
	"testing"

	"idiolect/backends/local"
	"idiolect/backends/local/localtest"
	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
	"idiolect/steps"
)

// small is an experiment with every kind of step, on a model that has learned
// nothing; MODEL stands for its folder.
const small = `
name: small
seed: 3
vars: {least: 2}
models: {writer: {backend: local, name: MODEL, sampling: {max_tokens: 12}}}
data:
  topics:
    source: inline
    rows: [{topic: rain, n: 1}, {topic: snow, n: 2}, {topic: wind, n: 3}, {topic: sun, n: 4}, {topic: fog, n: 5}, {topic: hail, n: 6}]
    set: {twice: n * 2}
    where: n > 0
    split: {train: 3, test: 3}
  answers: {source: inline, rows: [{input: Say a., output: thing}, {input: Say b., output: a thing word}]}
prompts: {haiku: {system: "Be brief.", user: "Write a haiku about {{ topic }}."}}
rubrics:
  long: {criteria: [{name: long, expr: "chars(output) > vars.least"}, {name: calm, expr: "not (output contains '!')", hard: true}]}
judges:
  yes: {kind: accept, rubric: long}
  mark: {kind: score, rubric: long}
methods:
  start: {kind: prompt, model: writer, prompt: haiku}
  told: {kind: sft, model: writer, data: answers, hyperparameters: {epochs: 2, batch_size: 1}}
  tuned: {kind: expert_iteration, model: start, data: topics.train, judge: yes, train: {kind: sft, hyperparameters: {epochs: 2, batch_size: 2}}, hyperparameters: {rounds: 2, samples: 2}}
evals:
  held: {data: topics.test, methods: [start, tuned], judges: [yes, mark], baseline: start, samples: 2}
`

// project is a compiled experiment with its store.
type project struct {
	plan  *runner.Plan
	store *runner.Store
}

func machines(t testing.TB) steps.Machines {
	t.Helper()
	b, err := local.New(2)
	if err != nil {
		t.Fatal(err)
	}
	return steps.Machines{b}
}

// compile reads and lowers a spec; edits are pairs of an old text and a new one.
func compile(t testing.TB, model, spec string, edits ...string) (*runner.Plan, error) {
	t.Helper()
	exp, err := readSpec(t, spec, append([]string{"MODEL", model}, edits...)...)
	if err != nil {
		t.Fatal(err)
	}
	return steps.Compile(t.Context(), exp, machines(t))
}

func readSpec(t testing.TB, spec string, edits ...string) (*specs.Experiment, error) {
	t.Helper()
	// One edit after the other: an edit may be of what an earlier one put in.
	for i := 0; i < len(edits); i += 2 {
		spec = strings.ReplaceAll(spec, edits[i], edits[i+1])
	}
	return specs.ReadBytes("small.yaml", []byte(spec), steps.Language(machines(t)), specs.Options{})
}

func execute(t testing.TB, plan *runner.Plan) project {
	t.Helper()
	store := runner.OpenStore(t.TempDir())
	if _, err := runner.Execute(t.Context(), plan, store, runner.Options{}); err != nil {
		t.Fatal(err)
	}
	return project{plan, store}
}

func runSmall(t testing.TB, edits ...string) project {
	t.Helper()
	plan, err := compile(t, localtest.Tiny(t), small, edits...)
	if err != nil {
		t.Fatal(err)
	}
	return execute(t, plan)
}

func (p project) artifact(t testing.TB, id string) *runner.Artifact {
	t.Helper()
	a, ok := p.plan.Find(id)
	if !ok {
		t.Fatalf("the plan has no step %s", id)
	}
	art, err := p.store.Open(a.Key())
	if err != nil {
		t.Fatal(err)
	}
	return art
}

func table[T any](t testing.TB, p project, id, file string) []T {
	t.Helper()
	path, err := p.artifact(t, id).Path(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := tables.Read[T](path)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// Every row can be followed back: verdict -> sample -> row and policy -> what
// the policy was trained on -> sample.
func TestLineage(t *testing.T) {
	p := runSmall(t)
	rows := map[string]tables.Row{}
	for _, r := range table[tables.Row](t, p, "data.topics", "rows.parquet") {
		rows[r.ID] = r
	}
	tuned := table[tables.Policy](t, p, "methods.tuned", "policies.parquet")[0]
	samples := map[string]tables.Sample{}
	for _, s := range table[tables.Sample](t, p, "evals.held.tuned.samples", "samples.parquet") {
		if _, ok := rows[s.RowID]; !ok || s.PolicyID != tuned.ID || rows[s.RowID].Split == nil || *rows[s.RowID].Split != "test" {
			t.Errorf("sample %s comes from row %s, policy %s", s.ID, s.RowID, s.PolicyID)
		}
		samples[s.ID] = s
	}
	verdicts := table[tables.Verdict](t, p, "evals.held.tuned.yes", "verdicts.parquet")
	if len(verdicts) != 6 || len(samples) != 6 {
		t.Fatalf("3 rows x 2 samples gave %d samples, %d verdicts", len(samples), len(verdicts))
	}
	for _, v := range verdicts {
		if _, ok := samples[v.SampleID]; !ok {
			t.Errorf("verdict %s is about sample %s, which nobody drew", v.ID, v.SampleID)
		}
	}
	drawn := map[string]bool{}
	for _, id := range []string{"methods.tuned.round1.samples", "methods.tuned.round2.samples"} {
		for _, s := range table[tables.Sample](t, p, id, "samples.parquet") {
			drawn[s.ID] = true
		}
	}
	kept := table[tables.Row](t, p, "methods.tuned.round2.kept", "rows.parquet")
	for _, k := range kept {
		if k.Parent == nil || !drawn[*k.Parent] {
			t.Errorf("kept row %s descends from %v", k.ID, k.Parent)
		}
	}
	if int64(len(kept)) != tuned.Rows {
		t.Errorf("%d rows were kept, the policy says it was trained on %d", len(kept), tuned.Rows)
	}
	start := table[tables.Policy](t, p, "methods.start", "policies.parquet")[0]
	if tuned.Parent == nil || *tuned.Parent != start.ID {
		t.Errorf("tuned descends from %v, not from start %s", tuned.Parent, start.ID)
	}
}

// All methods of an eval share their noise prompt by prompt.
func TestMethodsShareTheirNoise(t *testing.T) {
	p := runSmall(t)
	a := table[tables.Sample](t, p, "evals.held.start.samples", "samples.parquet")
	b := table[tables.Sample](t, p, "evals.held.tuned.samples", "samples.parquet")
	seen := map[string]bool{}
	for i := range a {
		if a[i].RowKey != b[i].RowKey || a[i].Seed != b[i].Seed {
			t.Errorf("sample %d: seeds %s and %s", i, a[i].Seed, b[i].Seed)
		}
		if seen[a[i].Seed] {
			t.Errorf("seed %s is used twice", a[i].Seed)
		}
		seen[a[i].Seed] = true
	}
}

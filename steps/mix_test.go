package steps_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idiolect/runner/tables"
)

// who says which variant's prompt a sample was asked with.
func who(messages string) string {
	if strings.Contains(messages, "Name the") {
		return "b"
	}
	return "a"
}

const mixed = `  a: {kind: prompt, model: told, prompt: say}
  b: {kind: prompt, model: told, prompt: name}
  both: {kind: mix, weights: {a: 0.6, b: 0.4}}
`

// A mix answers every row once, by one variant, as that variant answers it alone.
func TestMixIsItsVariants(t *testing.T) {
	p := runTaught(t, mixed, ", a, b, both", "things.test", "things.all")
	alone := map[string]map[string]string{"a": completions(t, p, "evals.held.a.samples"), "b": completions(t, p, "evals.held.b.samples")}
	ids := map[string]string{}
	for _, id := range []string{"a", "b"} {
		ids[id] = table[tables.Policy](t, p, "methods."+id, "policies.parquet")[0].ID
	}
	got, shares := map[string]string{}, map[string]int{}
	all := table[tables.Sample](t, p, "evals.held.both.samples", "samples.parquet")
	for i, s := range all {
		v := who(s.Messages)
		shares[v]++
		if s.PolicyID != ids[v] || i > 0 && s.RowKey < all[i-1].RowKey {
			t.Errorf("sample %d of row %s, asked as %s, is of policy %s", i, s.RowKey, v, s.PolicyID)
		}
		key := s.RowKey + "/" + string(rune('0'+s.Replicate))
		if got[key] = *s.Completion; alone[v][key] != *s.Completion {
			t.Errorf("%s answers %q in the mix, %q alone", v, *s.Completion, alone[v][key])
		}
	}
	if len(got) != 24 || shares["a"] == 0 || shares["b"] == 0 || shares["a"]%2 != 0 {
		t.Errorf("12 rows by 2 samples: %d answers, %v", len(got), shares)
	}
	if n := len(table[tables.Verdict](t, p, "evals.held.both.likes", "verdicts.parquet")); n != 24 {
		t.Errorf("%d verdicts", n)
	}
}

// answered says who answers each row, by what the row is about.
func answered(t *testing.T, edits ...string) map[string]string {
	t.Helper()
	p := runTaught(t, mixed, ", both", append([]string{"things.test", "things.all", "samples: 2", "samples: 1", "epochs: 60", "epochs: 1"}, edits...)...)
	out := map[string]string{}
	for _, s := range table[tables.Sample](t, p, "evals.held.both.samples", "samples.parquet") {
		out[s.Fields] = who(s.Messages)
	}
	return out
}

// A row stays with its variant when rows are added, and when weights change only
// the rows move that have to.
func TestMixIsSticky(t *testing.T) {
	before := answered(t)
	after := answered(t, "[{thing: cat}, ", "[{thing: hail}, {thing: snow}, {thing: cat}, ")
	if len(after) != len(before)+2 {
		t.Fatalf("%d rows, then %d", len(before), len(after))
	}
	for row, v := range before {
		if after[row] != v {
			t.Errorf("%s moved from %s to %s as rows were added", row, v, after[row])
		}
	}
	more := answered(t, "a: 0.6, b: 0.4", "a: 0.8, b: 0.2")
	moved := 0
	for row, v := range before {
		if more[row] != v {
			moved++
			if v != "b" {
				t.Errorf("%s moved to %s, whose share fell", row, more[row])
			}
		}
	}
	if moved == 0 || moved == len(before) {
		t.Errorf("%d of %d rows moved", moved, len(before))
	}
	if d := cmp.Diff(before, answered(t, "a: 0.6, b: 0.4", "a: 3, b: 2")); d != "" {
		t.Errorf("3 to 2 is another mix than 0.6 to 0.4:\n%s", d)
	}
}

// Training on a mix pools what all variants earned; the policy is asked its own
// way, in training too.
func TestIteratingOnAMix(t *testing.T) {
	p := runTaught(t, mixed+`  pooled: {kind: expert_iteration, model: both, data: things.train, judge: the, prompt: say, train: {kind: sft, model: told, hyperparameters: {epochs: 1, batch_size: 4}}, hyperparameters: {rounds: 2, samples: 3}}`, ", pooled")
	earned := map[string]int{}
	prompt := map[string]string{}
	for _, s := range table[tables.Sample](t, p, "methods.pooled.round1.samples", "samples.parquet") {
		prompt[s.ID] = who(s.Messages)
	}
	for _, k := range table[tables.Row](t, p, "methods.pooled.round1.kept", "rows.parquet") {
		if k.Messages != nil {
			t.Errorf("row %s keeps the prompt of a variant: %s", k.ID, *k.Messages)
		}
		earned[prompt[*k.Parent]]++
	}
	if earned["a"] == 0 || earned["b"] == 0 || len(earned) != 2 {
		t.Errorf("earned: %v", earned)
	}
	for _, s := range table[tables.Sample](t, p, "methods.pooled.round2.samples", "samples.parquet") {
		if who(s.Messages) != "a" {
			t.Fatalf("the policy of round 1 was asked %s", s.Messages)
		}
	}
	row, told := table[tables.Policy](t, p, "methods.pooled", "policies.parquet")[0], table[tables.Policy](t, p, "methods.told", "policies.parquet")[0]
	if row.Rows == 0 || *row.Parent != told.ID || !strings.Contains(row.Prompt, "Say something") {
		t.Errorf("policy %+v", row)
	}
	log := table[tables.Training](t, p, "methods.pooled", "training.parquet")
	if len(log) == 0 || math.IsNaN(log[0].Loss) {
		t.Errorf("training %+v", log)
	}
}

// "At most" is never passed by what mixes, chooses, or wears another prompt in
// training, and what is expected of a mix is about what it takes.
func TestAtMostOfVariants(t *testing.T) {
	p := runTaught(t, mixed+`  pooled: {kind: expert_iteration, model: both, data: things.train, judge: the, prompt: long, train: {kind: sft, model: told, hyperparameters: {epochs: 2, batch_size: 4}}, hyperparameters: {rounds: 2, samples: 3}}
  worn: {kind: sft, model: writer, data: lessons, prompt: say, train_prompt: long, hyperparameters: {epochs: 2}}
  asked: {kind: prompt, model: told, prompt: say}
  best: {kind: select, method: asked, over: {prompt: [say, long, name]}, data: things.dev, judge: the}
  cut: {kind: expert_iteration, model: told, data: things.train, judge: the, prompt: last, train: {kind: sft, target: extract, hyperparameters: {epochs: 1}}}`, ", both, best, pooled",
		"things.test", "things.all", "prompts:\n", "prompts:\n  long: {system: \"Be brief.\", user: \"Say something of the {{ thing }}, the {{ thing }}.\"}\n")
	sum := int64(0)
	for _, a := range p.plan.Actions {
		e, u := a.Estimate, p.used(t, a)
		for what, c := range map[string]struct {
			planned [2]int64
			used    int64
		}{"calls": {e.Calls, u.Calls}, "prompt": {e.Prompt, u.Prompt}, "output": {e.Output, u.Output}, "trained": {e.Trained, u.Trained}} {
			if c.used > c.planned[1] || c.planned[0] > c.planned[1] {
				t.Errorf("%s: %d %s, planned were %v", a.ID, c.used, what, c.planned)
			}
		}
		if strings.HasPrefix(a.ID, "evals.held.both.samples.") {
			sum += e.Calls[0]
		}
	}
	if sum != 24 {
		t.Errorf("12 rows by 2 samples: %d calls are expected of the mix", sum)
	}
}

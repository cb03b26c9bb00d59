package steps_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idiolect/runner/tables"
)

// The candidate with the highest mean on the rows to choose on is the policy: its
// weights, its answers, and what is said of it.
func TestSelectTakesTheBest(t *testing.T) {
	p := runTaught(t, `  best: {kind: select, method: told, over: {hyperparameters.epochs: [1, 60]}, data: things.train, judge: the, hyperparameters: {samples: 4}}`, ", best")
	cs := table[tables.Candidate](t, p, "methods.best", "candidates.parquet")
	if len(cs) != 2 || cs[0].Name != "epochs=1" || cs[1].Name != "epochs=60" || cs[1].Settings != `{"hyperparameters.epochs":60}` {
		t.Fatalf("candidates %+v", cs)
	}
	for i, c := range cs {
		sum := 0.0
		vs := table[tables.Verdict](t, p, "methods.best."+c.Name+".verdicts", "verdicts.parquet")
		for _, v := range vs {
			if *v.Accepted {
				sum++
			}
		}
		if c.N != 24 || int(c.N) != len(vs) || c.Clusters != 6 || *c.Mean != sum/24 || c.Chosen != (i == 1) || (c.Inflation != nil) != c.Chosen {
			t.Errorf("candidate %+v, accepted %v of %d", c, sum, len(vs))
		}
	}
	if *cs[0].Mean >= *cs[1].Mean {
		t.Errorf("one epoch gives %v, sixty %v", *cs[0].Mean, *cs[1].Mean)
	}
	if in := *cs[1].Inflation; in < 0 || in > .5 {
		t.Errorf("inflation %v", in)
	}
	best, told := table[tables.Policy](t, p, "methods.best", "policies.parquet")[0], table[tables.Policy](t, p, "methods.told", "policies.parquet")[0]
	if best.Settings != told.Settings || best.Rows != told.Rows || best.ID == told.ID || !strings.HasPrefix(*best.Note, "epochs=60, chosen from 2 candidates by the on things.train: ") {
		t.Errorf("policy %+v, note %s", best, *best.Note)
	}
	if file(t, p, "methods.best", "policy.safetensors") != file(t, p, "methods.told", "policy.safetensors") {
		t.Error("other weights than the winner's")
	}
	if d := cmp.Diff(completions(t, p, "evals.held.told.samples"), completions(t, p, "evals.held.best.samples")); d != "" {
		t.Errorf("other answers than the winner's:\n%s", d)
	}
	if told, _ := p.plan.Find("methods.told"); !strings.Contains(strings.Join(told.Aliases, " "), "methods.best.epochs=60") {
		t.Errorf("the candidate that is a method already is made anew: %v", told.Aliases)
	}
}

// Of equals the first is taken, and one candidate alone is not lucky.
func TestSelectOfEquals(t *testing.T) {
	all := []string{`"output startsWith 'the'"`, `"true"`}
	p := runTaught(t, `  best: {kind: select, method: told, over: {hyperparameters.learning_rate: [.01, .02], hyperparameters.beta1: [.8, .9]}, data: things.dev, judge: the}
  sole: {kind: select, method: told, over: {hyperparameters.learning_rate: [.01]}, data: things.dev, judge: the}`, "", all...)
	var names []string
	for _, c := range table[tables.Candidate](t, p, "methods.best", "candidates.parquet") {
		names = append(names, c.Name)
		if first := c.Name == "learning_rate=.01,beta1=.8"; c.Chosen != first || first && *c.Inflation != 0 {
			t.Errorf("candidate %+v", c)
		}
	}
	if len(names) != 4 || names[1] != "learning_rate=.01,beta1=.9" {
		t.Errorf("candidates %v", names)
	}
	if c := table[tables.Candidate](t, p, "methods.sole", "candidates.parquet")[0]; *c.Inflation != 0 {
		t.Errorf("a sole candidate is inflated by %v", *c.Inflation)
	}
}

// What is chosen may be how to ask: the eval asks as the winner does.
func TestSelectAPrompt(t *testing.T) {
	for _, c := range []struct{ judge, want string }{{"not (output startsWith 'the')", "Name the"}, {"output startsWith 'the'", "Say something of the"}} {
		p := runTaught(t, `  asked: {kind: prompt, model: told, prompt: say}
  best: {kind: select, method: asked, over: {prompt: [say, name]}, data: things.dev, judge: the}`, ", best",
			"output startsWith 'the'", c.judge, `"Name the {{ thing }}."`, `"Name the {{ thing }}.", extract: "'a thing'"`)
		won := ""
		for _, x := range table[tables.Candidate](t, p, "methods.best", "candidates.parquet") {
			if x.Chosen {
				won = x.Name
			}
		}
		row := table[tables.Policy](t, p, "methods.best", "policies.parquet")[0]
		if !strings.Contains(row.Prompt, c.want) {
			t.Errorf("the policy of %s is asked %s - want %q", won, row.Prompt, c.want)
		}
		for _, s := range table[tables.Sample](t, p, "evals.held.best.samples", "samples.parquet") {
			if !strings.Contains(s.Messages, c.want) || s.PolicyID != row.ID || (s.Extracted != nil) != (won == "prompt=name") {
				t.Fatalf("%s was chosen, and %s was sent by policy %s", won, s.Messages, s.PolicyID)
			}
		}
	}
}

// Each repeat selects anew, and another candidate makes no candidate again.
func TestSelectInEveryRepeat(t *testing.T) {
	const best = `  best: {kind: select, method: told, over: {hyperparameters.epochs: [1, 60]}, data: things.dev, judge: the}`
	two := compileTaught(t, best, ", best", "seed: 3", "seed: 3\nrepeats: 2")
	for _, id := range []string{"methods.best@1", "methods.best@2", "methods.best.epochs=1@2", "methods.best.epochs=60.verdicts@1"} {
		if _, ok := two.Find(id); !ok {
			t.Errorf("the plan has no %s", id)
		}
	}
	model := func(edits ...string) map[string]bool {
		had := map[string]bool{}
		for _, a := range compileTaught(t, best, ", best", edits...).Actions {
			had[string(a.Key())] = true
		}
		return had
	}
	had := model()
	more := 0
	for key := range model("[1, 60]", "[1, 60, 2]") {
		if !had[key] {
			more++
		}
	}
	// A candidate, its samples and verdicts; the choice, its samples and verdicts, the table, the panel.
	if more != 8 {
		t.Errorf("one more candidate adds %d steps, want 8", more)
	}
}

func TestWhatSelectAndMixRefuse(t *testing.T) {
	for name, c := range map[string]struct{ methods, want string }{
		"training on an unknown start": {"  asked: {kind: prompt, model: told}\n  best: {kind: select, method: asked, over: {prompt: [say, name]}, data: things.dev, judge: the}\n  more: {kind: sft, model: best, data: lessons}", "how best is asked is known only when one of its candidates was chosen"},
		"choosing among mixes":         {"  both: {kind: mix, weights: {told: 1}}\n  best: {kind: select, method: both, over: {weights.told: [1, 2]}, data: things.dev, judge: the}", "select chooses among policies - both is a mix, which is several"},
		"a mix of mixes":               {"  both: {kind: mix, weights: {told: 1}}\n  twice: {kind: mix, weights: {both: 1}}", "a mix of mixes: both is one itself"},
		"training a mix":               {"  both: {kind: mix, weights: {told: 1}}\n  more: {kind: sft, model: both, data: lessons}", "both is a mix of several policies - a method begins with one"},
		"iterating on a mix":           {"  both: {kind: mix, weights: {told: 1}}\n  more: {kind: expert_iteration, model: both, data: things.train, judge: the, train: {kind: sft}}", "both is a mix of several policies - one is trained on what all of them earned"},
		"iterating without a prompt":   {"  both: {kind: mix, weights: {told: 1}}\n  more: {kind: expert_iteration, model: both, data: things.train, judge: the, train: {kind: sft, model: writer}}", `methods.more needs "prompt" - what is trained on a mix has to be asked somehow`},
		"extracting without extract":   {"  more: {kind: sft, model: writer, data: lessons, prompt: say, target: extract}", "target extract - the method is asked with no prompt that extracts"},
		"iterating without extract":    {"  more: {kind: expert_iteration, model: told, data: things.train, judge: the, train: {kind: sft, target: extract}}", "target extract - the method samples with no prompt that extracts"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tryTaught(t, c.methods, "")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v - want %q", err, c.want)
			}
		})
	}
}

// What select and mix have no use for is a mistake of the spec, at its place.
func TestKeysOfOthers(t *testing.T) {
	for key, value := range map[string]string{"prompt": "say", "train_prompt": "say", "monitor": "{data: things.dev, judges: [the]}"} {
		for kind, settings := range map[string]string{"select": "method: told, over: {hyperparameters.epochs: [1]}, data: things.dev, judge: the", "mix": "weights: {told: 1}", "prompt": "model: told"} {
			if kind == "prompt" && key == "prompt" {
				continue
			}
			_, err := readSpec(t, taught, "METHODS", "  other: {kind: "+kind+", "+settings+", "+key+": "+value+"}", "EVALUATED", "")
			if err == nil || !strings.Contains(err.Error(), key+": method "+kind) {
				t.Errorf("%s of %s: %v", key, kind, err)
			}
		}
	}
}

package steps_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idiolect/backends/local/localtest"
	"idiolect/runner"
)

// What an edit of the spec makes anew: the steps that it changes and what
// depends on them, and nothing else.
func TestAnEditRemakesWhatDependsOnIt(t *testing.T) {
	model := localtest.Tiny(t)
	before, err := compile(t, model, small)
	if err != nil {
		t.Fatal(err)
	}
	evals := []string{"evals.held", "evals.held.panel", "evals.held.start.mark", "evals.held.start.yes", "evals.held.tuned.mark", "evals.held.tuned.samples", "evals.held.tuned.yes"}
	tuned := []string{"methods.tuned", "methods.tuned.round1", "methods.tuned.round2.kept", "methods.tuned.round2.samples", "methods.tuned.round2.verdicts"}
	for name, c := range map[string]struct {
		edits []string
		want  []string
	}{
		"nothing, with a comment": {[]string{"name: small", "name: small # as it was"}, nil},
		"a description":           {[]string{"seed: 3", "seed: 3\ndescription: words"}, nil},
		"another name":            {[]string{"name: small", "name: large"}, nil},
		"what a criterion says":   {[]string{"{name: long, expr", "{name: long, says: is long, expr"}, []string{"evals.held.panel"}},
		"a var nobody reads": {[]string{"vars: {least: 2}", "vars: {least: 2, most: 3}"}, // vars are one value
			slices.Concat(evals, tuned, []string{"methods.tuned.round1.kept", "methods.tuned.round1.verdicts"})},
		"training of one method": {[]string{"{epochs: 2, batch_size: 1}", "{epochs: 3, batch_size: 1}"}, []string{"methods.told"}},
		"a default, written out": {[]string{"{epochs: 2, batch_size: 1}", "{epochs: 2, batch_size: 1, clip_norm: 1}"}, nil},
		"training of the other": {[]string{"{epochs: 2, batch_size: 2}", "{epochs: 3, batch_size: 2}"},
			slices.Concat(tuned, []string{"evals.held", "evals.held.panel", "evals.held.tuned.mark", "evals.held.tuned.samples", "evals.held.tuned.yes"})},
		"a judge made equal to another": {[]string{"mark: {kind: score", "mark: {kind: accept"}, []string{"evals.held", "evals.held.panel"}},
		"more samples of the eval": {[]string{"baseline: start, samples: 2", "baseline: start, samples: 3"},
			slices.Concat(evals, []string{"evals.held.start.samples"})},
		"more rounds": {[]string{"rounds: 2", "rounds: 3"}, []string{ // round 2's policy is a step of its own already
			"evals.held", "evals.held.panel", "evals.held.tuned.mark", "evals.held.tuned.samples", "evals.held.tuned.yes",
			"methods.tuned", "methods.tuned.round3.kept", "methods.tuned.round3.samples", "methods.tuned.round3.verdicts"}},
	} {
		t.Run(name, func(t *testing.T) {
			after, err := compile(t, model, small, c.edits...)
			if err != nil {
				t.Fatal(err)
			}
			had := map[runner.Key]bool{}
			for _, a := range before.Actions {
				had[a.Key()] = true
			}
			var made []string
			for _, a := range after.Actions {
				if !had[a.Key()] {
					made = append(made, a.ID)
				}
			}
			slices.Sort(made)
			slices.Sort(c.want)
			if d := cmp.Diff(c.want, made); d != "" {
				t.Errorf("made anew (-want +got):\n%s", d)
			}
		})
	}
}

// Keys name no path, no id of the spec (but for the eval's tables) and no secret.
func TestKeysSayWhatDecides(t *testing.T) {
	model := localtest.Tiny(t)
	plan, err := compile(t, model, small)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range plan.Actions {
		if strings.Contains(a.KeyText(), model) {
			t.Errorf("the key of %s names the model's folder:\n%s", a.ID, a.KeyText())
		}
		if a.Kind != "compare" && a.Kind != "panel" && strings.Contains(a.KeyText(), "tuned") {
			t.Errorf("the key of %s names a method:\n%s", a.ID, a.KeyText())
		}
	}
}

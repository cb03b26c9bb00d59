package steps_test

import (
	"encoding/json"
	"math"
	"testing"

	"idiolect/backends/local/localtest"
	"idiolect/runner/tables"
)

// What any training has to show before its results are worth reading: that it can learn one batch by heart, that one separable pair
// is separated, and that what alone is rewarded becomes what is done. (Gradients are held against finite differences in
// backends/local/engine, tournaments of an oracle against its order in TestTournamentsRecoverTheOrder.)
const ladder = `
name: ladder
seed: 5
models: {writer: {backend: local, name: MODEL, sampling: {max_tokens: 6}}}
data:
  things: {source: inline, rows: [{input: rain}, {input: snow}, {input: moss}, {input: barn}]}
  answers: {source: inline, rows: [{input: rain, output: a thing word}, {input: snow, output: thing is}]}
  pair: {source: inline, rows: [{input: rain, a: a thing, b: word is, preference: a}]}
rubrics: {lever: {criteria: [{name: a, expr: "output contains 'a'"}]}}
judges: {lever: {kind: accept, rubric: lever}}
methods:
  start: {kind: prompt, model: writer}
  learned: {kind: sft, model: writer, data: answers, hyperparameters: {steps: 150, batch_size: 2, learning_rate: .01}}
  preferred: {kind: dpo, model: writer, data: pair, hyperparameters: {epochs: 40, batch_size: 1, learning_rate: 1e-3}}
  bandit: {kind: rlaif, model: writer, data: things, judge: lever, hyperparameters: {group_size: 16, batch_size: 4, steps: 49, learning_rate: .01, format_coef: 0}}
evals: {pulls: {data: things, methods: [start, bandit], judges: [lever], samples: 100}}
`

func TestLadder(t *testing.T) {
	t.Parallel()
	plan, err := compile(t, localtest.Tiny(t), ladder)
	if err != nil {
		t.Fatal(err)
	}
	p := execute(t, plan)

	t.Run("one batch is learned by heart", func(t *testing.T) {
		log := table[tables.Training](t, p, "methods.learned", "training.parquet")
		if first, last := log[0].Loss, log[len(log)-1].Loss; first < 1 || last > .01 {
			t.Errorf("the loss went from %g to %g nats a token", first, last)
		}
	})
	t.Run("one pair is separated", func(t *testing.T) {
		log := table[tables.Training](t, p, "methods.preferred", "training.parquet")
		margin := func(k int) float64 {
			var m map[string]float64
			if err := json.Unmarshal([]byte(log[k].Metrics), &m); err != nil {
				t.Fatal(err)
			}
			return m["rewards/margins"]
		}
		last := len(log) - 1
		if math.Abs(log[0].Loss-math.Ln2) > 1e-6 || margin(0) != 0 {
			t.Errorf("at the reference the loss is %g and the margin %g", log[0].Loss, margin(0))
		}
		if !(margin(last) > margin(last/2) && margin(last/2) > 0) || !(log[last].Loss < math.Ln2/2) {
			t.Errorf("the margin went from 0 over %g to %g, the loss to %g", margin(last/2), margin(last), log[last].Loss)
		}
	})
	t.Run("what alone is rewarded is done", func(t *testing.T) {
		pulled := map[string]float64{}
		for _, method := range []string{"start", "bandit"} {
			verdicts := table[tables.Verdict](t, p, "evals.pulls."+method+".lever", "verdicts.parquet")
			for _, v := range verdicts {
				if *v.Accepted {
					pulled[method] += 1 / float64(len(verdicts))
				}
			}
		}
		if pulled["start"] > .5 || pulled["bandit"] <= .95 {
			t.Errorf("the lever is pulled in %.3f before and in %.3f after less than 50 steps", pulled["start"], pulled["bandit"])
		}
	})
}

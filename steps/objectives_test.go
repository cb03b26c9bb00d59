package steps_test

import (
	"fmt"
	"testing"

	"idiolect/backends/local/localtest"
)

// learning is an experiment with every method that trains by more than imitation.
const learning = `
name: learning
seed: 3
models: {writer: {backend: local, name: MODEL, sampling: {max_tokens: 6}}}
data:
  things: {source: inline, rows: [{thing: rain}, {thing: snow}, {thing: moss}]}
  demos: {source: inline, rows: [{thing: rain, output: red rain}, {thing: snow, output: red snow}]}
  pairs:
    source: inline
    rows:
      - {input: Rain., a: red rain, b: rain, preference: a, rubric: "is red; is short: yes"}
      - {input: Snow., a: snow, b: red snow, preference: b, rubric: "is red"}
      - {input: Moss., a: moss, b: moss, preference: tie, rubric: "is red"}
      - {input: Barn., a: barn, b: red barn, preference: b, rubric: "is red"}
prompts: {say: {user: "Say something of the {{ thing }}."}, brief: {user: "{{ a }} or {{ b }}?"}}
rubrics:
  as: {criteria: [{name: a, expr: "min(1, len(split(output, 'a')) / 6.0)"}]}
  said: {criteria: [{name: red, says: colour, answer: red}]}
judges:
  graded: {kind: score, rubric: as}
  better: {kind: pairwise, rubric: as}
  model: {kind: pairwise, model: writer, rubric: said, form: read}
methods:
  start: {kind: prompt, model: writer, prompt: say}
  dpo: {kind: dpo, model: writer, data: pairs, hyperparameters: {epochs: 2, batch_size: 2, learning_rate: .01}}
  ditto: {kind: ditto, model: start, data: demos, hyperparameters: {sft_steps: 2, steps: 5, batch_size: 2, resample_every: 2, samples_per_demo: 2, learning_rate: .01}}
  graded: {kind: rlaif, model: start, data: things, judge: graded, hyperparameters: {group_size: 3, batch_size: 2, steps: 3, learning_rate: .01, kl: .1}}
  played: {kind: rlaif, model: start, data: things, judge: better, tournament: {pattern: start}, hyperparameters: {group_size: 2, batch_size: 2, steps: 2, learning_rate: .01, loss: ppo, substeps: 2}}
  asked: {kind: rlaif, model: start, data: things, judge: model, hyperparameters: {group_size: 2, batch_size: 2, steps: 2, learning_rate: .01}}
  verdicts: {kind: reward_model, model: writer, data: pairs, prompt: brief, hyperparameters: {batch_size: 2, learning_rate: .01}}
  reads: {kind: reward_model, model: writer, data: pairs, form: read, hyperparameters: {batch_size: 2, learning_rate: .01}}
evals: {held: {data: things, methods: [start], judges: [graded]}}
`

// Whatever is trained, and wherever it dies or is stopped, also between the rounds
// of DITTO and inside a tournament, comes to the same bytes and asks nothing twice.
func TestObjectivesSurvive(t *testing.T) {
	plan, err := compile(t, localtest.Tiny(t), learning)
	if err != nil {
		t.Fatal(err)
	}
	for id, calls := range map[string]int64{
		"dpo": 0, "ditto": 3 * 4, "graded": (2 + 1 + 2) * 3, "played": (2 + 1) * (2 + 1), "asked": (2 + 1) * (2 + 2), "verdicts": 0, "reads": 0,
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			hits := survives(t, plan, "methods."+id, calls, "step.train", "checkpoint.save", "journal.append")
			if hits["step.train"] == 0 || calls > 0 && hits["journal.append"] == 0 {
				t.Errorf("points %v", fmt.Sprint(hits))
			}
		})
	}
}

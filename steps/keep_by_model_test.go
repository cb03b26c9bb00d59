package steps_test

import (
	"strings"
	"testing"

	"idiolect/backends"
	"idiolect/backends/backendtest"
	"idiolect/backends/local/localtest"
	"idiolect/runner/tables"
)

// A model decides what is kept as a program does: of rows that another answered, and of a policy's own completions.
func TestAModelDecidesWhatIsKept(t *testing.T) {
	b := &backendtest.Scripted{
		Known: weighing(),
		Say:   func(r backends.Request) (string, error) { return "on " + r.Messages[len(r.Messages)-1].Content, nil },
		Probability: func(question, word string) float64 { // yes to what has an a, by the probability of the built-in words
			yes := strings.Contains(question, "on rain") || strings.Contains(question, "on hail")
			if (word == "yes") == yes {
				return .9
			}
			return .05
		},
	}
	p := execute(t, by(t, b, `
name: kept
seed: 3
models: {writer: {backend: local, name: `+localtest.Tiny(t)+`, sampling: {max_tokens: 4}}, gpt: {backend: scripted, name: gpt, sampling: {max_tokens: 40}}}
data:
  things: {source: inline, rows: [{input: rain}, {input: snow}, {input: hail}]}
  told: {source: answer, data: things, model: gpt, keep: yes}
rubrics: {r: {criteria: [{name: a, says: has the letter a}]}}
judges: {yes: {kind: accept, model: gpt, rubric: r}}
methods:
  start: {kind: prompt, model: writer}
  tuned: {kind: expert_iteration, model: writer, data: things, judge: yes, keep: rejected, train: {kind: sft}}
evals: {held: {data: told, methods: [start, tuned], judges: [yes], seen: true}}
`))
	var kept []string
	for _, r := range table[tables.Row](t, p, "data.told", "rows.parquet") {
		kept = append(kept, *r.Output)
	}
	if len(kept) != 2 || !strings.Contains(strings.Join(kept, ","), "on rain") || !strings.Contains(strings.Join(kept, ","), "on hail") {
		t.Errorf("kept are %q", kept)
	}
	own := table[tables.Row](t, p, "methods.tuned.round1.kept", "rows.parquet")
	verdicts := table[tables.Verdict](t, p, "methods.tuned.round1.verdicts", "verdicts.parquet")
	if len(verdicts) != 3 || len(own) > 3 {
		t.Errorf("%d of %d completions are trained on", len(own), len(verdicts))
	}
	for _, v := range verdicts {
		if v.Error != nil || v.Accepted == nil || *v.Accepted {
			t.Errorf("%+v", v)
		}
	}
}

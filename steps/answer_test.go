package steps_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idiolect/runner"
	"idiolect/runner/tables"
)

const replies = `
name: answered
seed: 3
models: {writer: {backend: local, name: MODEL, sampling: {max_tokens: 12}}}
data:
  asked: {source: inline, rows: [{input: good, n: 1}, {input: long, n: 2}, {input: blank, n: 3}, {input: broken, n: 4}, {input: bad, n: 5}]}
  drafts: {source: answer, data: asked, model: writer, column: draft}
  notes: {source: answer, data: drafts, model: writer, prompt: note, column: note}
  told: {source: answer, data: notes, model: writer, prompt: tell, keep: fine}
prompts:
  note: {user: "What of {{ draft }}?"}
  tell: {user: "{{ input }}, {{ draft }}, {{ note }}", extract: "trim(output)"}
rubrics:
  fine: {criteria: [{name: no, expr: "not (output contains 'bad')"}, {name: n, expr: "n < 9"}]}
judges:
  fine: {kind: accept, rubric: fine}
`

func reply(prompt string, _ int) said {
	switch prompt {
	case "long":
		return said{text: "and so on and", cut: true}
	case "blank":
		return said{text: " \n"}
	case "broken":
		return said{err: errors.New("no connection")}
	}
	return said{text: "<" + prompt + "> "}
}

// An answer is about the columns that the ones before it made; rows without one are
// left out with the reason, and those that the judge does not keep are counted.
func TestAnswer(t *testing.T) {
	for judge, spec := range map[string]string{"accept": replies, "score": strings.Replace(replies, "kind: accept", "kind: score", 1)} {
		p, err := scripted(t, reply).run(t, spec, runner.Options{})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{`row 1 {"draft":"<good> ","input":"good","n":1,"note":"<What of <good> ?> ","output":"<good, <good> , <What of <good> ?> >"}`}
		if d := cmp.Diff(want, rows(t, p, "told")); d != "" {
			t.Errorf("%s: %s", judge, d)
		}
		if got, want := stages(t, p, "data.drafts"), "asked 5 rows, answered 2 rows, written 2 rows"; got != want {
			t.Errorf("%s: funnel %s - want %s", judge, got, want)
		}
		if got, want := stages(t, p, "data.told"), "asked 2 rows, answered 2 rows, judged 1 rows, written 1 rows"; got != want {
			t.Errorf("%s: funnel %s - want %s", judge, got, want)
		}
		var why []string
		for _, s := range table[tables.Skipped](t, p, "data.drafts", "skipped.parquet") {
			why = append(why, s.Reason)
		}
		slices.Sort(why)
		if d := cmp.Diff([]string{"no connection", "the answer is empty", "the answer was cut off at max_tokens"}, why); d != "" {
			t.Errorf("%s: left out: %s", judge, d)
		}
		told := table[tables.Row](t, p, "data.told", "rows.parquet")[0]
		if from := table[tables.Sample](t, p, "data.told.samples", "samples.parquet"); !slices.ContainsFunc(from, func(s tables.Sample) bool { return s.ID == *told.Parent }) {
			t.Errorf("%s: the row comes from %s, which is no sample", judge, *told.Parent)
		}
	}
}

// Trained on, such rows are an input and the answer, whatever conversation they
// were read as.
func TestAnswersAreTrainedOn(t *testing.T) {
	dir := folder(t, map[string]string{"c.jsonl": `{"messages": [{"role": "user", "content": "Say a."}, {"role": "assistant", "content": "old"}]}` + "\n"})
	spec := strings.NewReplacer("made.yaml", dir, "asked: {source: inline, rows: [{input: good, n: 1}, {input: long, n: 2}, {input: blank, n: 3}, {input: broken, n: 4}, {input: bad, n: 5}]}",
		"asked: {source: chat, path: "+dir+"/c.jsonl}", "  notes: {source: answer, data: drafts, model: writer, prompt: note, column: note}\n", "", "data: notes, model: writer, prompt: tell, keep: fine", "data: asked, model: writer",
		"prompts:\n", "methods:\n  tuned: {kind: sft, model: writer, data: told, hyperparameters: {steps: 1, batch_size: 1}}\nprompts:\n", ", {{ note }}", "").Replace(replies)
	p, err := scripted(t, reply).run(t, spec, runner.Options{})
	if err != nil {
		t.Fatal(err)
	}
	row := table[tables.Row](t, p, "data.told", "rows.parquet")[0]
	if row.Messages != nil || *row.Output != "<Say a.> " {
		t.Errorf("trained on %v, %q", row.Messages, *row.Output)
	}
	if got := table[tables.Policy](t, p, "methods.tuned", "policies.parquet")[0].Rows; got != 1 {
		t.Errorf("trained on %d rows", got)
	}
}

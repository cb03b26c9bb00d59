package steps_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idiolect/runner/tables"
	"idiolect/specs"
	"idiolect/steps"
)

// labelled is an experiment without a model: judges against what people said.
const labelled = `
name: labelled
seed: 3
vars: {good: red}
data:
  yes:
    source: inline
    rows:
      - {input: x, output: red car, accepted: true}
      - {input: x, output: blue car, accepted: false}
      - {input: y, output: a red, accepted: false}
      - {input: z, output: red cars, accepted: true}
      - {input: w, output: 7, accepted: true}
  pairs:
    source: inline
    rows:
      - {input: x, a: red car, b: car, preference: a}
      - {input: y, a: car, b: red car, preference: b}
      - {input: z, a: car, b: bike, preference: tie}
      - {input: w, a: red car, b: bike, preference: b}
    split: {test: 4}
  grades: {source: inline, rows: [{output: red car, score: 1}, {output: blue car, score: 0.5}, {output: red, score: 0}, {output: blue, score: 0}]}
rubrics:
  likes: {criteria: [{name: red, expr: "vars.good in words(output)"}, {name: car, expr: "'car' in words(output)"}]}
judges:
  strict: {kind: accept, rubric: likes, labels: yes, min_agreement: 90%}
  grade: {kind: score, rubric: likes}
  pair: {kind: pairwise, rubric: likes}
  wide: {kind: pairwise, rubric: likes, hyperparameters: {tie_margin: 0.5}}
evals:
  two: {data: pairs.test, judges: [strict, grade, pair, wide]}
  one: {data: grades, judges: [grade]}
`

func agreements(t *testing.T, p project, id string) map[string]tables.Agreement {
	t.Helper()
	out := map[string]tables.Agreement{}
	for _, row := range table[tables.Agreement](t, p, id, "agreements.parquet") {
		out[row.Judge] = row
	}
	return out
}

func runLabelled(t *testing.T, edits ...string) project {
	t.Helper()
	plan, err := compile(t, "", labelled, edits...)
	if err != nil {
		t.Fatal(err)
	}
	return execute(t, plan)
}

func near(t *testing.T, what string, got *float64, want float64) {
	t.Helper()
	if got == nil || math.Abs(*got-want) > 1e-12 {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// A judge of one text compares two: the higher value wins, and what is equal is
// a tie.
func TestJudgesAgreeWithPreferences(t *testing.T) {
	p := runLabelled(t)
	got := agreements(t, p, "evals.two")
	for judge, want := range map[string]string{
		"strict": `{"a":{"a":1},"b":{"a":1,"b":1},"tie":{"tie":1}}`, // both are rejected: a tie
		"grade":  `{"a":{"a":1},"b":{"a":1,"b":1},"tie":{"a":1}}`,
		"pair":   `{"a":{"a":1},"b":{"a":1,"b":1},"tie":{"a":1}}`,
		"wide":   `{"a":{"tie":1},"b":{"a":1,"tie":1},"tie":{"tie":1}}`, // apart by half of the rubric at most
	} {
		if d := cmp.Diff(want, got[judge].Confusion); d != "" {
			t.Errorf("%s (-want +got):\n%s", judge, d)
		}
	}
	pair := got["pair"]
	if pair.N != 4 || pair.Errors != 0 || pair.Clusters != 4 || pair.Label != "preference" || pair.Data != "pairs.test" || *pair.Eval != "two" || pair.Interval != "wilson" {
		t.Errorf("%+v", pair)
	}
	near(t, "accuracy", pair.Accuracy, .5)
	near(t, "kappa", pair.Kappa, 3./11) // scikit-learn: cohen_kappa_score("abtb", "abaa")
	near(t, "without ties", pair.DecidedRight, 2./3)
	near(t, "always the commonest", pair.Base, .5)
	for _, v := range table[tables.Verdict](t, p, "evals.two.pair", "verdicts.parquet") {
		if v.Prefers == nil || v.Score != nil || v.Kind != "pairwise" || v.Reason == nil || !strings.HasPrefix(*v.Reason, "a: ") {
			t.Errorf("%+v", v)
		}
	}
}

// Labels of one input are one cluster; a row without a verdict agrees with none.
func TestJudgeAgreesWithItsOwnLabels(t *testing.T) {
	row := agreements(t, runLabelled(t), "judges.strict.agreement")["strict"]
	if row.N != 5 || row.Errors != 1 || row.Clusters != 4 || row.Eval != nil || row.MinAgreement == nil || *row.MinAgreement != .9 || row.Interval != "clustered" {
		t.Errorf("%+v", row)
	}
	if want := `{"accepted":{"accepted":1,"no verdict":1,"rejected":1},"rejected":{"rejected":2}}`; row.Confusion != want {
		t.Errorf("%s", row.Confusion)
	}
	near(t, "accuracy", row.Accuracy, .6)
	near(t, "kappa", row.Kappa, (.6-(.6*.2+.4*.6))/(1-(.6*.2+.4*.6)))
}

func TestScoresAgreeByLevels(t *testing.T) {
	row := agreements(t, runLabelled(t), "evals.one")["grade"]
	near(t, "accuracy", row.Accuracy, .75) // red alone is worth half a point, and got none
	near(t, "adjacent", row.Adjacent, 1)
	// scikit-learn: cohen_kappa_score([2, 1, 0, 0], [2, 1, 1, 0], weights="quadratic")
	near(t, "kappa", row.Kappa, 1-(.25)/(1.25))
	if want := `{"0":{"0":1,"0.5":1},"0.5":{"0.5":1},"1":{"1":1}}`; row.Confusion != want {
		t.Errorf("%s", row.Confusion)
	}
}

// What cannot be measured is told when the plan is made, at its place.
func TestLabelsAreChecked(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"no labels":           {"{input: x, a: red car, b: car, preference: a}", "{input: x, a: red car, b: car, better: a}", "the rows of pairs have"},
		"a word of its own":   {"b: car, preference: a}", "b: car, preference: A}", `row 1: preference: "A" - want a, b or tie`},
		"a missing label":     {"a: car, b: bike, preference: tie", "a: car, b: bike, preference: null", "row 3: the row has no label in a column preference"},
		"no yes and no no":    {"output: blue car, accepted: false", "output: blue car, accepted: no way", `row 2: accepted: "no way" - want true or false`},
		"a score off scale":   {"score: 0.5", "score: 4", "row 2: score: 4 - want a number from 0 to 1"},
		"levels for the gate": {"grade: {kind: score, rubric: likes}", "grade: {kind: score, rubric: likes, labels: many, min_agreement: 0.5}", "min_agreement counts equal scores, and the labels of many are on 12 levels"},
	} {
		t.Run(name, func(t *testing.T) {
			many := "  many:\n    source: inline\n    rows:\n"
			for i := range 12 {
				many += "      - {output: red, score: 0." + string(rune('0'+i/10)) + string(rune('0'+i%10)) + "}\n"
			}
			text := strings.Replace(labelled, "rubrics:\n", many+"rubrics:\n", 1)
			if !strings.Contains(text, c.old) {
				t.Fatal("no such text")
			}
			_, err := compile(t, "", text, c.old, c.new)
			var es specs.Errors
			if !errors.As(err, &es) || !strings.Contains(err.Error(), c.want) || es[0].Pos.Line == 0 {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// A program that could read the label would agree with it.
func TestJudgesDoNotSeeLabels(t *testing.T) {
	text := strings.Replace(labelled, "'car' in words(output)", "accepted", 1)
	_, err := specs.ReadBytes("small.yaml", []byte(text), steps.Language(machines(t)), specs.Options{})
	if err == nil || !strings.Contains(err.Error(), `unknown variable: "accepted" - the rows of yes, judged by strict, have input, output`) {
		t.Error(err)
	}
}

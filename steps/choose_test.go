package steps

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idiolect/backends"
	"idiolect/datasets"
	"idiolect/runner/tables"
	"idiolect/specs"
)

func candidates(values ...float64) []candidate {
	var all []candidate
	for i, v := range values {
		all = append(all, candidate{Sample: tables.Sample{ID: string(rune('a' + i)), RowKey: string(rune('p' + i/2))}, value: v})
	}
	return all
}

func ids(cs []candidate) string {
	text := ""
	for _, c := range cs {
		text += c.ID
	}
	return text
}

// chosen is what is kept of candidates, which have nothing that could be broken.
func chosen(t *testing.T, s *keepStep, all []candidate, round int) []candidate {
	t.Helper()
	out, err := s.choose(all, round)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Two samples a row: ab, cd, ef.
func TestKeepChooses(t *testing.T) {
	for how, want := range map[string]string{"accepted": "bef", "rejected": "acd", "best": "bce"} {
		got := chosen(t, &keepStep{how: how}, candidates(.5, 1, .25, .2, 1, 1), 0)
		if ids(got) != want {
			t.Errorf("keep %s: %s, want %s", how, ids(got), want)
		}
	}
	if got := chosen(t, &keepStep{how: "best"}, candidates(0, 0), 0); len(got) != 0 {
		t.Errorf("best of two worthless samples: %s", ids(got))
	}
}

func TestKeepRandomIsAsManyAsAccepted(t *testing.T) {
	seen := map[string]bool{}
	for repeat := range 20 {
		got := chosen(t, &keepStep{how: "random", seed: 1, draw: fmt.Sprint(repeat)}, candidates(.5, 1, .25, .2, 1, 1), 0)
		if len(got) != 3 {
			t.Fatalf("3 were accepted, %d kept at random", len(got))
		}
		seen[ids(got)] = true
	}
	if len(seen) < 5 {
		t.Errorf("20 repeats drew only %d choices", len(seen))
	}
}

// The whole completion is trained on, or what was judged of it, and the row says
// which; where another policy is trained, it is asked its own way.
func TestAKeptRowSaysWhatIsTrainedOn(t *testing.T) {
	whole, cut := "Sure! A poem.", "A poem."
	k := candidate{Sample: tables.Sample{RowKey: "r", Messages: `[{"role":"user","content":"Write."}]`, Completion: &whole, Extracted: &cut}}
	for want, step := range map[string]*keepStep{whole: {}, cut: {extract: true}} {
		row, err := step.row(k, "key", 0)
		if err != nil {
			t.Fatal(err)
		}
		ms, err := decodeMessages(*row.Messages)
		if err != nil || len(ms) != 2 || ms[1].Content != want || *row.Output != want {
			t.Errorf("messages %v, output %q, %v - want %q", ms, *row.Output, err, want)
		}
	}
	row, err := (&keepStep{anew: true}).row(k, "key", 0)
	if err != nil || row.Messages != nil || *row.Output != whole {
		t.Errorf("row %+v, %v - want the completion and no prompt", row, err)
	}
}

// What is drawn in one round says nothing of the next, whether rounds are pooled
// or each replaces the last.
func TestKeepRandomDrawsAnewInEveryRound(t *testing.T) {
	seen := map[string]bool{}
	for round := 1; round <= 20; round++ {
		seen[ids(chosen(t, &keepStep{how: "random", seed: 1, draw: "1"}, candidates(.5, 1, .25, .2, 1, 1), round))] = true
	}
	if len(seen) < 5 {
		t.Errorf("20 rounds drew only %d choices", len(seen))
	}
}

func training() *tuning {
	return &tuning{tuneStep: &tuneStep{seed: 1, draw: "1", Training: Training{Start: &Policy{Info: backends.Info{Params: autoParams}}}}}
}

// A batch larger than the data is all of the data, and costs no more memory.
func TestABatchLargerThanTheData(t *testing.T) {
	s := sftDefaults()
	s.BatchSize = 1 << 50
	tu := &imitation{SFTHyperparameters: s, data: []backends.Datum{{Weights: []float32{1}}, {Weights: []float32{1}}}}
	tu.plan(training())
	if got := tu.batch(0); len(got) != 2 || tu.steps != s.Epochs {
		t.Errorf("a batch of %d rows, %d steps", len(got), tu.steps)
	}
}

// A resumed training meets the same batches.
func TestBatchesAfterAResume(t *testing.T) {
	s := sftDefaults()
	s.BatchSize = 3
	started := func() *imitation {
		tu := &imitation{SFTHyperparameters: s}
		for i := range int32(10) {
			tu.data = append(tu.data, backends.Datum{Tokens: []int32{i}, Weights: []float32{1}})
		}
		tu.plan(training())
		return tu
	}
	whole := started()
	for i := range whole.steps {
		if d := cmp.Diff(whole.batch(i), started().batch(i)); d != "" {
			t.Errorf("step %d (-uninterrupted +resumed):\n%s", i, d)
		}
	}
}

func TestAutoRate(t *testing.T) {
	for name, c := range map[string]struct {
		params int64
		steps  int
		want   float64
	}{
		"36 steps":                 {autoParams, 36, 1.5e-3},
		"four times the steps":     {autoParams, 144, .75e-3},
		"few steps are bounded":    {autoParams, 3, 2e-3},
		"a model four times large": {4 * autoParams, 36, .75e-3},
		"no steps at all":          {autoParams, 0, 2e-3},
	} {
		if got := AutoRate(c.params, c.steps); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestScheduleRisesAndFalls(t *testing.T) {
	tu := schedule{rate: 1, how: "linear", warmup: 5, final: .1, steps: 20}
	if got := []float64{tu.at(0), tu.at(4), tu.at(10)}; math.Abs(got[0]-.2) > 1e-12 || math.Abs(got[1]-.82) > 1e-12 || math.Abs(got[2]-.55) > 1e-12 {
		t.Errorf("linear with 5 steps of warmup: %v", got)
	}
	tu.how, tu.warmup = "constant", 0
	if tu.at(0) != 1 || tu.at(19) != 1 {
		t.Errorf("constant: %v, %v", tu.at(0), tu.at(19))
	}
	tu.how, tu.final = "cosine", 0
	if got := tu.at(10); math.Abs(got-.5) > 1e-12 {
		t.Errorf("cosine half way: %v", got)
	}
}

// Every row is trained on once an epoch, and no batch crosses epochs.
func TestBatchesCoverEveryEpoch(t *testing.T) {
	s := sftDefaults()
	s.BatchSize = 4
	tu := &imitation{SFTHyperparameters: s}
	for i := range int32(10) {
		tu.data = append(tu.data, backends.Datum{Tokens: []int32{i, 0}, Targets: []int32{0, 0}, Weights: []float32{0, 1}})
	}
	tu.plan(training())
	if tu.steps != 9 {
		t.Fatalf("10 rows by 4, 3 epochs: %d steps, want 9", tu.steps)
	}
	for epoch := range 3 {
		seen := map[int32]int{}
		for i := range 3 {
			sum := float32(0)
			for _, d := range tu.batch(epoch*3 + i) {
				seen[d.Tokens[0]]++
				sum += d.Weights[0] + d.Weights[1]
			}
			if math.Abs(float64(sum)-1) > 1e-6 {
				t.Errorf("the weights of a batch sum to %v, want 1: the mean", sum)
			}
		}
		if len(seen) != 10 {
			t.Errorf("epoch %d trained on %d of 10 rows", epoch, len(seen))
		}
	}
	if tu.data[0].Weights[1] != 1 {
		t.Errorf("batch changed the data's own weights to %v", tu.data[0].Weights)
	}
}

// rubric reads a rubric's criteria as a spec writes them.
func rubric(t *testing.T, criteria string) *specs.Rubric {
	t.Helper()
	exp, err := specs.ReadBytes("r.yaml", []byte("name: r\nrubrics: {r: {criteria: ["+criteria+"]}}\n"), Language(nil), specs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, _ := exp.Rubrics.Get("r")
	return r
}

func TestScoresAndAcceptance(t *testing.T) {
	for name, c := range map[string]struct {
		criteria string
		score    float64 // of the score judge
		accepted bool
		reason   string
	}{
		"all hold":         {`{name: a, expr: "true"}, {name: b, expr: "true", weight: 3}`, 1, true, "all criteria hold"},
		"the light alone":  {`{name: a, expr: "true"}, {name: b, expr: "false", weight: 3}`, .25, false, "fails b"},
		"a penalty":        {`{name: a, expr: "true", weight: 2}, {name: p, expr: "true", weight: -1}`, .5, false, "fails p"},
		"no penalty":       {`{name: a, expr: "true", weight: 2}, {name: p, expr: "false", weight: -1}`, 1, true, "all criteria hold"},
		"at least nothing": {`{name: a, expr: "true"}, {name: p, expr: "true", weight: -5}`, 0, false, "fails p"},
		"a hard one fails": {`{name: a, expr: "true", weight: 9}, {name: h, expr: "false", hard: true}`, 0, false, "fails h"},
		"on a scale":       {`{name: a, expr: "4", scale: 5}`, .75, false, "fails a"},
	} {
		t.Run(name, func(t *testing.T) {
			r := rubric(t, c.criteria)
			env := map[string]any{"output": "x"}
			grade, err := (&Score{}).Decide(r)
			if err != nil {
				t.Fatal(err)
			}
			got, err := grade(env)
			if err != nil {
				t.Fatal(err)
			}
			if *got.Score != c.score || got.Reason != c.reason {
				t.Errorf("score %v (%s), want %v (%s)", *got.Score, got.Reason, c.score, c.reason)
			}
			decide, err := accept().New().Decide(r)
			if err != nil {
				t.Fatal(err)
			}
			if got, err = decide(env); err != nil || *got.Accepted != c.accepted {
				t.Errorf("accepted %v (%v), want %v", *got.Accepted, err, c.accepted)
			}
		})
	}
}

// A verdict that cannot be reached is an error, never a no.
func TestVerdictsThatCannotBeReached(t *testing.T) {
	decide, err := accept().New().Decide(rubric(t, `{name: a, expr: "chars(output)", scale: 5}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := decide(map[string]any{"output": "seven letters"}); err == nil {
		t.Error("13 on a scale of 1 to 5 was judged")
	}
	if _, err := accept().New().Decide(rubric(t, `{name: a, says: in words only}`)); err == nil {
		t.Error("a criterion without a program became one")
	}
}

func TestPlacesWithoutTheFile(t *testing.T) {
	for place, want := range map[string]string{"data/a.txt:12": "line 12", "b.json: item 3": "item 3", "c.parquet: row 4": "row 4", "row 5": "row 5"} {
		if got := datasets.Line(place); got != want {
			t.Errorf("%s: %q, want %q", place, got, want)
		}
	}
}

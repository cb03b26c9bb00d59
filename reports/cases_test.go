package reports

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"idiolect/runner"
	"idiolect/runner/tables"
)

var tuned, initial = of3("tuned"), of3("initial")

// wants checks that a report says what it must, in both forms, and not what it must not.
func wants(t *testing.T, r *Report, says, never []string) {
	t.Helper()
	md := strings.Join(strings.Fields(markdownOf(t, r)), " ")
	term := strings.Join(strings.Fields(terminalOf(t, r, 80, false)), " ")
	for _, s := range says {
		if !strings.Contains(md, s) {
			t.Errorf("report.md does not say %q", s)
		}
		if !strings.Contains(term, s) {
			t.Errorf("the terminal does not say %q", s)
		}
	}
	for _, s := range never {
		if strings.Contains(md, s) || strings.Contains(term, s) {
			t.Errorf("the report says %q", s)
		}
	}
	if t.Failed() {
		t.Log(terminalOf(t, r, 80, false))
	}
}

func TestAFailedStepLeavesAHoleWithItsName(t *testing.T) {
	t.Parallel()
	x := haiku()
	x.broken = "methods.tuned@1"
	in := x.run(t)
	in.Claims = []Claim{claim("tuned is better", tuned, initial, ">")}
	in.Claims = append(in.Claims, Claim{Text: "tuned is no better", Left: tuned, Right: initial, Op: ">", Holds: false})
	r := build(t, in)
	wants(t, r, []string{
		"step methods.tuned@1:", "the loss of step 3 is NaN", "skipped, because step methods.tuned@1 failed", "evals.held_out",
		"It has no figures", "tuned@2", "undecided, NOT AS EXPECTED",
	}, []string{"better than"})
	for _, o := range r.Claims() {
		if o.OK {
			t.Errorf("%q without figures is as expected", o.Text)
		}
	}
}

func TestARunDirectorySaysWhyAStepFailed(t *testing.T) {
	t.Parallel()
	x := haiku()
	x.broken = "methods.tuned@1"
	in := x.run(t)
	now := time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)
	dir, err := runner.OpenRun(t.TempDir(), "haiku", in.Spec, in.Plan, now)
	if err != nil {
		t.Fatal(err)
	}
	for i, kind := range []string{runner.Started, runner.Done} {
		if err := dir.Event(runner.Event{Time: now.Add(time.Duration(i) * 90 * time.Second), Kind: kind, Step: "methods.tuned@2"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(dir.Finish(in.Result, errors.New("failed"), now.Add(time.Minute)), dir.Close()); err != nil {
		t.Fatal(err)
	}
	in.Result, in.Dir = nil, dir.Path
	md := markdownOf(t, build(t, in))
	for _, s := range []string{"the loss of step 3 is NaN", "Started 2025-03-01T12:00:00Z, ended 2025-03-01T12:01:00Z (failed).", "| sft | 1 | 90.0 s |"} {
		if !strings.Contains(md, s) {
			t.Errorf("report.md does not say %q", s)
		}
	}
}

func TestADamagedTableIsNamedAndNotRead(t *testing.T) {
	t.Parallel()
	in := haiku().run(t)
	step, _ := in.Plan.Find("evals.held_out")
	art, err := in.Artifacts.Open(step.Key())
	if err != nil {
		t.Fatal(err)
	}
	path, err := art.Path(scoresFile)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/2] ^= 1
	if err := errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, raw, 0o600)); err != nil {
		t.Fatal(err)
	}
	root := filepath.Dir(filepath.Dir(filepath.Dir(path)))
	in.Artifacts = runner.OpenStore(root)
	wants(t, build(t, in), []string{"step evals.held_out: ", "scores.parquet is damaged", "It has no figures"}, []string{root, "better than"})
}

func TestNothingWasAcceptedBeforeTraining(t *testing.T) {
	t.Parallel()
	x := haiku()
	x.methods, x.repeats = []string{"initial", "tuned"}, 1
	x.untrained = map[string]bool{"methods.tuned": true}
	x.scores = []tables.Score{score("initial", "", 0, 0, 0, .1), score("tuned", "", 0, 0, 0, .1)}
	d := difference("tuned", "initial", 0, 0, -.1, .1, 1)
	d.Note = ptr("no relative gain can be claimed: a mean is zero")
	x.differences = []tables.Difference{d}
	in := x.run(t)
	in.Claims = []Claim{claim("better", tuned, initial, ">")}
	r := build(t, in)
	wants(t, r, []string{
		"Nothing was accepted before training, so nothing can be learned from it; no relative gain can be claimed.",
		"tuned (NOT TRAINED)", "no gain can be claimed", "no rows to train on: this is the start policy, untrained",
		"undecided, NOT AS EXPECTED", "tuned was NOT TRAINED in 1 of 1 repeat",
	}, []string{"better than", "worse than", "Each repeat alone"})
}

func TestOneOfTwoRepeatsWasNotTrained(t *testing.T) {
	t.Parallel()
	x := haiku()
	x.untrained = map[string]bool{"methods.tuned@2": true}
	wants(t, build(t, x.run(t)), []string{
		"tuned (NOT TRAINED in 1 of 2 repeats)", "In 1 of its 2 repeats it was NOT TRAINED", "tuned@2 is NOT TRAINED",
	}, nil)
}

func TestOneMethod(t *testing.T) {
	t.Parallel()
	x := haiku()
	x.methods, x.differences = []string{"initial"}, nil
	wants(t, build(t, x.run(t)), []string{"There is one method, so nothing is compared.", "22.3% [20.1, 24.5]"},
		[]string{"difference to", "p (Holm)", "What was trained", "Before and after"})
}

func TestEmptyTables(t *testing.T) {
	t.Parallel()
	x := haiku()
	x.scores, x.differences = nil, nil
	x.topics = -1
	in := x.run(t)
	in.Claims = []Claim{claim("better", tuned, initial, ">")}
	wants(t, build(t, in), []string{"held_out.tuned.hidden has no figures", "tuned and initial cannot be compared", "undecided, NOT AS EXPECTED"}, []string{"better than"})
}

func TestErrorsGiveBothDenominators(t *testing.T) {
	t.Parallel()
	x := haiku()
	x.scores[3].Errors, x.scores[3].MeanSuccesses = 3, ptr(.428)
	says := x.says
	x.says = func(m string, i int) verdict {
		if m == "tuned" && i == 0 {
			return verdict{failure: "timeout after 3 tries"}
		}
		return says(m, i)
	}
	r := build(t, x.run(t))
	wants(t, r, []string{"successes only", "42.8%", "3 judgements without a verdict"}, []string{"forever topic 0"})
	if !strings.Contains(markdownOf(t, r), "| evals.held_out | 36 | 36 | 2 |") {
		t.Error("the calls without an answer are not counted")
	}
}

func TestRounds(t *testing.T) {
	t.Parallel()
	step := func(to, from string, d, low, high float64) tables.Difference {
		return difference(to, from, 0, d, low, high, .5)
	}
	tests := map[string]struct {
		second, third tables.Difference
		want          string
	}{
		"it keeps rising": {
			step("tuned2", "tuned", .03, .01, .05), step("tuned3", "tuned2", .02, .005, .04),
			"It keeps rising: the last step, from 2 rounds to 3, is +2.0 points [+0.5, +4.0].",
		},
		"it stops at the second round": {
			step("tuned2", "tuned", .03, .01, .05), step("tuned3", "tuned2", .001, -.02, .022),
			"Beyond 2 rounds no further gain is shown: the step from 2 rounds to 3 is +0.1 points [-2.0, +2.2]",
		},
		"it falls, and the table has the step the other way round": {
			step("tuned", "tuned2", .04, .02, .06), step("tuned3", "tuned2", .02, .005, .04),
			"It falls: the step from 1 round to 2 is -4.0 points [-6.0, -2.0].",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := haiku()
			x.methods = []string{"initial", "tuned3", "tuned", "tuned2"}
			x.scores = append(x.scores[:6:6], score("tuned2", "", 0, .35, .33, .37), score("tuned3", "", 0, .37, .35, .39))
			x.differences = []tables.Difference{x.differences[0], test.second, test.third}
			wants(t, build(t, x.run(t)), []string{
				"Rounds (tuned, tuned2 and tuned3): 22.3% after 0 rounds, 32.1% after 1 round, 35.0% after 2 rounds, 37.0% after 3 rounds. " + test.want,
			}, nil)
		})
	}
}

func TestEqualRunsGiveEqualReports(t *testing.T) {
	t.Parallel()
	var reports, csvs []string
	for i := range 2 {
		in := haiku().run(t)
		in.Hardware = fmt.Sprintf("machine %d", i)
		r := build(t, in)
		before, _, found := strings.Cut(markdownOf(t, r), "## Appendix: calls and times")
		if !found {
			t.Fatal("there is no appendix of times")
		}
		reports = append(reports, before)
		var b strings.Builder
		for _, f := range r.files() {
			if err := f.write(&b); err != nil {
				t.Fatal(err)
			}
		}
		csvs = append(csvs, b.String())
	}
	if reports[0] != reports[1] || csvs[0] != csvs[1] {
		t.Error("two equal runs gave different reports")
	}
}

func TestIntervalAndTestThatDisagree(t *testing.T) {
	t.Parallel()
	x := haiku()
	x.differences[0].PHolm, x.differences[1].PHolm = ptr(.06), ptr(.04)
	wants(t, build(t, x.run(t)), []string{
		"tuned seems better than initial", "above .05: a lead, not a finding", "blind cannot be separated from initial", "below .05, the interval includes zero",
	}, []string{"tuned is better than initial"})
}

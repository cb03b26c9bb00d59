package reports

import (
	"context"
	"strings"
	"testing"

	"idiolect/runner"
	"idiolect/runner/tables"
)

// measuredJudges is a run in which two judges were compared with labels: rules in
// an eval and by labels of its own, grade in the eval alone.
func measuredJudges(t *testing.T) Input {
	t.Helper()
	b := runner.NewBuilder("rm")
	row := func(judge, label, confusion string, accuracy, low, base, kappa float64) tables.Agreement {
		return tables.Agreement{
			Judge: judge, Data: "labels", Label: label, N: 60, Clusters: 58, Accuracy: &accuracy, Low: &low, High: ptr(.9), Interval: "clustered", Base: &base,
			Kappa: &kappa, KappaLow: ptr(-.004), KappaHigh: ptr(.8), Confusion: confusion,
		}
	}
	add := func(id string, rows ...tables.Agreement) {
		b.Add(runner.Action{ID: id, Kind: "agreement", Version: 1, Step: writes(func(r *runner.Run) error { return put(r, agreementsFile, rows) }), Lines: []runner.Line{{Label: "id", Value: id}}})
	}
	rules := row("rules", "preference", `{"a":{"a":20,"b":2,"tie":3},"b":{"b":25},"tie":{"no verdict":1,"tie":9}}`, .9, .8, .45, .84)
	rules.Decided, rules.DecidedRight, rules.Errors = ptr(int64(47)), ptr(.957), 1
	grade := row("grade", "score", `{"0":{"0":30,"1":1},"0.5":{"0.5":20,"1":5},"1":{"0.5":1,"1":3}}`, .883, .4, .517, .61)
	grade.Adjacent, grade.Pearson, grade.Spearman = ptr(.983), ptr(.7), ptr(-.001)
	own := rules
	own.MinAgreement = ptr(.95)
	rules.Eval, grade.Eval = ptr("rm"), ptr("rm")
	add("judges.rules.agreement", own)
	add("evals.rm", rules, grade)
	plan, err := b.Plan()
	if err != nil {
		t.Fatal(err)
	}
	store := runner.OpenStore(t.TempDir())
	if _, err := runner.Execute(context.Background(), plan, store, runner.Options{}); err != nil {
		t.Fatal(err)
	}
	in := Input{Plan: plan, Artifacts: store}
	in.Name = "rm"
	for _, c := range []struct {
		judge, stat, op string
		number          float64
	}{{"rules", "accuracy", ">", .7}, {"rules", "", ">", .7}, {"grade", "kappa", ">", 0}, {"nobody", "kappa", ">", 0}} {
		in.Claims = append(in.Claims, Claim{Text: c.judge + c.stat, Left: Quantity{Eval: "rm", Judge: c.judge, Stat: c.stat}, Op: c.op, Right: Quantity{Number: c.number}, Holds: true})
	}
	in.Claims = append(in.Claims, Claim{Text: "two", Left: Quantity{Eval: "rm", Judge: "rules"}, Op: ">", Right: Quantity{Eval: "rm", Judge: "grade"}, Holds: true})
	return in
}

func TestJudgesAgainstLabels(t *testing.T) {
	r := build(t, measuredJudges(t))
	text := markdownOf(t, r)
	golden(t, "agreement.md", text[:strings.Index(text, "## Appendix: calls")])
	golden(t, "agreement80.txt", terminalOf(t, r, 80, false))
	for _, f := range r.files() {
		if f.name != "agreement.csv" {
			continue
		}
		var b strings.Builder
		if err := f.write(&b); err != nil {
			t.Fatal(err)
		}
		golden(t, "agreement.csv", b.String())
	}
}

// A judge below its min_agreement is unmet, with the figure and its interval;
// claims are held against the whole interval.
func TestClaimsAboutJudges(t *testing.T) {
	r := build(t, measuredJudges(t))
	if d := strings.Join(r.Unmet(), "\n"); d != "judges.rules.agreement: rules agrees with 90.0% [80.0, 90.0] of 60 labels of labels (kappa 0.84 [0.00, 0.80]) - min_agreement wants 95.0%" {
		t.Error(d)
	}
	want := []string{Holds, Holds, Undecided, Undecided, Undecided}
	for i, o := range r.Claims() {
		if o.Verdict != want[i] || o.OK != (want[i] == Holds) {
			t.Errorf("%s: %s (%s)", o.Text, o.Verdict, o.Why)
		}
	}
}

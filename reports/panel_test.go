package reports

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"idiolect/runner"
	"idiolect/runner/tables"
)

// withPanel adds a panel to the experiment's plan; proxies are those of tuned.
func withPanel(t *testing.T, x *experiment, proxies string, rows []tables.Panel) *Report {
	t.Helper()
	x.more = func(add adder, cells []runner.Input) {
		lines := []runner.Line{{Label: "proxies.tuned", Value: proxies}}
		add("evals.held_out.panel", "panel", "panel", func(r *runner.Run) error { return put(r, panelFile, rows) }, lines, cells...)
	}
	return build(t, x.run(t))
}

func panelRow(method, metric, says, form string, start, value float64, moved, alarm bool) tables.Panel {
	return tables.Panel{Eval: "held_out", Method: method, Against: "initial", Metric: metric, Says: says, Form: form, N: 12, Start: &start, Value: &value,
		Spread: ptr(.01), Rule: ptr("the rule"), Moved: moved, Alarm: alarm}
}

func TestThePanelTellsWhatMovedAndWhatIsQuiet(t *testing.T) {
	t.Parallel()
	skeletons := panelRow("tuned", "variety/skeletons", "distinct skeletons of sentences", "share", 1, .5, true, true)
	skeletons.Of = ptr(int64(300))
	kl := panelRow("tuned", "kl/k3", "nats per token", "ratio", 0, .41, false, true)
	kl.Start = nil
	r := withPanel(t, haiku(), "hidden", []tables.Panel{
		panelRow("tuned", "length/words", "words of a text", "number", 12.34, 17.5, true, true), skeletons,
		panelRow("tuned", "variety/opening", "texts with the commonest beginning", "share", .1, .3, true, false),
		panelRow("tuned", "length/cut", "texts cut off", "share", 0, .001, false, false), kl,
		panelRow("blind", "length/words", "words of a text", "number", 12.34, 12.5, false, false),
	})
	wants(t, r, []string{
		"What else changed in held_out", "ALARM, tuned: words of a text: 17.5, of initial 12.3.", "ALARM, tuned: nats per token: 0.410.",
		"Quiet: tuned: 1 measure within what two samplings of initial differ by; blind: 1 measure within", "100.0%",
	}, []string{"texts cut off"})
	wide := strings.Join(strings.Fields(terminalOf(t, r, 160, false)), " ")
	if !strings.Contains(wide, "distinct commonest") || !strings.Contains(strings.Join(strings.Fields(markdownOf(t, r)), " "), "| 300 |") || !strings.Contains(markdownOf(t, r), "| 150 |") {
		t.Errorf("the main table does not tell variety:\n%s", wide)
	}
	if narrow := terminalOf(t, r, 80, false); strings.Contains(narrow, "commonest opening") || strings.Contains(narrow, "of 300 texts") {
		t.Errorf("a narrow terminal tells variety in the main table:\n%s", narrow)
	}
}

func TestWithoutAPanelNothingOfItIsTold(t *testing.T) {
	t.Parallel()
	wants(t, build(t, haiku().run(t)), nil, []string{"What else changed", "skeletons", "Quiet"})
}

// A curve whose proxy rises to the end, while the other judge falls after step 20.
func TestWhereTrainingWentTooFar(t *testing.T) {
	t.Parallel()
	var rows []tables.Monitor
	var log []tables.Training
	for i, means := range [][2]float64{{.3, .3}, {.5, .5}, {.6, .62}, {.75, .45}, {.9, .22}} {
		step := int64(10 * i)
		for k, judge := range []string{"rm", "rules"} {
			rows = append(rows, tables.Monitor{Step: step, Judge: judge, N: 10, Mean: ptr(means[k])})
		}
		log = append(log, tables.Training{Step: step, Metrics: fmt.Sprintf(`{"kl/k3": %g, "length/mean": 20}`, .05*float64(i*i))})
	}
	curve := curveOf(rows, log)
	if len(curve) != 5 || curve[0].d != 0 || curve[2].d != 2 {
		t.Fatalf("%+v", curve)
	}
	var told strings.Builder
	for _, b := range distances("rlaif", curve, []string{"rm", "rules"}, "rm", "rules") {
		fmt.Fprintf(&told, "%v\n", b)
	}
	for _, s := range []string{
		"rlaif is best by rm, which it was trained to please, after step 40 (90.0%), and by rules after step 20 (62.0%).",
		"From there to step 40 rules falls to 22.0%: training went on past what it was for.", "(Gao et al. 2023); its peak is at d = ", "[20 2.00 60.0% 62.0%]",
	} {
		if !strings.Contains(told.String(), s) {
			t.Errorf("it does not say %q:\n%s", s, told.String())
		}
	}
	if gao(curve[:4], "rules") != "" {
		t.Error("three points are fitted")
	}
	if none := curveOf(rows, nil); none[0].d != 0 || none[1].d == none[1].d {
		t.Errorf("a distance that nobody measured: %+v", none)
	}
}

func TestDisputesAreRanked(t *testing.T) {
	t.Parallel()
	list := func(values ...float64) []judgedSample {
		var out []judgedSample
		for i, v := range values {
			out = append(out, judgedSample{place: place{row: fmt.Sprintf("row%d", i)}, at: i, value: v})
		}
		return out
	}
	both := disputes(list(.9, .8, .2, .9), list(.1, .9, .5, .9))
	if both[0].other.row != "row1" || both[len(both)-1].other.row != "row0" {
		t.Errorf("best %s, worst %s", both[0].other.row, both[len(both)-1].other.row)
	}
	if d := mostDisputed(both); d.other.row != "row0" || d.above != .75-.125 {
		t.Errorf("most in dispute: %s, %.3f above", d.other.row, d.above)
	}
	// A completion that one of the judges said nothing of is passed over.
	if got := disputes(list(.1, .2)[1:], list(.3, .4)); len(got) != 1 || got[0].other.row != "row1" {
		t.Errorf("%v", got)
	}
}

func TestAPanelThatIsDamagedIsAHole(t *testing.T) {
	t.Parallel()
	x := haiku()
	x.more = func(add adder, cells []runner.Input) {
		add("evals.held_out.panel", "panel", "panel", func(*runner.Run) error { return errors.New("no room") }, nil, cells...)
	}
	x.broken = "evals.held_out.panel"
	wants(t, build(t, x.run(t)), []string{"step evals.held_out.panel:", "22.3% [20.1, 24.5]"}, []string{"What else changed"})
}

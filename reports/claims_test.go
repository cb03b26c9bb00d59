package reports

import (
	"math"
	"strings"
	"testing"

	"idiolect/runner/tables"
)

func TestClaims(t *testing.T) {
	t.Parallel()
	q := func(method, stat string) Quantity {
		return Quantity{Eval: "held_out", Method: method, Judge: "hidden", Stat: stat}
	}
	n := func(x float64) Quantity { return Quantity{Number: x} }
	tests := map[string]struct {
		left    Quantity
		op      string
		right   Quantity
		verdict string
		known   bool
	}{
		"an interval above zero":                    {q("tuned", ""), ">", q("initial", ""), Holds, true},
		"the other way round":                       {q("initial", ""), "<", q("tuned", ""), Holds, true},
		"an interval on the wrong side":             {q("tuned", ""), "<", q("initial", ""), Fails, true},
		"wrong side, sides exchanged":               {q("initial", ""), ">=", q("tuned", ""), Fails, true},
		"a pair that the table has the other way":   {q("tuned", ""), ">", q("blind", ""), Holds, true},
		"an interval that includes zero":            {q("blind", ""), ">", q("initial", ""), Undecided, true},
		"equal, with zero outside":                  {q("tuned", ""), "==", q("initial", ""), Fails, true},
		"equal, with zero inside":                   {q("blind", ""), "==", q("initial", ""), Undecided, true},
		"a method and itself":                       {q("tuned", ""), ">", q("tuned", ""), Fails, true},
		"a method and itself, at least":             {q("tuned", ""), ">=", q("tuned", ""), Holds, true},
		"a mean above a number":                     {q("tuned", "mean"), ">=", n(.321), Holds, true},
		"a mean not above a number":                 {q("tuned", "mean"), ">", n(.321), Fails, true},
		"two means that their interval leaves open": {q("blind", "mean"), ">", q("initial", "mean"), Holds, true},
		"one mean makes both bare":                  {q("blind", "mean"), ">", q("initial", ""), Holds, true},
		"an interval above a number":                {q("tuned", ""), ">", n(.29), Holds, true},
		"an interval around a number":               {q("tuned", ""), ">", n(.3), Undecided, true},
		"a number above an interval":                {n(.35), ">", q("tuned", ""), Holds, true},
		"a number below an interval":                {n(.2), ">", q("tuned", ""), Fails, true},
		"two numbers":                               {n(1), "<", n(2), Holds, true},
		"a method that was not evaluated":           {q("gone", ""), ">", q("initial", ""), Undecided, false},
		"an eval that is not there":                 {Quantity{Eval: "gone", Method: "tuned", Judge: "hidden"}, ">", n(0), Undecided, false},
		"two judges":                                {q("tuned", ""), ">", Quantity{Eval: "held_out", Method: "initial", Judge: "other"}, Undecided, false},
		"a statistic of judge evals":                {q("tuned", "kappa"), ">", n(0), Undecided, false},
	}
	x := haiku()
	other := score("initial", "", 0, .5, .4, .6)
	other.Judge = "other"
	x.scores = append(x.scores, other)
	in := x.run(t)
	for name, test := range tests {
		for _, holds := range []bool{true, false} {
			in.Claims = append(in.Claims, Claim{Text: name, Left: test.left, Op: test.op, Right: test.right, Holds: holds})
		}
	}
	for _, got := range build(t, in).Claims() {
		want := tests[got.Text]
		ok := want.known && (want.verdict == Holds) == got.Holds
		if got.Verdict != want.verdict || got.OK != ok {
			t.Errorf("%s, expected to hold: %t, got %s (%s), as expected: %t - want %s, %t", got.Text, got.Holds, got.Verdict, got.Why, got.OK, want.verdict, ok)
		}
	}
}

func TestClaimOfEqualityWithinAMargin(t *testing.T) {
	t.Parallel()
	x := haiku()
	d := &x.differences[0]
	tests := []struct {
		low, high float64
		verdict   string
	}{
		{-.04, .03, Holds},
		{.01, .04, Holds}, // surely different, and surely by less than was asked about
		{-.05, .05, Holds},
		{-.06, .01, Undecided},
		{.04, .07, Undecided},
		{.06, .09, Fails},
		{-.09, -.06, Fails},
	}
	for _, test := range tests {
		d.Low, d.High = &test.low, &test.high
		in := x.run(t)
		for _, sides := range [][2]Quantity{{claim("", tuned, initial, "").Left, claim("", tuned, initial, "").Right}, {claim("", initial, tuned, "").Left, claim("", initial, tuned, "").Right}} {
			in.Claims = append(in.Claims, Claim{Text: "equal", Left: sides[0], Right: sides[1], Op: "==", Within: .05, Holds: true})
		}
		for _, got := range build(t, in).Claims() {
			if got.Verdict != test.verdict {
				t.Errorf("[%g, %g] within 5%%: %s (%s) - want %s", test.low, test.high, got.Verdict, got.Why, test.verdict)
			}
		}
	}
}

func TestClaimAboutABoundlessInterval(t *testing.T) {
	t.Parallel()
	x := haiku()
	x.differences[0].Low, x.differences[0].High = nil, nil // one topic
	in := x.run(t)
	in.Claims = []Claim{claim("c", tuned, initial, ">")}
	if got := build(t, in).Claims()[0]; got.Verdict != Undecided || !strings.Contains(got.Why, "no bound") {
		t.Errorf("%s: %s - want undecided, and why", got.Verdict, got.Why)
	}
}

func TestTurningADifferenceTwiceGivesItBack(t *testing.T) {
	d := difference("tuned", "initial", 0, .1, .05, .15, .01)
	d.Relative, d.RelLow, d.RelHigh = ptr(.25), ptr(.0), ptr(1.0)
	got := turned(*turned(d))
	for name, pair := range map[string][2]*float64{
		"difference": {d.Difference, got.Difference}, "low": {d.Low, got.Low}, "high": {d.High, got.High},
		"relative": {d.Relative, got.Relative}, "relative low": {d.RelLow, got.RelLow}, "relative high": {d.RelHigh, got.RelHigh},
	} {
		if *pair[0] != *pair[1] {
			t.Errorf("%s: %v became %v", name, *pair[0], *pair[1])
		}
	}
	once := turned(d)
	if math.Abs(*once.Relative+.2) > 1e-15 || *once.RelLow != -.5 || *once.RelHigh != 0 { // 1.25 times as much is .8 times as much seen from there
		t.Errorf("turned: relative %v [%v, %v] - want -0.2 [-0.5, 0]", *once.Relative, *once.RelLow, *once.RelHigh)
	}
	if lost := turned(tables.Difference{Relative: ptr(-1.0)}); lost.Relative != nil {
		t.Errorf("a gain over nothing: %v", *lost.Relative)
	}
}

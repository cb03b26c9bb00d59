package reports

import (
	"cmp"
	"fmt"
	"strconv"
)

// Claim is an entry of the spec's expect.
type Claim struct {
	Text        string // as the spec has it
	Left, Right Quantity
	Op          string // > >= < <= ==
	Holds       bool   // false: it is expected not to hold
}

// Quantity is one side of a claim: what a judge said of a method in an eval, or a number.
type Quantity struct {
	Eval, Method, Judge string
	Stat                string  // mean: the bare number is meant; empty: the number with its interval
	Number              float64 // when Eval is empty
}

// Verdicts of a claim.
const (
	Holds     = "holds"
	Fails     = "fails"
	Undecided = "undecided"
)

// Outcome is a claim with what the run says of it.
type Outcome struct {
	Claim
	Verdict string // Holds, Fails, or Undecided: the interval leaves it open, or there are no figures
	Why     string // the figures, in words
	OK      bool   // as expected: it holds and should, or has figures, does not hold, and should not
}

// judgeClaims compares intervals: of the pooled paired difference for two methods under one judge, of the
// mean for a method and a number. A quantity with .mean makes the comparison one of bare numbers.
func (r *Report) judgeClaims() []Outcome {
	out := make([]Outcome, len(r.in.Claims))
	for i, c := range r.in.Claims {
		o := Outcome{Claim: c}
		known := false
		o.Verdict, o.Why, known = r.judgeClaim(c)
		o.OK = known && (o.Verdict == Holds) == c.Holds
		out[i] = o
	}
	return out
}

// judgeClaim says whether a claim holds; known is false when there are no figures to tell.
func (r *Report) judgeClaim(c Claim) (verdict, why string, known bool) {
	left, right, missing := r.quantity(c.Left), r.quantity(c.Right), ""
	for _, q := range []measured{left, right} {
		missing = cmp.Or(missing, q.missing)
	}
	switch {
	case missing != "":
		return Undecided, missing, false
	case c.Left.Stat == "mean" || c.Right.Stat == "mean" || left.exact && right.exact:
		return judgeNumbers(c, left.value, right.value)
	case right.exact:
		return judgeInterval(c.Op, left.interval.minus(c.Right.Number), left.told())
	case left.exact:
		return judgeInterval(mirrored[c.Op], right.interval.minus(c.Left.Number), right.told())
	}
	return r.judgePaired(c)
}

// judgePaired needs both methods in the same eval under the same judge: only there their completions are paired.
func (r *Report) judgePaired(c Claim) (verdict, why string, known bool) {
	if c.Left.Eval != c.Right.Eval || c.Left.Judge != c.Right.Judge {
		return Undecided, "the two are not paired: they come from different evals or judges; compare their .mean", false
	}
	if c.Left.Method == c.Right.Method {
		return judgeNumbers(c, 0, 0)
	}
	e := r.eval(c.Left.Eval)
	d := e.difference(c.Left.Method, c.Right.Method, c.Left.Judge, 0)
	if d == nil || d.Difference == nil {
		return Undecided, "there is no paired difference of the two", false
	}
	why = fmt.Sprintf("difference %s, %s", pointsIn(d), pIs(settled(d), d.Test))
	if d.PHolm != nil {
		why += " (Holm)"
	}
	for _, m := range []string{c.Left.Method, c.Right.Method} {
		if n := len(e.untrained(m)); n > 0 {
			why += fmt.Sprintf("; %s was NOT TRAINED in %d of %s", m, n, of(int64(len(e.policies[m])), "repeat"))
		}
	}
	return judgeInterval(c.Op, bounds{d.Low, d.High}, why)
}

// mirrored is the operator with its sides exchanged.
var mirrored = map[string]string{">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "=="}

// judgeInterval compares a difference with zero: the claim holds when its whole 95% interval lies on the
// claimed side, and fails when all of it lies on the other.
func judgeInterval(op string, iv bounds, why string) (verdict, told string, known bool) {
	if iv.low == nil || iv.high == nil {
		return Undecided, why + "; the interval has no bound", true
	}
	if op == "<" || op == "<=" {
		low, high := -*iv.high, -*iv.low
		iv, op = bounds{&low, &high}, mirrored[op]
	}
	low, high := *iv.low, *iv.high
	switch {
	case op == ">" && low > 0, op == ">=" && low >= 0, op == "==" && low == 0 && high == 0:
		return Holds, why, true
	case op == ">" && high <= 0, op == ">=" && high < 0, op == "==" && (low > 0 || high < 0):
		return Fails, why, true
	case op == "==":
		return Undecided, why + "; an interval around zero does not show that two are equal", true
	}
	return Undecided, why + "; the interval includes zero", true
}

func judgeNumbers(c Claim, left, right float64) (verdict, why string, known bool) {
	n := cmp.Compare(left, right)
	holds := map[string]bool{">": n > 0, ">=": n >= 0, "<": n < 0, "<=": n <= 0, "==": n == 0}[c.Op]
	why = fmt.Sprintf("%s against %s", number(left), number(right))
	if holds {
		return Holds, why, true
	}
	return Fails, why, true
}

// measured is a quantity with its figures.
type measured struct {
	value    float64
	exact    bool // a plain number
	interval bounds
	missing  string // why there is none
}

func (m measured) told() string { return "it is " + share(&m.value, m.interval.low, m.interval.high) }

func (r *Report) quantity(q Quantity) measured {
	if q.Eval == "" {
		return measured{value: q.Number, exact: true}
	}
	name := q.Eval + "." + q.Method + "." + q.Judge
	e := r.eval(q.Eval)
	if e == nil || e.scores == nil {
		return measured{missing: "eval " + q.Eval + " has no figures"}
	}
	if q.Stat != "" && q.Stat != "mean" {
		return measured{missing: name + " has no " + q.Stat}
	}
	s := e.score(q.Method, q.Judge, "", 0)
	if s == nil || s.Mean == nil {
		return measured{missing: name + " has no figures"}
	}
	return measured{value: *s.Mean, interval: bounds{s.Low, s.High}}
}

// number writes a bare number with the digits it needs.
func number(x float64) string { return strconv.FormatFloat(x, 'g', 4, 64) }

// claims tells them all.
func (r *Report) claims() section {
	var list items
	for _, o := range r.outcomes {
		as := "as expected"
		if !o.OK {
			as = "NOT AS EXPECTED"
		}
		if !o.Holds {
			as += " (it is expected not to hold)"
		}
		list = append(list, item{text: fmt.Sprintf("%s, %s: ", o.Verdict, as), data: o.Text, after: " (" + o.Why + ")", mark: mark(o)})
	}
	if len(list) == 0 {
		return section{}
	}
	return section{title: "What was expected", last: true, blocks: []block{list}}
}

func mark(o Outcome) tone {
	if o.OK {
		return good
	}
	return bad
}

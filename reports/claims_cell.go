package reports

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
)

// inCell says whether a claim holds in a cell; known is false when there are no figures to tell.
func (r *Report) inCell(c Claim, cell []int) (verdict, why string, known bool) {
	left, right, missing := r.quantity(c.Left, cell), r.quantity(c.Right, cell), ""
	for _, q := range []measured{left, right} {
		missing = cmp.Or(missing, q.missing)
	}
	switch {
	case missing != "":
		return Undecided, missing, false
	case c.Left.Stat == "mean" || c.Right.Stat == "mean" || left.exact && right.exact:
		return judgeNumbers(c, left.value, right.value)
	case right.exact:
		return judgeInterval(c, left.interval.minus(c.Right.Number), left.told())
	case left.exact:
		c.Op = mirrored[c.Op]
		return judgeInterval(c, right.interval.minus(c.Left.Number), right.told())
	}
	return r.judgePaired(c, cell)
}

// judgePaired needs both methods in the same eval under the same judge: only there their completions are paired.
func (r *Report) judgePaired(c Claim, cell []int) (verdict, why string, known bool) {
	if c.Left.Method == "" || c.Right.Method == "" {
		return Undecided, "judges are not compared with each other; compare each with a number", false
	}
	if c.Left.Judge != c.Right.Judge {
		return Undecided, "the two are not paired: they come from different judges; compare their .mean", false
	}
	if c.Left.Eval != c.Right.Eval {
		return r.judgeAcross(c, cell)
	}
	if c.Left.Method == c.Right.Method {
		return judgeNumbers(c, 0, 0)
	}
	e := r.eval(c.Left.Eval, cell)
	d := e.difference(c.Left.Method, c.Right.Method, c.Left.Judge, 0)
	if d == nil { // the table compares each with its baseline alone
		verdict, why, known = r.judgeAcross(c, cell)
		return verdict, why + e.neverTrained(c), known
	}
	if d.Difference == nil {
		return Undecided, "there is no paired difference of the two", false
	}
	why = fmt.Sprintf("difference %s, %s", pointsIn(d), pIs(settled(d), d.Test))
	if d.PHolm != nil {
		why += " (Holm)"
	}
	return judgeInterval(c, bounds{d.Low, d.High}, why+e.neverTrained(c))
}

// neverTrained names the policies of a claim that were never trained.
func (e *evaluation) neverTrained(c Claim) (why string) {
	for _, m := range []string{c.Left.Method, c.Right.Method} {
		if n := len(e.untrained(m)); n > 0 {
			why += fmt.Sprintf("; %s was NOT TRAINED in %d of %s", m, n, e.trainings(m))
		}
	}
	return why
}

// judgeAcross compares two methods whose difference no table has, such as a method in one eval with one in
// another, a control: paired, when both have the same rows. Its P is not corrected: claims are few and stated before.
func (r *Report) judgeAcross(c Claim, cell []int) (verdict, why string, known bool) {
	left, err := r.src.outcomes(r.eval(c.Left.Eval, cell), c.Left.Method, c.Left.Judge)
	if err != nil {
		return Undecided, "the verdicts of " + c.Left.Eval + " cannot be read", false
	}
	right, err := r.src.outcomes(r.eval(c.Right.Eval, cell), c.Right.Method, c.Right.Judge)
	if err != nil {
		return Undecided, "the verdicts of " + c.Right.Eval + " cannot be read", false
	}
	s := shifted(right, left, c.Text)
	if !s.Paired {
		return Undecided, "the two are not paired: they come from evals with different rows; compare their .mean", false
	}
	return judgeInterval(c, s.bounds, "difference "+s.String())
}

// mirrored is the operator with its sides exchanged.
var mirrored = map[string]string{">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "=="}

// judgeInterval compares a difference with zero: the claim holds when its whole 95% interval lies on the
// claimed side, and fails when all of it lies on the other. That two are equal within a margin holds when it lies
// inside the margin, and fails when it lies outside.
func judgeInterval(c Claim, iv bounds, why string) (verdict, told string, known bool) {
	if iv.low == nil || iv.high == nil {
		return Undecided, why + "; the interval has no bound", true
	}
	op := c.Op
	if op == "<" || op == "<=" {
		low, high := -*iv.high, -*iv.low
		iv, op = bounds{&low, &high}, mirrored[op]
	}
	low, high := *iv.low, *iv.high
	switch {
	case op == ">" && low > 0, op == ">=" && low >= 0, op == "==" && low >= -c.Within && high <= c.Within:
		return Holds, why, true
	case op == ">" && high <= 0, op == ">=" && high < 0, op == "==" && (low > c.Within || high < -c.Within):
		return Fails, why, true
	case op == "==" && c.Within == 0:
		return Undecided, why + "; an interval around zero does not show that two are equal", true
	}
	return Undecided, why + "; the interval leaves it open", true
}

func judgeNumbers(c Claim, left, right float64) (verdict, why string, known bool) {
	n := cmp.Compare(left, right)
	holds := map[string]bool{">": n > 0, ">=": n >= 0, "<": n < 0, "<=": n <= 0, "==": math.Abs(left-right) <= c.Within}[c.Op]
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
	bare     bool // no share: told as it is
	interval bounds
	missing  string // why there is none
}

func (m measured) told() string {
	if m.bare {
		return "it is " + hundredths(&m.value) + " " + interval(m.interval.low, m.interval.high, func(v float64) string { return hundredths(&v) })
	}
	return "it is " + share(&m.value, m.interval.low, m.interval.high)
}

func (r *Report) quantity(q Quantity, cell []int) measured {
	if q.Eval == "" {
		return measured{value: q.Number, exact: true}
	}
	if q.Method == "" {
		return r.agreementQuantity(q, cell)
	}
	e := r.eval(q.Eval, cell)
	if e == nil || e.scores == nil {
		return measured{missing: "eval " + q.Eval + " has no figures"}
	}
	name := q.Eval + "." + q.Method + "." + q.Judge
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

package reports

import (
	"cmp"
	"fmt"
	"slices"

	"idiolect/runner/tables"
)

// findings are the sentences that follow from the numbers of one judge.
func (r *Report) findings(e *evaluation, judge string) items {
	base := e.score(e.Baseline, judge, "", 0)
	var list items
	if len(e.Methods) == 1 {
		return items{{text: "There is one method, so nothing is compared."}}
	}
	if base != nil && base.Mean != nil && *base.Mean == 0 {
		list = append(list, item{text: e.zero(base), mark: bad})
	}
	for _, m := range e.Methods {
		if m != e.Baseline {
			list = append(list, e.against(m, e.Baseline, judge))
		}
	}
	list = append(list, e.overControls(judge)...)
	list = append(list, r.rounds(e, judge)...)
	if best := e.best(judge); best != "" {
		list = append(list, item{text: best})
	}
	return list
}

// zero says what a baseline without an accepted completion means.
func (e *evaluation) zero(base *tables.Score) string {
	if base.Errors == base.N {
		return fmt.Sprintf("Of %s there are no verdicts at all: nothing can be claimed against it.", e.Baseline)
	}
	if slices.ContainsFunc(e.Methods, func(m string) bool { return len(e.untrained(m)) > 0 }) {
		return "Nothing was accepted before training, so nothing can be learned from it; no relative gain can be claimed."
	}
	return fmt.Sprintf("Nothing of %s was accepted: no relative gain can be claimed.", e.Baseline)
}

// against says how a method compares with another, and how sure that is.
func (e *evaluation) against(m, other, judge string) item {
	if e.isUntrained(m, 0) {
		return item{text: fmt.Sprintf("%s was NOT TRAINED (%s): its figures are those of the policy it began with, and no gain can be claimed.", m, e.note(m)), mark: bad}
	}
	if e.isUntrained(other, 0) {
		return item{text: fmt.Sprintf("%s was NOT TRAINED, so comparing %s with it says nothing of training.", other, m), mark: bad}
	}
	d, a, b := e.difference(m, other, judge, 0), e.score(other, judge, "", 0), e.score(m, judge, "", 0)
	if d == nil || d.Difference == nil || a == nil || b == nil {
		return item{text: fmt.Sprintf("%s and %s cannot be compared%s.", m, other, noteOf(d)), mark: bad}
	}
	out := item{}
	switch verb := isOrSeems(d); {
	case (bounds{d.Low, d.High}).above():
		out = item{text: fmt.Sprintf("%s %s better than %s: %s", m, verb, other, e.figures(judge, b, a, d)), mark: good}
	case (bounds{d.Low, d.High}).below():
		out = item{text: fmt.Sprintf("%s %s worse than %s: %s", m, verb, other, e.figures(judge, b, a, d)), mark: bad}
	default:
		out.text = fmt.Sprintf("%s cannot be separated from %s: %s%s", m, other, e.figures(judge, b, a, d), e.needed(d))
	}
	out.text += e.repeated(d, judge) + "."
	switch apart := out.mark != plain; {
	case apart && !sure(d):
		out.text += " The interval leaves out zero, the corrected test is above .05: a lead, not a finding."
		out.mark = plain
	case !apart && sure(d):
		out.text += " The corrected test is below .05, the interval includes zero: on the edge, not a finding."
	}
	if n := len(e.untrained(m)); n > 0 {
		out.text += fmt.Sprintf(" In %d of its %s it was NOT TRAINED (%s).", n, e.trainings(m), e.note(m))
		out.mark = bad
	}
	return out
}

// figures are the numbers of a comparison in words.
func (e *evaluation) figures(judge string, mean, other *tables.Score, d *tables.Difference) string {
	s := fmt.Sprintf("%s, %s", e.inWords(judge, mean.Mean, other.Mean), pointsIn(d))
	if d.Relative != nil {
		s += ", relative " + gain(d.Relative, d.RelLow, d.RelHigh)
	}
	return s + ", " + pIs(settled(d), d.Test)
}

// sure says whether the corrected test agrees that there is a difference. It holds at any size, the interval
// is an approximation: where they disagree, P decides.
func sure(d *tables.Difference) bool { return settled(d) != nil && *settled(d) <= .05 }

// settled is the p value that counts: Holm's within the family of comparisons
// that the table is about, the bare one outside.
func settled(d *tables.Difference) *float64 {
	if d.PHolm != nil {
		return d.PHolm
	}
	return d.P
}

func isOrSeems(d *tables.Difference) string {
	if sure(d) {
		return "is"
	}
	return "seems"
}

// needed says what it would take to separate a difference of the observed size.
func (e *evaluation) needed(d *tables.Difference) string {
	switch {
	case d.MoreRows == nil && *d.Difference == 0:
		return "; they came out exactly alike"
	case d.MoreRows == nil:
		return ""
	case *d.MoreRows > 1e9:
		return "; no affordable number of " + e.thing() + "s would separate them"
	}
	return fmt.Sprintf("; about %s would, were the difference really this large (80%% power)", of(*d.MoreRows, "more "+e.thing()))
}

// repeated says in how many repeats the difference has the same sign.
func (e *evaluation) repeated(d *tables.Difference, judge string) string {
	same, all := 0, 0
	for repeat := 1; repeat <= e.repeats && e.repeats > 1; repeat++ {
		if one := e.difference(d.Method, d.Against, judge, repeat); one != nil && one.Difference != nil {
			all++
			if *one.Difference**d.Difference > 0 {
				same++
			}
		}
	}
	if all < 2 || *d.Difference == 0 {
		return ""
	}
	return fmt.Sprintf("; the same sign in %d of %d repeats", same, all)
}

// overControls compares what was trained with what was trained on completions chosen to show nothing.
func (e *evaluation) overControls(judge string) items {
	var list items
	for _, control := range e.Methods {
		kept := e.controls[control]
		if kept == "" || e.isUntrained(control, 0) {
			continue
		}
		for _, m := range e.Methods {
			if m == control || m == e.Baseline || e.controls[m] != "" || !e.wasTrained(m) || e.isUntrained(m, 0) {
				continue
			}
			list = append(list, e.overControl(m, control, kept, judge))
		}
	}
	return list
}

func (e *evaluation) overControl(m, control, kept, judge string) item {
	out := e.against(m, control, judge)
	d := e.difference(m, control, judge, 0)
	if d == nil || d.Difference == nil {
		return out
	}
	how := map[string]string{"random": "as many completions, chosen blindly", "rejected": "what the judge rejected"}[kept]
	if (bounds{d.Low, d.High}).above() && sure(d) {
		out.text += fmt.Sprintf(" %s was trained on %s: it is what was chosen that helps, not training on one's own completions.", control, how)
	} else {
		out.text += fmt.Sprintf(" %s was trained on %s: that the choice helps is not shown.", control, how)
	}
	return out
}

// wasTrained says whether the method's policy comes from training.
func (e *evaluation) wasTrained(m string) bool {
	return slices.ContainsFunc(e.policies[m], func(p *policy) bool { return p.Rows > 0 || p.untrained() })
}

// best names the method with the highest mean, and whether the next can be told from it. Two methods need no
// such sentence.
func (e *evaluation) best(judge string) string {
	ranked := e.byMean(judge)
	if len(ranked) < 3 {
		return ""
	}
	first, second := ranked[0], ranked[1]
	top := percent(e.score(first, judge, "", 0).Mean)
	d := e.difference(first, second, judge, 0)
	if d == nil || !(bounds{d.Low, d.High}).above() || !sure(d) {
		return fmt.Sprintf("The highest is %s with %s, but it cannot be separated from %s.", first, top, second)
	}
	return fmt.Sprintf("The best is %s with %s, %s over the next, %s.", first, top, pointsIn(d), second)
}

// byMean lists the methods that have a mean, the highest first.
func (e *evaluation) byMean(judge string) []string {
	mean := func(m string) *float64 {
		if s := e.score(m, judge, "", 0); s != nil {
			return s.Mean
		}
		return nil
	}
	list := slices.DeleteFunc(slices.Clone(e.Methods), func(m string) bool { return mean(m) == nil })
	slices.SortStableFunc(list, func(a, b string) int { return cmp.Compare(*mean(b), *mean(a)) })
	return list
}

// note is what training noted about a method.
func (e *evaluation) note(m string) string {
	for _, p := range e.policies[m] {
		if p.untrained() {
			return *p.Note
		}
	}
	return ""
}

func noteOf(d *tables.Difference) string {
	if d == nil || d.Note == nil {
		return ""
	}
	return ": " + oneLine(*d.Note)
}

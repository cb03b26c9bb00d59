package reports

import "fmt"

// pairs compares every two methods, when the spec asks for it or an eval has a control: what a method gains
// over training on blindly chosen completions says more than what it gains over no training.
func (r *Report) pairs(e *evaluation) section {
	if len(e.Methods) < 3 || e.Pairs != "all" && len(e.controls) == 0 {
		return section{}
	}
	s := section{title: "Every two methods of " + e.name(), file: "differences"}
	for _, judge := range e.Judges {
		t := table{caption: fmt.Sprintf("Paired differences under %s%s:", judge, e.pooled()), columns: []column{
			{name: "method", left: true}, {name: "minus", left: true}, {name: "difference,\npoints"}, {name: "relative\ngain", drop: 1}, {name: "p\n(Holm)"}, {name: "more " + e.thing() + "s\nneeded", drop: 2, note: "More " + e.thing() + "s needed: to separate a difference of the observed size with 80% power."},
		}}
		for i, against := range e.Methods {
			for _, method := range e.Methods[i+1:] {
				if e.controls[method] != "" && e.controls[against] == "" && against != e.Baseline {
					t.rows = append(t.rows, e.pairRow(against, method, judge))
					continue
				}
				t.rows = append(t.rows, e.pairRow(method, against, judge))
			}
		}
		if n := e.comparisons(judge, 0); n > 0 {
			t.notes = []string{fmt.Sprintf("P: Holm-corrected over all %s.", of(n, "comparison"))}
		}
		s.blocks = append(s.blocks, t)
	}
	return s
}

func (e *evaluation) pairRow(method, against, judge string) []string {
	d := e.difference(method, against, judge, 0)
	if d == nil || e.isUntrained(method, 0) || e.isUntrained(against, 0) {
		return []string{e.named(method), e.named(against), none, none, none, none}
	}
	more := none
	if d.MoreRows != nil {
		more = count(*d.MoreRows)
	} else if (bounds{d.Low, d.High}).above() || (bounds{d.Low, d.High}).below() {
		more = "separated"
	}
	return []string{e.named(method), e.named(against), points(d.Difference, d.Low, d.High), gain(d.Relative, d.RelLow, d.RelHigh), pValue(settled(d), d.Test), more}
}

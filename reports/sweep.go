package reports

import (
	"fmt"
	"slices"
	"strings"

	"idiolect/internal/stats"
	"idiolect/runner/tables"
)

// line is a row of a sweep's table: a method in those cells where neither it nor its baseline differs.
type line struct {
	*evaluation // of the first of the cells
	method      string
	cells       [][]int
	p           *float64 // of the difference to the baseline, corrected over the whole table
}

// sweep tells an eval over all cells of the sweep: for each judge one table and what follows from it.
func (r *Report) sweep(cells []*evaluation) (section, error) {
	var axes []string
	for k, axis := range r.in.Sweep {
		if slices.ContainsFunc(cells, func(e *evaluation) bool { return len(axis.Values) > 1 && r.in.along(k, e.cells) != "all" }) {
			axes = append(axes, axis.Name)
		}
	}
	first := cells[0]
	s := section{title: "Eval " + first.ID + " over " + enumerate(axes, 8) + first.caveat(), file: "scores"}
	s.blocks = append(s.blocks, para(first.describe()))
	for _, judge := range first.Judges {
		if len(first.Judges) > 1 {
			s.blocks = append(s.blocks, heading("judged by "+judge))
		}
		lines := r.lines(cells, judge)
		s.blocks = append(s.blocks, r.sweepTable(lines, judge))
		drawn, told, err := r.curves(lines, judge)
		if err != nil {
			return s, err
		}
		s.blocks = append(s.blocks, drawn...)
		s.blocks = append(s.blocks, append(told, r.overCells(lines, judge)...))
	}
	for _, e := range cells {
		if e.scores == nil {
			s.blocks = append(s.blocks, items{{text: e.name() + " has no figures, because not all of its steps came to their end; see what is missing.", mark: bad}})
		}
	}
	return s, nil
}

// lines are the rows of a judge's table, method by method, with P corrected over all of them.
func (r *Report) lines(cells []*evaluation, judge string) []*line {
	var list []*line
	same := map[string]*line{}
	for _, e := range cells {
		if e.scores == nil {
			continue
		}
		for _, m := range e.Methods {
			id := m + e.verdictsOf(m, judge) + e.verdictsOf(e.Baseline, judge)
			if l := same[id]; l != nil {
				l.cells = append(l.cells, e.cells...)
				continue
			}
			same[id] = &line{evaluation: e, method: m, cells: slices.Clone(e.cells)}
			list = append(list, same[id])
		}
	}
	order := slices.Clone(cells[0].Methods)
	slices.SortStableFunc(list, func(a, b *line) int { return slices.Index(order, a.method) - slices.Index(order, b.method) })
	correct(list, judge)
	return list
}

// verdictsOf names the steps that judged a method: where they are equal, the method did not differ.
func (e *evaluation) verdictsOf(method, judge string) string {
	var b strings.Builder
	for _, a := range e.arms {
		if a.method == method && a.judge == judge {
			b.WriteString("\n" + string(a.verdicts.Key()))
		}
	}
	return b.String()
}

// correct sets P of all lines, by Holm over the comparisons of the table.
func correct(list []*line, judge string) {
	var compared []*line
	var ps []float64
	for _, l := range list {
		if d := l.toBaseline(judge); d != nil && d.P != nil {
			compared, ps = append(compared, l), append(ps, *d.P)
		}
	}
	for i, p := range stats.Holm(ps) {
		compared[i].p = &p
	}
}

// toBaseline is the difference of a line's method to the baseline of its cells, nil where none can be told.
func (l *line) toBaseline(judge string) *tables.Difference {
	if l.method == l.Baseline || l.isUntrained(l.method, 0) {
		return nil
	}
	d := l.difference(l.method, l.Baseline, judge, 0)
	if d == nil || d.Difference == nil {
		return nil
	}
	return d
}

func (l *line) mean(judge string) *tables.Score { return l.score(l.method, judge, "", 0) }

func (r *Report) sweepTable(list []*line, judge string) table {
	t := table{}
	for _, axis := range r.in.Sweep {
		t.columns = append(t.columns, column{name: axis.Name, left: axis.Number == nil})
	}
	t.columns = append(t.columns, column{name: "method", left: true})
	if len(list) == 0 {
		return t
	}
	first := list[0].evaluation
	t.columns = append(t.columns,
		column{name: first.measure(judge) + "\n[95% interval]"}, column{name: "n", drop: 3}, column{name: first.thing() + "s", drop: 2}, column{name: "errors", drop: 4},
	)
	t.columns = append(t.columns, first.differenceColumns()...)
	tests, failures, compared := []string{}, int64(0), int64(0)
	for _, l := range list {
		var row []string
		for k := range r.in.Sweep {
			row = append(row, r.in.along(k, l.cells))
		}
		row = append(append(row, l.named(l.method)), scoreCells(l.mean(judge), false)...)
		row = append(row, l.differenceCells(l.method, judge, 0)...)
		if d := l.toBaseline(judge); d != nil {
			row[len(row)-1] = pValue(l.p, d.Test)
			if l.p != nil && !slices.Contains(tests, d.Test) {
				tests = append(tests, d.Test)
			}
		}
		if l.p != nil {
			compared++
		}
		if s := l.mean(judge); s != nil {
			failures += s.Errors
		}
		t.rows = append(t.rows, row)
	}
	t.notes = sweepNotes(first, judge, tests, failures, compared)
	return t
}

func sweepNotes(first *evaluation, judge string, tests []string, failures, compared int64) []string {
	var notes []string
	if failures > 0 {
		notes = append(notes, fmt.Sprintf("%s without a verdict, counted as failures.", of(failures, "judgement")))
	}
	notes = append(notes, "Differences are paired within a cell. Intervals: 95%; clusters are "+first.thing()+"s.")
	if len(tests) > 0 {
		notes = append(notes, fmt.Sprintf("P: %s; Holm-corrected over the %s of this table.", testNames(tests), of(compared, "comparison")))
	}
	return notes
}

// overCells says in how many cells each method is above its baseline, and which cell is the highest.
func (r *Report) overCells(list []*line, judge string) items {
	var out items
	var best *line
	methods := []string{}
	for _, l := range list {
		if !slices.Contains(methods, l.method) {
			methods = append(methods, l.method)
		}
		if s := l.mean(judge); l.method != l.Baseline && s != nil && s.Mean != nil && (best == nil || *s.Mean > *best.mean(judge).Mean) {
			best = l
		}
	}
	for _, m := range methods {
		if i, ok := r.against(list, m, judge); ok {
			out = append(out, i)
		}
	}
	if best != nil && len(list) > 2 {
		text := fmt.Sprintf("The highest is %s%s with %s", best.method, r.where(best), percent(best.mean(judge).Mean))
		if d := best.toBaseline(judge); d != nil {
			text += ", " + pointsIn(d) + " over " + best.Baseline
		}
		out = append(out, item{text: text + ". It is the highest of several on these rows, and so its figure is on the high side: choose on other rows than you report."})
	}
	return out
}

// where names the cells of a line: " at epochs=2".
func (r *Report) where(l *line) string {
	if at := r.in.told(l.cells); at != "" {
		return " at " + at
	}
	return ""
}

// cellsNamed is the number of cells up to which a sentence names them.
const cellsNamed = 4

// against counts the cells in which a method is above its baseline, below it, or neither.
func (r *Report) against(list []*line, method, judge string) (item, bool) {
	var better, worse, open []string
	for _, l := range list {
		d := l.toBaseline(judge)
		if l.method != method || d == nil {
			continue
		}
		settled := l.p != nil && *l.p <= .05
		switch at := r.in.told(l.cells); {
		case settled && (bounds{d.Low, d.High}).above():
			better = append(better, at)
		case settled && (bounds{d.Low, d.High}).below():
			worse = append(worse, at)
		default:
			open = append(open, at)
		}
	}
	n := len(better) + len(worse) + len(open)
	if n < 2 {
		return item{}, false
	}
	base := list[slices.IndexFunc(list, func(l *line) bool { return l.method == method })].Baseline
	for says, cells := range map[string][]string{"is better than": better, "is worse than": worse, "cannot be separated from": open} {
		if len(cells) == n {
			mark := map[string]tone{"is better than": good, "is worse than": bad}[says]
			return item{text: fmt.Sprintf("%s %s %s in all %d cells.", method, says, base, n), mark: mark}, true
		}
	}
	out := item{text: fmt.Sprintf("%s against %s, in %d cells:", method, base, n)}
	for _, part := range []struct {
		cells []string
		says  string
	}{{better, "better"}, {worse, "worse"}, {open, "not to be separated"}} {
		switch at := len(part.cells); {
		case at > cellsNamed:
			out.text += fmt.Sprintf(" %s in %d,", part.says, at)
		case at > 0:
			out.text += fmt.Sprintf(" %s in %d (%s),", part.says, at, strings.Join(part.cells, "; "))
		}
	}
	out.text = strings.TrimSuffix(out.text, ",") + "."
	return out, true
}

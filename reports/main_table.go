package reports

import (
	"fmt"
	"slices"
	"strings"

	"idiolect/runner/tables"
)

// mainTables tells an eval: for each judge how often every method was accepted, what follows from it, and
// what each repeat found.
func (r *Report) mainTables(e *evaluation) section {
	s := section{title: e.title(), file: "scores", blocks: []block{para(e.describe())}}
	for _, judge := range e.Judges {
		if len(e.Judges) > 1 {
			s.blocks = append(s.blocks, heading("judged by "+judge))
		}
		t := e.mainTable(judge)
		if validity := r.validity(judge, e.cells[0]); validity != "" {
			t.notes = append(t.notes, validity)
		}
		s.blocks = append(s.blocks, t, r.findings(e, judge))
		if ranked := e.strengthTable(judge); len(ranked.rows) > 0 {
			s.blocks = append(s.blocks, ranked)
		}
		if e.repeats > 1 {
			s.blocks = append(s.blocks, e.repeatsTable(judge))
		}
	}
	return s
}

// describe says what was done.
func (e *evaluation) describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s of each row of %s", of(int64(e.Samples), "completion"), e.Data)
	if e.repeats > 1 {
		fmt.Fprintf(&b, " in each of %d repeats", e.repeats)
	}
	if n := len(e.people); n > 0 {
		fmt.Fprintf(&b, " for each of %s", of(int64(n), "person"))
	}
	fmt.Fprintf(&b, ", judged by %s.", enumerate(e.Judges, 10))
	if len(e.Methods) > 1 {
		fmt.Fprintf(&b, " All methods answer the same rows with the same noise, so differences to %s are paired.", e.Baseline)
	}
	return b.String()
}

// measure is what the numbers of a judge are: shares accepted, or scores as percentages.
func (e *evaluation) measure(judge string) string {
	switch {
	case e.kinds[judge] == "score":
		return "score"
	case e.compares(judge):
		return "win rate"
	}
	return "accepted"
}

// inWords puts two means into words: 32.1% accepted against 22.3%.
func (e *evaluation) inWords(judge string, mean, other *float64) string {
	switch {
	case e.kinds[judge] == "score":
		return "a score of " + percent(mean) + " against " + percent(other)
	case e.compares(judge):
		return "a win rate of " + percent(mean) + " against " + percent(other)
	}
	return percent(mean) + " accepted against " + percent(other)
}

func (e *evaluation) mainTable(judge string) table {
	t := table{columns: []column{
		{name: "method", left: true}, {name: e.headed(judge) + "\n[95% interval]"}, {name: "n", drop: 3}, {name: e.thing() + "s", drop: 2}, {name: "errors", drop: 4},
	}}
	failures := e.errors(judge)
	if failures > 0 {
		t.columns[4].drop = 0
		t.columns = append(t.columns, column{name: "successes\nonly"})
	}
	compared := len(e.Methods) > 1
	if compared {
		t.columns = append(t.columns, e.differenceColumns()...)
	}
	controlled := e.rate(e.told(judge), judge) != nil
	if controlled {
		t.columns = append(t.columns, e.lengthColumn())
	}
	varied := judge == e.Judges[0] && len(e.panel) > 0
	if varied {
		t.columns = append(t.columns, e.varietyColumns()...)
	}
	for _, m := range e.Methods {
		row := append([]string{e.named(m)}, scoreCells(e.score(m, judge, "", 0), failures > 0)...)
		if compared {
			row = append(row, e.differenceCells(m, judge, 0)...)
		}
		if controlled {
			row = append(row, e.lengthCell(m, judge))
		}
		if varied {
			row = append(row, e.varietyCells(m)...)
		}
		t.rows = append(t.rows, row)
	}
	t.notes = slices.Concat(e.footnotes(judge, failures), e.choosers(judge), e.soundness(judge), e.lengthNotes(judge))
	return t
}

// scoreCells are accepted, n, topics, errors and, on demand, the share of the successes alone.
func scoreCells(s *tables.Score, successes bool) []string {
	if s == nil {
		s = &tables.Score{}
	}
	cells := []string{share(s.Mean, s.Low, s.High), count(s.N), count(s.Clusters), count(s.Errors)}
	if successes {
		cells = append(cells, percent(s.MeanSuccesses))
	}
	return cells
}

func (e *evaluation) differenceColumns() []column {
	return []column{{name: "difference to\n" + e.Baseline + ", points"}, {name: "relative\ngain", drop: 1}, {name: "p\n(Holm)"}}
}

// differenceCells are difference, relative gain and P against the baseline. A policy that was never trained
// has none: it is the policy it began with.
func (e *evaluation) differenceCells(method, judge string, repeat int) []string {
	if method == e.Baseline {
		return []string{"baseline", "", ""}
	}
	d := e.difference(method, e.Baseline, judge, repeat)
	if d == nil || e.isUntrained(method, repeat) {
		return []string{none, none, none}
	}
	return []string{points(d.Difference, d.Low, d.High), gain(d.Relative, d.RelLow, d.RelHigh), pValue(settled(d), d.Test)}
}

// named is a method with what a reader must know of it before its figures.
func (e *evaluation) named(method string) string {
	n := len(e.untrained(method))
	switch {
	case n > 0 && n == len(e.policies[method]):
		return method + " (NOT TRAINED)"
	case n > 0:
		return fmt.Sprintf("%s (NOT TRAINED in %d of %s)", method, n, e.trainings(method))
	case e.controls[method] != "":
		return method + " (control)"
	}
	return method
}

// trainings counts how often a method was to be trained: "3 repeats", "30 trainings" with persons.
func (e *evaluation) trainings(method string) string {
	if len(e.people) > 0 {
		return of(int64(len(e.policies[method])), "training")
	}
	return of(int64(len(e.policies[method])), "repeat")
}

// untrained lists the policies of a method that had nothing to be trained on.
func (e *evaluation) untrained(method string) []*policy {
	return slices.DeleteFunc(slices.Clone(e.policies[method]), func(p *policy) bool { return !p.untrained() })
}

// isUntrained says whether the figures of a method in a repeat, pooled in repeat 0, are all those of a policy
// that was not trained.
func (e *evaluation) isUntrained(method string, repeat int) bool {
	n := 0
	for _, p := range e.policies[method] {
		if repeat != 0 && p.arm.repeat != repeat {
			continue
		}
		if !p.untrained() {
			return false
		}
		n++
	}
	return n > 0
}

// errors counts the judgements without a verdict, of all methods.
func (e *evaluation) errors(judge string) (n int64) {
	for _, m := range e.Methods {
		if s := e.score(m, judge, "", 0); s != nil {
			n += s.Errors
		}
	}
	return n
}

func (e *evaluation) footnotes(judge string, failures int64) []string {
	var notes []string
	if failures > 0 {
		notes = append(notes, fmt.Sprintf("%s without a verdict: %s counts them as %s, \"successes only\" leaves them out.", of(failures, "judgement"), e.measure(judge), map[bool]string{true: "ties", false: "failures"}[e.compares(judge)]))
	}
	if s := e.score(e.told(judge), judge, "", 0); s != nil {
		notes = append(notes, map[string]string{"wilson": "Intervals: 95%, Wilson.", "clustered": "Intervals: 95%, clustered by " + e.thing() + "."}[s.Interval])
	}
	if tests := e.tests(judge); len(tests) > 0 {
		notes = append(notes, fmt.Sprintf("P: %s; Holm-corrected over the %s of this table.", testNames(tests), of(e.comparisons(judge, 0), "comparison")))
	}
	return notes
}

// testNames joins the names of tests; of those that differ in a number alone, such as how many exchanges there
// were, the number is left out.
func testNames(tests []string) string {
	var names []string
	for _, t := range tests {
		name, _, _ := strings.Cut(t, ", ")
		if same := slices.DeleteFunc(slices.Clone(tests), func(o string) bool { return o != name && !strings.HasPrefix(o, name+", ") }); len(same) == 1 {
			name = t
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return enumerate(names, 8)
}

// tests names the tests of the pooled differences to the baseline.
func (e *evaluation) tests(judge string) []string {
	var names []string
	for _, m := range e.Methods {
		if d := e.difference(m, e.Baseline, judge, 0); d != nil && d.P != nil && !slices.Contains(names, d.Test) {
			names = append(names, d.Test)
		}
	}
	return names
}

// comparisons counts the tests that Holm's correction covers: those of every two methods, shown or not.
func (e *evaluation) comparisons(judge string, repeat int) (n int64) {
	for _, d := range e.differences {
		if d.Judge == judge && repeatOf(d.Repeat) == repeat && d.PHolm != nil {
			n++
		}
	}
	return n
}

// repeatsTable has a row for each method and repeat.
func (e *evaluation) repeatsTable(judge string) table {
	t := table{caption: "Each repeat alone:", columns: []column{{name: "method", left: true}, {name: "repeat"}, {name: e.headed(judge) + "\n[95% interval]"}}}
	if len(e.Methods) > 1 {
		t.columns = append(t.columns, e.differenceColumns()...)
	}
	for _, m := range e.Methods {
		for repeat := 1; repeat <= e.repeats; repeat++ {
			name := m
			if e.isUntrained(m, repeat) {
				name += " (NOT TRAINED)"
			}
			row := []string{name, fmt.Sprint(repeat), scoreCells(e.score(m, judge, "", repeat), false)[0]}
			if len(e.Methods) > 1 {
				row = append(row, e.differenceCells(m, judge, repeat)...)
			}
			t.rows = append(t.rows, row)
		}
	}
	return t
}

package reports

import (
	"fmt"
	"math"
	"strings"

	"idiolect/runner/tables"
)

// criteria tells what moved: every criterion of a judge for every method.
func (r *Report) criteria(e *evaluation) section {
	s := section{title: "What moved in " + e.name(), file: "criteria"}
	for _, judge := range e.Judges {
		if e.compares(judge) { // what it prefers by a criterion is no share of completions
			continue
		}
		names := e.criteriaOf(judge)
		if len(names) == 0 {
			continue
		}
		t := table{caption: fmt.Sprintf("Share of completions that meet each criterion of %s%s:", judge, e.pooled()), columns: []column{{name: "criterion", left: true}}}
		for _, m := range e.Methods {
			t.columns = append(t.columns, column{name: m})
		}
		for _, name := range names {
			row := []string{name}
			for _, m := range e.Methods {
				row = append(row, criterionCell(e.score(m, judge, name, 0)))
			}
			t.rows = append(t.rows, row)
		}
		s.blocks = append(s.blocks, t)
		if moved := e.moved(judge); moved != "" {
			s.blocks = append(s.blocks, para(moved))
		}
	}
	return s
}

func criterionCell(s *tables.Score) string {
	if s == nil {
		return none
	}
	return share(s.Mean, s.Low, s.High)
}

// criteriaOf lists a judge's criteria in the order of the table.
func (e *evaluation) criteriaOf(judge string) []string {
	var names []string
	seen := map[string]bool{}
	for _, s := range e.scores {
		if s.Judge == judge && s.Criterion != nil && !seen[*s.Criterion] {
			seen[*s.Criterion] = true
			names = append(names, *s.Criterion)
		}
	}
	return names
}

// moved names, for each method, the criterion that is farthest from the baseline's.
func (e *evaluation) moved(judge string) string {
	told := ""
	for _, m := range e.Methods {
		if m == e.Baseline || e.isUntrained(m, 0) {
			continue
		}
		at, most := e.farthest(judge, m, e.Baseline)
		if at != "" {
			told += fmt.Sprintf(" %s differs from %s most in %s (%s points).", m, e.Baseline, at, signed(most))
		}
	}
	return strings.TrimSpace(told)
}

// farthest is the criterion in which a method is farthest from another; empty when none differs.
func (e *evaluation) farthest(judge, m, other string) (name string, d float64) {
	for _, c := range e.criteriaOf(judge) {
		a, b := e.score(other, judge, c, 0), e.score(m, judge, c, 0)
		if a == nil || b == nil || a.Mean == nil || b.Mean == nil {
			continue
		}
		if by := *b.Mean - *a.Mean; math.Abs(by) > math.Abs(d) {
			name, d = c, by
		}
	}
	return name, d
}

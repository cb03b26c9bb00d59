package reports

import (
	"errors"
	"strings"

	"idiolect/runner/tables"
)

// amount is 12 rows, or 1 row.
func amount(f tables.Funnel) string {
	what := f.Counts
	if f.N == 1 {
		what = strings.TrimSuffix(what, "s")
	}
	return count(f.N) + " " + what
}

// making tells of rows that steps made, and of those that were cleaned, how many each stage of it left.
func (s *source) making() (section, error) {
	t := table{columns: []column{{name: "data", left: true}, {name: "stage", left: true}, {name: "left"}, {name: "of the stage before"}}}
	for _, a := range s.in.Plan.Actions {
		if a.Kind != "synthesize" && a.Kind != "answer" && a.Kind != "clean" {
			continue
		}
		stages, err := read[tables.Funnel](s, a, funnelFile)
		if errors.Is(err, errAbsent) {
			continue
		}
		if err != nil {
			return section{}, err
		}
		before := tables.Funnel{}
		for i, f := range stages {
			row := []string{"", strings.Replace(f.Stage, "split.", "split ", 1), amount(f), none}
			if i == 0 {
				row[0] = strings.TrimPrefix(a.ID, "data.")
			}
			if f.Counts == before.Counts && before.N > 0 {
				part := float64(f.N) / float64(before.N)
				row[3] = percent(&part)
			}
			t.rows = append(t.rows, row)
			if !strings.HasPrefix(f.Stage, "split.") { // the parts are all of what was there before them
				before = f
			}
		}
	}
	if len(t.rows) == 0 {
		return section{}, nil
	}
	t.notes = []string{"Stages: calls or rows asked, answered, parsed (the answer was a list), rows written, judged (the judge kept them), where, unique, limit, split; clean: no copy of what an eval asks about."}
	return section{title: "How rows were made", file: "funnel", blocks: []block{t}}, nil
}

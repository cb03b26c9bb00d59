package reports

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Terminal writes the differences for people, as [Report.Terminal] does a report.
func (d *Diff) Terminal(w io.Writer, width int, color bool) error {
	sections := []section{d.specSection(), d.stepSection(), d.resultSection()}
	sections = slices.DeleteFunc(sections, func(s section) bool { return len(s.blocks) == 0 })
	return writeTerminal(w, sections, width, color)
}

func (d *Diff) specSection() section {
	s := section{title: "Spec"}
	if len(d.Spec) == 0 {
		s.blocks = append(s.blocks, para("No value differs."))
		return s
	}
	var list items
	for _, c := range d.Spec {
		list = append(list, item{text: c.Path + ": ", data: c.told()})
	}
	s.blocks = append(s.blocks, list)
	return s
}

// stepSection tells causes first, those that read alike together, then what follows from them.
func (d *Diff) stepSection() section {
	s := section{title: "Steps"}
	var order, follow []string
	causes := map[string][]string{}
	for _, c := range d.Steps.Changed {
		if len(c.Own) == 0 {
			follow = append(follow, c.Step)
			continue
		}
		var own []string
		for _, change := range c.Own {
			own = append(own, change.String())
		}
		says := strings.Join(own, "; ")
		if causes[says] == nil {
			order = append(order, says)
		}
		causes[says] = append(causes[says], c.Step)
	}
	var list items
	for _, says := range order {
		list = append(list, item{text: enumerate(causes[says], 3) + ": ", data: says})
	}
	for _, part := range []struct {
		steps []string
		says  string
	}{{follow, "reads what differs"}, {d.Steps.Added, "is in the new run alone"}, {d.Steps.Removed, "is in the old run alone"}} {
		if n := len(part.steps); n > 0 {
			list = append(list, item{text: fmt.Sprintf("%s (%s) %s.", of(int64(n), "step"), enumerate(part.steps, 4), plural(n, part.says))})
		}
	}
	if len(list) == 0 {
		s.blocks = append(s.blocks, para("All steps are the same: nothing that decides a result differs."))
		return s
	}
	s.blocks = append(s.blocks, list)
	return s
}

// plural puts the verb of a sentence about n steps into its number.
func plural(n int, says string) string {
	if n == 1 {
		return says
	}
	return strings.NewReplacer("reads ", "read ", "is ", "are ").Replace(says)
}

func (d *Diff) resultSection() section {
	s := section{title: "Results"}
	if len(d.Results) > 0 {
		s.blocks = append(s.blocks, d.resultTable())
	}
	var list items
	for _, only := range []struct {
		names []string
		where string
	}{{d.OldOnly, "old"}, {d.NewOnly, "new"}} {
		if len(only.names) > 0 {
			list = append(list, item{text: fmt.Sprintf("In the %s run alone: %s.", only.where, enumerate(only.names, 8))})
		}
	}
	if len(list) > 0 {
		s.blocks = append(s.blocks, list)
	}
	return s
}

func (d *Diff) resultTable() table {
	t := table{columns: []column{
		{name: "figure", left: true},
		{name: "old\n[95% interval]"}, {name: "new\n[95% interval]"}, {name: "new minus old,\npoints"}, {name: "p"},
	}}
	paired, unpaired := false, false
	for _, r := range d.Results {
		row := []string{r.name(), r.Old.String(), r.New.String(), points(r.Difference, r.Low, r.High), pValue(r.P, r.test)}
		switch {
		case r.Same:
			row[3], row[4] = "the same", ""
		case r.Difference != nil && !r.Paired:
			row[4] = "unpaired"
			unpaired = true
		case r.Paired:
			paired = true
		}
		t.rows = append(t.rows, row)
	}
	if slices.ContainsFunc(d.Results, func(r ResultChange) bool { return r.Same }) {
		t.notes = append(t.notes, "The same: both runs have the very same verdicts.")
	}
	if paired {
		t.notes = append(t.notes, "Differences are paired by row (by person where there are persons); P is not corrected for the number of comparisons.")
	}
	if unpaired {
		t.notes = append(t.notes, "Unpaired: the runs have different rows; the interval takes them as independent.")
	}
	return t
}

func (f Figure) String() string { return share(f.Mean, f.Low, f.High) }

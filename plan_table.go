package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/olekukonko/tablewriter/pkg/twwidth"

	"idiolect/reports"
	"idiolect/runner"
)

// planGroup is steps that are told together: one, or several that are the same
// but for where on the axes of the experiment they stand.
type planGroup struct {
	steps  []*runner.Action
	cached bool
	why    []string // one each
	takes  runner.Estimate
}

// alike groups the steps of a plan in the order of each group's first.
func alike(p *runner.Plan, states map[*runner.Action]runner.State, all bool) []*planGroup {
	type class struct {
		id     string
		cached bool
	}
	at := map[class]*planGroup{}
	var groups []*planGroup
	for _, a := range p.Actions {
		s := states[a]
		c := class{a.ID, s.Cached}
		if !all {
			c.id = bareID(a.ID)
		}
		g := at[c]
		if g == nil {
			g = &planGroup{cached: s.Cached}
			at[c], groups = g, append(groups, g)
		}
		g.steps, g.why, g.takes = append(g.steps, a), append(g.why, s.Why), g.takes.Add(s.Takes)
	}
	return groups
}

// bareID is a step's id without where it stands: methods.tuned of methods.tuned@2.
func bareID(id string) string {
	id, _, _ = strings.Cut(id, "@")
	return id
}

// name is the step's id, or that which several have in common.
func (g *planGroup) name() string {
	if len(g.steps) == 1 {
		return g.steps[0].ID
	}
	return fmt.Sprintf("%s ×%d", bareID(g.steps[0].ID), len(g.steps))
}

// reason is why the group runs, "" where there is nothing to say.
func (g *planGroup) reason() string {
	if g.cached {
		return ""
	}
	at := func(i int) string { return strings.TrimPrefix(g.steps[i].ID, bareID(g.steps[i].ID)) }
	why := g.why[0]
	for i, other := range g.why {
		if other == g.why[0] {
			continue
		}
		// The cause of methods.tuned@2 is in methods.tuned.kept@2.
		if why = strings.ReplaceAll(g.why[0], at(0)+":", ":"); why != strings.ReplaceAll(other, at(i)+":", ":") {
			return fmt.Sprintf("%s: %s (the others: plan --all)", at(0), g.why[0])
		}
	}
	if why == runner.NotMade {
		return ""
	}
	return why
}

// aliases are further ids of the group's steps.
func (g *planGroup) aliases() string {
	var ids []string
	for _, a := range g.steps {
		for _, id := range a.Aliases {
			if id = bareID(id); len(g.steps) == 1 || !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) == 0 {
		return ""
	}
	if more := len(ids) - 4; more > 0 {
		ids = append(ids[:4], fmt.Sprintf("%d more", more))
	}
	return "also " + strings.Join(ids, ", ")
}

// planTable prints a plan in columns. They are made here and not by a table
// library, so that a plan of 10,000 steps is there at once.
type planTable struct {
	width int
	color bool
}

// planColumns are the table's columns. Where they do not fit, the numbers stand
// beneath, in words.
var planColumns = []string{"", "step", "does", "calls", "tokens", "price", "time"}

const (
	doesColumn = 2
	leastDoes  = 16 // columns of a terminal that what a step does needs at least
	dim        = "2"
)

func (t planTable) render(groups []*planGroup) string {
	rows := make([][]string, 0, len(groups)+1)
	rows = append(rows, planColumns)
	for _, g := range groups {
		rows = append(rows, g.cells())
	}
	widths, beneath := t.fit(rows)
	var b strings.Builder
	for i, row := range rows {
		line := t.line(row, widths)
		if i == 0 {
			b.WriteString(line + "\n" + strings.Repeat("─", min(t.width, lineWidth(widths))) + "\n")
			continue
		}
		b.WriteString(t.styled(line, groups[i-1].cached) + "\n")
		notes := []string{groups[i-1].reason(), groups[i-1].aliases()}
		if takes := groups[i-1].takes; beneath && takes.Tokens()[1] > 0 {
			notes = append([]string{total(takes)}, notes...)
		}
		for _, note := range notes {
			if note == "" {
				continue
			}
			for _, l := range reports.Wrap(note, max(t.width-10, 40)) {
				b.WriteString(t.styled(strings.Repeat(" ", 10)+l, groups[i-1].cached) + "\n")
			}
		}
	}
	return b.String()
}

// cells are the columns of a group; a cached one takes nothing.
func (g *planGroup) cells() []string {
	row := []string{"run", g.name(), reports.Visible(g.steps[0].Says), "", "", "", ""}
	if g.cached {
		row[0] = "cached"
		return row
	}
	e := g.takes
	if e.Calls[1] > 0 {
		row[3] = span(e.Calls)
	}
	if e.Tokens()[1] > 0 {
		row[4] = volume(e.Tokens())
		row[6] = "-"
		if !e.Untimed {
			row[6] = period(e.Seconds)
		}
	}
	if e.Unpriced {
		row[5] = "-"
	} else if e.USD[1] > 0 {
		row[5] = money(e.USD)
	}
	return row
}

// fit gives each column its width, 0 to one that says nothing; beneath says that
// the numbers have to stand elsewhere.
func (t planTable) fit(rows [][]string) (widths []int, beneath bool) {
	widths = make([]int, len(planColumns))
	for i := range widths {
		for _, row := range rows[1:] {
			widths[i] = max(widths[i], twwidth.Width(row[i]))
		}
		if widths[i] > 0 {
			widths[i] = max(widths[i], len(planColumns[i]))
		}
	}
	over := lineWidth(widths) - t.width
	if widths[doesColumn]-over < min(widths[doesColumn], leastDoes) {
		clear(widths[doesColumn+1:])
		over, beneath = lineWidth(widths)-t.width, true
	}
	widths[doesColumn] -= max(0, min(over, widths[doesColumn]-len(planColumns[doesColumn])))
	return widths, beneath
}

func lineWidth(widths []int) int {
	sum := -2
	for _, w := range widths {
		if w > 0 {
			sum += w + 2
		}
	}
	return sum
}

// line sets texts to the left and numbers to the right.
func (t planTable) line(row []string, widths []int) string {
	var b strings.Builder
	for i, w := range widths {
		if w == 0 {
			continue
		}
		cell := row[i]
		if i == doesColumn && twwidth.Width(cell) > w {
			cell = twwidth.Truncate(cell, w-1) + "…"
		}
		pad := strings.Repeat(" ", max(0, w-twwidth.Width(cell)))
		if i > doesColumn {
			cell, pad = pad, cell
		}
		b.WriteString(cell + pad + "  ")
	}
	return strings.TrimRight(b.String(), " ")
}

func (t planTable) styled(line string, faint bool) string {
	if !t.color || !faint {
		return line
	}
	return "\x1b[" + dim + "m" + line + "\x1b[0m"
}

// span is a count that is known, or [expected, at most].
func span(n [2]int64) string {
	if n[0] == n[1] {
		return strconv.FormatInt(n[1], 10)
	}
	return fmt.Sprintf("[%d, %d]", n[0], n[1])
}

// volume is a number of tokens, which nobody knows to the last digit.
func volume(n [2]int64) string { return brackets(parameters(n[0]), parameters(n[1])) }

// money and period are [expected, at most] in dollars, and in time.
func money(x [2]float64) string { return brackets(reports.Dollars(x[0]), reports.Dollars(x[1])) }

func period(x [2]float64) string { return brackets(lasting(x[0]), lasting(x[1])) }

// lasting is a duration of which two digits are known at best.
func lasting(seconds float64) string {
	x, unit, digits := seconds, " s", 0
	switch {
	case seconds >= 6000:
		x, unit = seconds/3600, " h"
	case seconds >= 100:
		x, unit = seconds/60, " min"
	}
	if x < 9.95 {
		digits = 1
	}
	if x < .05 {
		return "<0.1 s"
	}
	return strconv.FormatFloat(x, 'f', digits, 64) + unit
}

// brackets tells two numbers, once the unit that they share.
func brackets(a, b string) string {
	number, unit, _ := strings.Cut(a, " ")
	switch {
	case a == b:
		return a
	case unit != "" && strings.HasSuffix(b, " "+unit):
		return "[" + number + ", " + strings.TrimSuffix(b, " "+unit) + "] " + unit
	}
	return "[" + a + ", " + b + "]"
}

package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/olekukonko/tablewriter/pkg/twwidth"

	"idiolect/reports"
)

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

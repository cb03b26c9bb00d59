package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter/pkg/twwidth"

	"idiolect/reports"
)

// telling are the columns in which some row has a value.
func telling(columns []string, rows []map[string]any) []string {
	if len(rows) == 0 {
		return columns
	}
	return slices.DeleteFunc(slices.Clone(columns), func(c string) bool {
		return !slices.ContainsFunc(rows, func(row map[string]any) bool { return row[c] != nil })
	})
}

// printRows prints one line per row where the lines fit the terminal, and else
// one block per row with a line per column: texts are there to be read, and cut
// to a few letters they cannot be.
func printRows(w io.Writer, columns []string, rows []map[string]any, wide int) error {
	cells := make([][]string, len(rows)+1)
	cells[0] = columns
	for i, row := range rows {
		for _, c := range columns {
			cells[i+1] = append(cells[i+1], cellText(row[c]))
		}
	}
	return printCells(w, cells, wide)
}

// printCells is printRows for texts; the first row holds the columns.
func printCells(w io.Writer, cells [][]string, wide int) error {
	lines, fits := aligned(cells, wide)
	if !fits {
		lines = blocks(cells)
	}
	_, err := io.WriteString(w, lines)
	return err
}

// aligned is the cells in columns two spaces apart; it does not fit when a line
// is wider than the terminal or a cell has several.
func aligned(cells [][]string, wide int) (string, bool) {
	widths := make([]int, len(cells[0]))
	for _, row := range cells {
		for i, c := range row {
			if strings.Contains(c, "\n") {
				return "", false
			}
			widths[i] = max(widths[i], twwidth.Width(c))
		}
	}
	sum := 0
	for _, n := range widths {
		sum += n + 2
	}
	if sum-2 > wide {
		return "", false
	}
	var b strings.Builder
	for _, row := range cells {
		line := ""
		for i, c := range row {
			line += fill(c, widths[i]) + "  "
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String(), true
}

// blocks is every row as lines of "column  value"; the further lines of a value
// stand under its first.
func blocks(cells [][]string) string {
	wide := 0
	for _, c := range cells[0] {
		wide = max(wide, twwidth.Width(c))
	}
	margin := "\n" + strings.Repeat(" ", wide+2)
	var b strings.Builder
	for i, row := range cells[1:] {
		fmt.Fprintf(&b, "-- row %d\n", i+1)
		for j, c := range row {
			b.WriteString(fill(cells[0][j], wide) + "  " + strings.ReplaceAll(c, "\n", margin) + "\n")
		}
	}
	return b.String()
}

// fill makes a text that many columns wide.
func fill(s string, wide int) string { return s + strings.Repeat(" ", max(wide-twwidth.Width(s), 0)) }

// cellText is a value for a terminal, cut where it is long.
func cellText(v any) string {
	if v == nil {
		return "-"
	}
	text := fmt.Sprint(v)
	if r := []rune(text); len(r) > 400 {
		text = string(r[:400]) + "…"
	}
	return reports.Visible(text)
}

package reports

import (
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

func (t *terminal) table(b table) {
	if b.caption != "" {
		t.wrap("", b.caption, "")
		t.line("")
	}
	b, constant := t.fit(b)
	for i, part := range t.panels(b) {
		if i > 0 {
			t.line("")
		}
		for l := range strings.SplitSeq(strings.TrimRight(t.render(part), "\n"), "\n") {
			t.line(l)
		}
	}
	if len(constant)+len(b.under()) > 0 {
		t.line("")
	}
	if len(constant) > 0 {
		t.wrap("  ", "All rows: "+strings.Join(constant, ", ")+".", "")
	}
	for _, n := range b.under() {
		t.wrap("  ", n, "")
	}
}

// fit leaves out what does not fit: the columns with the highest drop first. What all rows have in common in
// such a column is told under the table instead.
func (t *terminal) fit(b table) (fitted table, constant []string) {
	for widest(t.render(b)) > t.width {
		worst := -1
		for i, c := range b.columns {
			if c.drop > 0 && (worst < 0 || c.drop > b.columns[worst].drop) {
				worst = i
			}
		}
		if worst < 0 {
			break
		}
		if same := common(b, worst); same != "" {
			constant = append(constant, oneSpace(b.columns[worst].name)+" "+same)
		}
		b = b.without(worst)
	}
	return b, constant
}

// panels cuts a table that is still too wide into several, each with the first column.
func (t *terminal) panels(b table) []table {
	last := len(b.columns)
	part := b
	for last > 2 && widest(t.render(part)) > t.width {
		last--
		part = part.without(last)
	}
	if last == len(b.columns) {
		return []table{b}
	}
	rest := b
	for range last - 1 {
		rest = rest.without(1)
	}
	return append([]table{part}, t.panels(rest)...)
}

// render draws a table without borders, columns two spaces apart.
func (t *terminal) render(b table) string {
	var out strings.Builder
	align := make([]tw.Align, len(b.columns))
	head := make([]any, len(b.columns))
	for i, c := range b.columns {
		align[i] = tw.AlignRight
		if c.left {
			align[i] = tw.AlignLeft
		}
		head[i] = Visible(c.name)
	}
	format := tw.CellConfig{
		Formatting: tw.CellFormatting{AutoFormat: tw.Off, AutoWrap: tw.WrapNone},
		Alignment:  tw.CellAlignment{PerColumn: align},
		Padding:    tw.CellPadding{Global: tw.Padding{Left: "", Right: "  ", Overwrite: true}},
	}
	lines := tw.Lines{ShowTop: tw.Off, ShowBottom: tw.Off, ShowHeaderLine: tw.On, ShowFooterLine: tw.Off}
	table := tablewriter.NewTable(&out,
		tablewriter.WithConfig(tablewriter.Config{Header: format, Row: format}),
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders:  tw.BorderNone,
			Symbols:  tw.NewSymbols(tw.StyleLight),
			Settings: tw.Settings{Lines: lines, Separators: tw.SeparatorsNone},
		})),
	)
	table.Header(head...)
	for _, row := range b.rows {
		cells := make([]any, len(row))
		for i, c := range row {
			cells[i] = oneLine(c)
		}
		if err := table.Append(cells...); err != nil {
			panic(err) // it writes to memory
		}
	}
	if err := table.Render(); err != nil {
		panic(err)
	}
	return out.String()
}

func widest(text string) int {
	most := 0
	for l := range strings.SplitSeq(text, "\n") {
		most = max(most, columns(strings.TrimRight(l, " ")))
	}
	return most
}

// common is what all rows have in a column, empty when they differ.
func common(b table, column int) string {
	for _, row := range b.rows {
		if row[column] != b.rows[0][column] {
			return ""
		}
	}
	if len(b.rows) == 0 {
		return ""
	}
	return b.rows[0][column]
}

func (b table) without(at int) table {
	b.columns = slices.Delete(slices.Clone(b.columns), at, at+1)
	rows := b.rows
	b.rows = make([][]string, len(rows))
	for i, row := range rows {
		b.rows[i] = slices.Delete(slices.Clone(row), at, at+1)
	}
	return b
}

func oneSpace(s string) string { return strings.Join(strings.Fields(s), " ") }

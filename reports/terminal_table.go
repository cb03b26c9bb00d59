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
	text, constant, b := t.fit(b)
	for l := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		t.line(l)
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

// fit renders the table as wide as it may be. When it is too wide, the columns with the highest drop go
// first; what all rows have in common is told under it instead.
func (t *terminal) fit(b table) (text string, constant []string, fitted table) {
	for {
		text = t.render(b)
		worst := -1
		for i, c := range b.columns {
			if c.drop > 0 && (worst < 0 || c.drop > b.columns[worst].drop) {
				worst = i
			}
		}
		if worst < 0 || widest(text) <= t.width {
			return text, constant, b
		}
		if same := common(b, worst); same != "" {
			constant = append(constant, oneSpace(b.columns[worst].name)+" "+same)
		}
		b = b.without(worst)
	}
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
		head[i] = visible(c.name)
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

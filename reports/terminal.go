package reports

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/pkg/twwidth"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// Terminal writes what `run` prints at its end: the sections that are not details, in lines of at most width
// columns (80 when width is not positive); a table that does not fit loses its least columns. Colours are
// escape sequences, written only when color is set.
func (r *Report) Terminal(w io.Writer, width int, color bool) error {
	if width <= 0 {
		width = 80
	}
	t := &terminal{width: width, color: color}
	sections := slices.DeleteFunc(slices.Clone(r.sections), func(s section) bool { return s.detail })
	slices.SortStableFunc(sections, func(a, b section) int {
		switch {
		case b.last && !a.last:
			return -1
		case a.last && !b.last:
			return 1
		}
		return 0
	})
	for _, s := range sections {
		t.line(t.style(bold, visible(s.title)))
		t.line("")
		for _, b := range s.blocks {
			t.block(b)
		}
	}
	_, err := io.WriteString(w, t.out.String())
	return err
}

// Styles of a terminal (ECMA-48, select graphic rendition).
const (
	bold  = "1"
	green = "32"
	red   = "31"
)

type terminal struct {
	out   strings.Builder
	width int
	color bool
}

func (t *terminal) line(s string) { t.out.WriteString(strings.TrimRight(s, " ") + "\n") }

func (t *terminal) style(code, s string) string {
	if !t.color || code == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (t *terminal) block(b block) {
	switch b := b.(type) {
	case heading:
		t.wrap("", string(b), "")
	case para:
		t.wrap("", string(b), "")
	case items:
		for _, i := range b {
			t.wrap("- ", i.text+oneLine(i.data)+i.after, map[tone]string{good: green, bad: red}[i.mark])
		}
		if len(b) == 0 {
			return
		}
	case table:
		t.table(b)
	case quote:
		t.quote(b)
	case listing:
		t.wrap("", string(b), "")
	default:
		panic(fmt.Sprintf("reports: a block of type %T", b))
	}
	t.line("")
}

// wrap breaks a text between words; what follows the first line stands under its text.
func (t *terminal) wrap(lead, s, style string) {
	indent := strings.Repeat(" ", len(lead))
	for _, l := range broken(visible(strings.ReplaceAll(s, "\n", " ")), t.width-len(lead)) {
		t.line(lead + t.style(style, l))
		lead = indent
	}
}

// broken cuts a text into lines of at most width columns, between words where it can.
func broken(s string, width int) []string {
	var lines []string
	line, used := "", 0
	flush := func() { lines, line, used = append(lines, line), "", 0 }
	for _, word := range strings.Split(s, " ") {
		n := columns(word)
		if used > 0 && used+1+n > width {
			flush()
		} else if used > 0 {
			line, used = line+" ", used+1
		}
		for n > width {
			head := fitting(word, width)
			lines = append(lines, line+head)
			line, used = "", 0
			word = word[len(head):]
			n = columns(word)
		}
		line, used = line+word, used+n
	}
	flush()
	return lines
}

// fitting is as much of the start of s as width columns hold, at least one character.
func fitting(s string, width int) string {
	used := 0
	for i, r := range s {
		used += columns(string(r))
		if used > width && i > 0 {
			return s[:i]
		}
	}
	return s
}

// columns is the width of a text on a terminal.
func columns(s string) int { return twwidth.Width(s) }

// quote shows somebody else's text behind a bar, so that none of its lines passes for ours.
func (t *terminal) quote(q quote) {
	label := q.label
	if q.reason != "" {
		label += ": " + oneLine(q.reason)
	}
	t.wrap("", label, "")
	for l := range strings.SplitSeq(strings.TrimSuffix(shown(q.text), "\n"), "\n") {
		for _, part := range broken(l, t.width-4) {
			t.line("  | " + part)
		}
	}
}

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

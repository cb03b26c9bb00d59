package reports

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Markdown writes report.md. Two runs with equal artifacts give the same bytes, but for the last section,
// which holds what a clock measures.
func (r *Report) Markdown(w io.Writer) error {
	m := newMarkdown(w)
	m.printf("# %s\n", escape(r.in.Name))
	for _, s := range r.sections {
		m.printf("\n## %s\n", escape(s.title))
		for _, b := range s.blocks {
			m.block(b)
		}
	}
	return m.Flush()
}

// markdown writes GitHub's dialect of CommonMark. Its errors come out at Flush.
type markdown struct{ *bufio.Writer }

func newMarkdown(w io.Writer) markdown { return markdown{bufio.NewWriter(w)} }

func (m markdown) printf(format string, args ...any) { fmt.Fprintf(m, format, args...) }

func (m markdown) block(b block) {
	switch b := b.(type) {
	case heading:
		m.printf("\n### %s\n", escape(string(b)))
	case para:
		m.printf("\n%s\n", escape(string(b)))
	case items:
		m.items(b)
	case table:
		m.table(b)
	case chart:
		m.printf("\n%s\n", escape(b.caption))
		m.fence(strings.Join(b.draw(100), "\n"))
	case quote:
		m.quote(b)
	case listing:
		m.fence(Visible(string(b)))
	default:
		panic(fmt.Sprintf("reports: a block of type %T", b))
	}
}

func (m markdown) items(list items) {
	if len(list) == 0 {
		return
	}
	m.printf("\n")
	for _, i := range list {
		m.printf("- %s%s%s\n", escape(i.text), code(i.data), escape(i.after))
	}
}

func (m markdown) table(t table) {
	if t.caption != "" {
		m.printf("\n%s\n", escape(t.caption))
	}
	m.printf("\n")
	for _, c := range t.columns {
		m.printf("| %s ", escape(strings.ReplaceAll(c.name, "\n", " ")))
	}
	m.printf("|\n")
	for _, c := range t.columns {
		if c.left {
			m.printf("| --- ")
		} else {
			m.printf("| --: ")
		}
	}
	m.printf("|\n")
	for _, row := range t.rows {
		for _, cell := range row {
			m.printf("| %s ", escape(cell))
		}
		m.printf("|\n")
	}
	for _, n := range t.under() {
		m.printf("\n%s\n", escape(n))
	}
}

func (m markdown) quote(q quote) {
	m.printf("\n%s", escape(q.label))
	if q.reason != "" {
		m.printf(": %s", code(q.reason))
	}
	m.printf("\n")
	m.fence(shown(q.text))
}

// fence writes a code block that its content cannot end: its fence is longer than any run of backticks in it.
func (m markdown) fence(text string) {
	ticks := strings.Repeat("`", max(3, longestRun(text, '`')+1))
	m.printf("\n%stext\n%s\n%s\n", ticks, strings.TrimSuffix(text, "\n"), ticks)
}

// code is a code span that its content cannot end, on one line. A space within the ticks keeps a backtick at
// an end apart from them.
func code(s string) string {
	if s == "" {
		return ""
	}
	s = oneLine(s)
	ticks := strings.Repeat("`", longestRun(s, '`')+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return ticks + s + ticks
}

func longestRun(s string, of rune) int {
	longest, run := 0, 0
	for _, r := range s {
		if r != of {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// escape makes a text stand for itself: on one line, no character of it read as Markdown or HTML. Characters
// that mean something only before certain others are escaped only there, since people read the source too.
func escape(s string) string {
	runes := []rune(strings.ReplaceAll(Visible(s), "\n", " "))
	var b strings.Builder
	for i, r := range runes {
		before, after := ' ', ' '
		if i > 0 {
			before = runes[i-1]
		}
		if i+1 < len(runes) {
			after = runes[i+1]
		}
		if active(before, r, after) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// active says whether Markdown, as GitHub reads it, would read r between those two as more than a character.
func active(before, r, after rune) bool {
	switch r {
	case '\\', '`', '*', '|', '~', '$':
		return true
	case '_': // within a word it is a letter
		return !wordy(before) || !wordy(after)
	case '<': // a tag or an autolink
		return unicode.IsLetter(after) || strings.ContainsRune("/!?", after)
	case '&': // an entity
		return unicode.IsLetter(after) || after == '#'
	case '(', '[': // the target of a link
		return before == ']'
	case ':': // a definition; an address that stands bare
		return before == ']' || after == '/'
	case '#', '>': // of a heading or a quotation, when first
		return before == ' '
	}
	return false
}

func wordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

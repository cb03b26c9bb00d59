package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/olekukonko/tablewriter/pkg/twwidth"
)

// Terminal writes what `run` prints at its end: the sections that are not details, in lines of at most width
// columns (80 when width is not positive); a table that does not fit loses its least columns. Colours are
// escape sequences, written only when color is set.
func (r *Report) Terminal(w io.Writer, width int, color bool) error {
	return writeTerminal(w, r.onTerminal(), width, color)
}

func writeTerminal(w io.Writer, sections []section, width int, color bool) error {
	if width <= 0 {
		width = 80
	}
	t := &terminal{width: width, color: color}
	for _, s := range sections {
		t.wrap("", s.title, bold)
		t.line("")
		for _, b := range s.blocks {
			t.block(b)
		}
	}
	_, err := io.WriteString(w, t.out.String())
	return err
}

// onTerminal are the sections for a terminal, in its order.
func (r *Report) onTerminal() []section {
	var first, last []section
	for _, s := range r.sections {
		switch {
		case s.detail:
		case s.last:
			last = append(last, s)
		default:
			first = append(first, s)
		}
	}
	return append(first, last...)
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
	case chart:
		t.wrap("", b.caption, "")
		t.line("")
		for _, l := range b.draw(t.width) {
			t.line(l)
		}
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
	for _, l := range broken(Visible(strings.ReplaceAll(s, "\n", " ")), t.width-len(lead)) {
		t.line(lead + t.style(style, l))
		lead = indent
	}
}

// Wrap cuts a text into lines of at most width columns, between words where it can.
func Wrap(s string, width int) []string { return broken(Visible(s), width) }

func broken(s string, width int) []string {
	var lines []string
	line, used := "", 0
	flush := func() { lines, line, used = append(lines, line), "", 0 }
	for _, word := range words(s) {
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

// words splits at spaces, but not within the brackets of an interval.
func words(s string) []string {
	list := strings.Split(s, " ")
	out := list[:0]
	for _, w := range list {
		if n := len(out); n > 0 && strings.HasPrefix(out[n-1], "[") && strings.HasSuffix(out[n-1], ",") && !strings.Contains(out[n-1], " ") {
			out[n-1] += " " + w
			continue
		}
		out = append(out, w)
	}
	return out
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

package specs

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Error is one mistake in a spec, with its place.
type Error struct {
	Pos     Pos
	Message string // what is wrong: the value - what is accepted
	Hint    string // what to try, or ""
	Width   int    // runes of the line the mistake covers, at least 1 to be underlined
	Source  string // the line at Pos, without its line break
	Trail   []Pos  // when Pos is in a spec that was extended: where, nearest first
}

// Error is "file:line:col: message", on one line.
func (e *Error) Error() string { return visible(e.Pos.String() + ": " + e.Message) }

// visible is a text of a message in which nothing acts on a terminal.
func visible(text string) string { return strings.Map(harmless, text) }

// Render is the message followed by the source line, a caret under the mistake
// and the hint, each line ended by a line break. With color the message and the
// caret are marked by ANSI escapes.
func (e *Error) Render(color bool) string {
	bold, red, plain := "", "", ""
	if color {
		bold, red, plain = "\x1b[1m", "\x1b[31m", "\x1b[0m"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s:%s %s\n", bold, visible(e.Pos.String()), plain, visible(e.Message))
	if e.Source != "" && e.Pos.Line > 0 {
		source, col := window(visible(e.Source), e.Pos.Col)
		number := fmt.Sprintf("%4d | ", e.Pos.Line)
		margin := strings.Repeat(" ", len(number)-2) + "| " + caretPad(source, col)
		carets := strings.Repeat("^", max(1, min(e.Width, maxShown)))
		fmt.Fprintf(&b, "%s%s\n%s%s%s%s\n", number, source, margin, red, carets, plain)
	}
	for _, at := range e.Trail {
		fmt.Fprintf(&b, "     = extended by %s\n", visible(at.String()))
	}
	if e.Hint != "" {
		fmt.Fprintf(&b, "hint: %s\n", visible(e.Hint))
	}
	return b.String()
}

// harmless replaces, one for one, what would act on a terminal or reorder its
// letters: the line is shown because something is wrong with it.
func harmless(r rune) rune {
	if r != '\t' && r != '\u200c' && r != '\u200d' && unicode.Is(unicode.C, r) {
		return unicode.ReplacementChar
	}
	return r
}

// maxShown is the longest line shown in full, in runes.
const maxShown = 240

// window is the part of a long line around a column, and the column in it.
func window(line string, col int) (string, int) {
	if len(line) <= maxShown {
		return line, col
	}
	runes := []rune(line)
	from := max(0, min(col-maxShown/2, len(runes)-maxShown))
	to := min(from+maxShown, len(runes))
	shown := string(runes[from:to])
	if to < len(runes) {
		shown += "..."
	}
	if from > 0 {
		return "..." + shown, col - from + 3
	}
	return shown, col
}

// caretPad fills the line up to col; tabs stay tabs, so that the caret stands
// under its rune whatever the terminal makes of them.
func caretPad(line string, col int) string {
	var b strings.Builder
	for _, r := range line {
		if col--; col < 1 {
			break
		}
		if r == '\t' {
			b.WriteByte('\t')
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// Errors are all the mistakes of a spec, sorted by place.
type Errors []*Error

// Error is every mistake, one a line.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// maxRendered is how many mistakes are shown at once.
const maxRendered = 100

// Render is every mistake as [Error.Render] shows it, separated by empty lines; of
// a great many the first, and how many follow.
func (es Errors) Render(color bool) string {
	var blocks []string
	for _, e := range es[:min(len(es), maxRendered)] {
		blocks = append(blocks, e.Render(color))
	}
	if more := len(es) - len(blocks); more > 0 {
		blocks = append(blocks, fmt.Sprintf("and %d more\n", more))
	}
	return strings.Join(blocks, "\n")
}

// Unwrap gives errors.Is and errors.As each mistake.
func (es Errors) Unwrap() []error {
	all := make([]error, len(es))
	for i, e := range es {
		all[i] = e
	}
	return all
}

// sorted orders mistakes by place and drops repetitions, which arise when one
// value is wrong on two paths (an aliased mapping, a prompt used twice), or in
// several cells of a sweep. trail leads from parents to where they are extended.
func (es Errors) sorted(trail map[string]Pos) Errors {
	for _, e := range es {
		e.Trail = (&Experiment{trail: trail}).extendedAt(e.Pos.File)
	}
	slices.SortStableFunc(es, func(a, b *Error) int {
		switch {
		case a.Pos.before(b.Pos):
			return -1
		case b.Pos.before(a.Pos):
			return 1
		}
		return strings.Compare(a.Message, b.Message)
	})
	return slices.CompactFunc(es, func(a, b *Error) bool { return a.Pos == b.Pos && a.Message == b.Message })
}

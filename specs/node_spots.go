package specs

import (
	"strconv"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"
)

// spot is where a rune of a scalar stands: line and column of the file counted
// from 0, and how many runes write it.
type spot struct{ line, col, width int }

// spots finds each rune of a scalar in the file, and its end, through quotes,
// escapes, blocks and folded lines; nil where that fails. It runs along both
// texts at once: white space of the file that the scalar has not is indentation,
// white space of the scalar that the file has not is a folded line break.
func (n *node) spots() []spot {
	c := cursor{lines: n.lines, line: n.place.Line - 1, style: n.style}
	switch {
	case n.lines == nil || c.line >= len(n.lines):
		return nil
	case n.style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		c.line++
	case n.style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		c.col = n.place.Col
	default:
		c.col = n.place.Col - 1
	}
	c.load()
	var out []spot
	for _, want := range n.raw {
		if !unicode.IsSpace(want) {
			c.skip()
		}
		r, width := c.next()
		at := spot{c.line, c.col, max(width, 1)}
		switch {
		case r == want:
			c.col += width
		case !unicode.IsSpace(want):
			return nil
		}
		out = append(out, at)
	}
	return append(out, spot{c.line, c.col, 1})
}

// cursor runs along the source of a scalar.
type cursor struct {
	lines     []string
	line, col int
	runes     []rune // of the line
	style     yaml.Style
}

func (c *cursor) load() {
	c.runes = nil
	if c.line < len(c.lines) {
		c.runes = []rune(c.lines[c.line])
	}
}

// skip goes on to what is no white space.
func (c *cursor) skip() {
	for c.line < len(c.lines) {
		for c.col < len(c.runes) && unicode.IsSpace(c.runes[c.col]) {
			c.col++
		}
		continued := c.col == len(c.runes)-1 && c.runes[c.col] == '\\' && c.style&yaml.DoubleQuotedStyle != 0
		if c.col < len(c.runes) && !continued {
			return
		}
		c.line, c.col = c.line+1, 0
		c.load()
	}
}

// next is the rune that is written at the cursor and how many runes write it, 0 at
// the end of a line.
func (c *cursor) next() (rune, int) {
	if c.col >= len(c.runes) {
		return 0, 0
	}
	r := c.runes[c.col]
	rest := c.runes[c.col+1:]
	switch {
	case r == '\'' && c.style&yaml.SingleQuotedStyle != 0:
		return r, 2 // it is written twice
	case r == '\\' && c.style&yaml.DoubleQuotedStyle != 0 && len(rest) > 0:
		return escaped(rest)
	}
	return r, 1
}

// escaped is what an escape in double quotes stands for, by what follows the
// backslash (YAML 1.2, 5.7).
func escaped(rest []rune) (rune, int) {
	const letters, stand = "0abt\tnvfre \"/\\N_LP", "\x00\a\b\t\t\n\v\f\r\x1b \"/\\\u0085\u00a0\u2028\u2029"
	if digits := map[rune]int{'x': 2, 'u': 4, 'U': 8}[rest[0]]; digits > 0 && len(rest) > digits {
		if code, err := strconv.ParseUint(string(rest[1:1+digits]), 16, 32); err == nil {
			return rune(code), 2 + digits
		}
	}
	if i := strings.IndexRune(letters, rest[0]); i >= 0 {
		return []rune(stand)[i], 2
	}
	return 0, 1
}

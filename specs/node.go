package specs

import (
	"strings"
	"unicode/utf8"
)

// node is a value of the spec as the decoder sees it: aliases followed, merge
// keys merged, every value with its place.
type node struct {
	kind    nodeKind
	place   place
	raw     string   // a scalar as written
	text    string   // a scalar with ${VAR} filled in
	quoted  bool     // a scalar in quotes or a block: always text
	inline  int      // runes from place.Col to the first rune of raw; -1 where they do not correspond
	block   []string // of a literal block (|): the file from the line below on
	cut     bool     // a plain scalar that a ` #` comment follows
	entries []entry
	items   []*node
}

// entry is a key of a mapping with its value.
type entry struct {
	name  string
	key   place
	value *node
}

type nodeKind int

const (
	scalar nodeKind = iota
	mapping
	list
)

// get returns the value of a key, nil when absent.
func (n *node) get(name string) *node {
	for _, e := range n.entries {
		if e.name == name {
			return e.value
		}
	}
	return nil
}

// isNull reports a value that was left out: `key:`, `~` or `null`.
func (n *node) isNull() bool {
	return n.kind == scalar && !n.quoted && (n.text == "" || n.text == "~" || n.text == "null")
}

// within is the place of some runes of a scalar's text. Where text and source
// do not correspond rune by rune (escapes, folded lines, filled-in variables)
// it is the place of the whole scalar.
func (n *node) within(from, width int) place {
	at := n.place
	at.width = max(width, 1)
	switch {
	case n.raw != n.text:
	case n.inline >= 0:
		at.Col += n.inline + from
		return at
	case n.block != nil:
		lines := strings.Split(n.text, "\n")
		i := 0
		for i < len(lines)-1 && from > utf8.RuneCountInString(lines[i]) {
			from -= utf8.RuneCountInString(lines[i]) + 1
			i++
		}
		if i < len(n.block) && strings.HasSuffix(n.block[i], lines[i]) {
			indent := utf8.RuneCountInString(n.block[i]) - utf8.RuneCountInString(lines[i])
			at.Line, at.Col, at.source = at.Line+1+i, indent+from+1, n.block[i]
			return at
		}
	}
	return n.place
}

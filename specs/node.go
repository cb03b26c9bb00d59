package specs

import "gopkg.in/yaml.v3"

// node is a value of the spec as the decoder sees it: aliases followed, merge
// keys merged, every value with its place.
type node struct {
	kind    nodeKind
	place   place
	raw     string // a scalar as written
	text    string // a scalar with ${VAR} filled in
	quoted  bool   // a scalar in quotes or a block: always text
	cut     bool   // a plain scalar that a ` #` comment follows
	style   yaml.Style
	lines   []string // of the file that a scalar stands in
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
	broken // what stands there was told to be wrong
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

// within is the place of some runes of a scalar's text. Where variables are filled
// in, text and source do not correspond, and it is the place of the whole scalar.
func (n *node) within(from, width int) place {
	if n.raw != n.text {
		return n.place
	}
	return n.among(n.spots(), from, width)
}

// among is within for the text as it is written, whose spots these are.
func (n *node) among(spots []spot, from, width int) place {
	if from < 0 || from >= len(spots) || spots[from].line >= len(n.lines) {
		return n.place
	}
	first := spots[from]
	at := place{Pos: n.place.Pos, width: 1, source: n.lines[first.line]}
	at.Line, at.Col = first.line+1, first.col+1
	for _, s := range spots[from:min(from+max(width, 1), len(spots))] {
		if s.line == first.line {
			at.width = max(at.width, s.col+s.width-first.col)
		}
	}
	return at
}

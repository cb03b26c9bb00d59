package specs

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Bounds on a spec. Aliases are followed, so that ten lines of YAML can stand
// for billions of values; the count is of values after that.
const (
	maxBytes = 8 << 20
	maxNodes = 200_000
	maxDepth = 64
)

// reader turns one YAML document into nodes.
type reader struct {
	file   string
	lines  []string
	errs   *Errors
	env    func(string) (string, bool)
	count  int
	active map[*yaml.Node]bool // anchors being expanded, to notice a cycle
}

func newReader(file string, lines []string, env func(string) (string, bool), errs *Errors) *reader {
	return &reader{file: file, lines: lines, env: env, errs: errs, active: map[*yaml.Node]bool{}}
}

// document parses the only document of src; nil after an error.
func (p *reader) document(src []byte) *node {
	if !p.readable(src) {
		return nil
	}
	dec := yaml.NewDecoder(strings.NewReader(string(src)))
	var doc, second yaml.Node
	if err := dec.Decode(&doc); err != nil {
		p.syntax(err)
		return nil
	}
	if len(doc.Content) == 0 {
		p.fail(Pos{File: p.file, Line: 1, Col: 1}, 1, "start with `name: my_experiment`", "the spec is empty")
		return nil
	}
	if dec.Decode(&second) == nil {
		p.fail(p.pos(&second), 3, "put it into a file of its own", "a second document: a spec is one document")
		return nil
	}
	root := p.node(doc.Content[0], 0)
	if root != nil && p.count > maxNodes {
		p.fail(p.pos(doc.Content[0]), 1, "", "more than %d values, aliases followed: a spec has at most that many", maxNodes)
		return nil
	}
	return root
}

// readable refuses what yaml.v3 would misread or choke on.
func (p *reader) readable(src []byte) bool {
	if len(src) > maxBytes {
		p.fail(Pos{File: p.file, Line: 1, Col: 1}, 1, "rows belong into a data file", "%d bytes: a spec has at most %d", len(src), maxBytes)
		return false
	}
	for i, line := range p.lines {
		if utf8.ValidString(line) {
			continue
		}
		col := 1
		for rest := line; rest != ""; col++ {
			r, size := utf8.DecodeRuneInString(rest)
			if r == utf8.RuneError && size == 1 {
				p.fail(Pos{File: p.file, Line: i + 1, Col: col}, 1, "save the file as UTF-8", "byte 0x%02x is not UTF-8 text", rest[0])
				return false
			}
			rest = rest[size:]
		}
	}
	return true
}

func (p *reader) node(y *yaml.Node, depth int) *node {
	if p.count++; p.count > maxNodes {
		return &node{place: p.place(y)} // reported once, by document
	}
	if depth > maxDepth {
		p.fail(p.pos(y), 1, "", "values nested deeper than %d", maxDepth)
		return &node{place: p.place(y)}
	}
	switch y.Kind {
	case yaml.AliasNode:
		return p.alias(y, depth)
	case yaml.MappingNode:
		return p.mapping(y, depth)
	case yaml.SequenceNode:
		n := &node{kind: list, place: p.place(y)}
		for _, item := range y.Content {
			n.items = append(n.items, p.node(item, depth+1))
		}
		return n
	}
	return p.scalar(y)
}

func (p *reader) alias(y *yaml.Node, depth int) *node {
	if p.active[y.Alias] {
		p.fail(p.pos(y), 1+utf8.RuneCountInString(y.Value), "", "*%s stands inside &%s: a value cannot contain itself", y.Value, y.Value)
		return &node{place: p.place(y)}
	}
	p.active[y.Alias] = true
	defer delete(p.active, y.Alias)
	return p.node(y.Alias, depth+1)
}

func (p *reader) mapping(y *yaml.Node, depth int) *node {
	n := &node{kind: mapping, place: p.place(y)}
	seen := make(map[string]Pos, len(y.Content)/2)
	var merges []*yaml.Node
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		if key.Kind == yaml.ScalarNode && key.Tag == "!!merge" {
			merges = append(merges, value)
			continue
		}
		if key.Kind != yaml.ScalarNode {
			p.fail(p.pos(key), 1, "", "a key that is not a word: keys are words such as learning_rate")
			continue
		}
		at := p.place(key)
		if first, twice := seen[key.Value]; twice {
			p.fail(at.Pos, at.width, "", "duplicate key: %q is also on line %d", key.Value, first.Line)
			continue
		}
		seen[key.Value] = at.Pos
		child := p.node(value, depth+1)
		if value.Kind == yaml.ScalarNode && value.Value == "" && value.Style == 0 {
			child.place = at // nothing is written there: the key is the place
		}
		n.entries = append(n.entries, entry{name: key.Value, key: at, value: child})
	}
	for _, m := range merges {
		p.merge(n, m, seen, depth)
	}
	return n
}

// merge adds what `<<: *anchor` or `<<: [*a, *b]` brings; keys already there win.
func (p *reader) merge(n *node, y *yaml.Node, seen map[string]Pos, depth int) {
	from := p.node(y, depth+1)
	parts := []*node{from}
	if from.kind == list {
		parts = from.items
	}
	for _, part := range parts {
		if part.kind != mapping {
			p.fail(p.pos(y), 1, "", "<< merges mappings: write `<<: *anchor`")
			continue
		}
		for _, e := range part.entries {
			if _, there := seen[e.name]; !there {
				seen[e.name] = e.key.Pos
				n.entries = append(n.entries, e)
			}
		}
	}
}

func (p *reader) scalar(y *yaml.Node) *node {
	n := &node{kind: scalar, place: p.place(y), raw: y.Value}
	n.quoted = y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 || y.Tag == "!!str" && y.Style&yaml.TaggedStyle != 0
	n.cut = !n.quoted && p.comment(n)
	n.inline = inlineOffset(n, y.Style)
	if y.Style&yaml.LiteralStyle != 0 {
		n.block = p.lines[min(n.place.Line, len(p.lines)):]
	}
	n.text = p.expand(n)
	return n
}

func (p *reader) pos(y *yaml.Node) Pos {
	if y.Kind == yaml.DocumentNode && len(y.Content) > 0 {
		y = y.Content[0]
	}
	return Pos{File: p.file, Line: max(y.Line, 1), Col: max(y.Column, 1)}
}

// place is where y stands, underlined up to the end of its first line.
func (p *reader) place(y *yaml.Node) place {
	at := place{Pos: p.pos(y), width: 1}
	at.source = p.line(at.Line)
	if y.Kind == yaml.AliasNode {
		at.width = 1 + utf8.RuneCountInString(y.Value)
	}
	if y.Kind == yaml.ScalarNode {
		first, _, _ := strings.Cut(y.Value, "\n")
		at.width = utf8.RuneCountInString(first)
		switch {
		case y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
			at.width = 1
		case y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
			at.width += 2
		}
		left := utf8.RuneCountInString(at.source) - at.Col + 1
		at.width = max(1, min(at.width, left))
	}
	return at
}

func (p *reader) line(number int) string {
	if number < 1 || number > len(p.lines) {
		return ""
	}
	return p.lines[number-1]
}

func (p *reader) fail(pos Pos, width int, hint, format string, args ...any) {
	*p.errs = append(*p.errs, &Error{
		Pos: pos, Message: fmt.Sprintf(format, args...), Hint: hint, Width: max(width, 1), Source: p.line(pos.Line),
	})
}

// splitLines cuts a file into lines without their breaks.
func splitLines(src []byte) []string {
	text := strings.TrimPrefix(string(src), "\ufeff")
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimSuffix(l, "\r")
	}
	return lines
}

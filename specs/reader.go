package specs

import (
	"strings"
	"unicode"
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
	runes  map[int][]int       // see offsets
	active map[*yaml.Node]bool // anchors being expanded, to notice a cycle

	unreadable bool // what was read is not what it looks like
	before     int  // runes of the only line before the YAML: the path of an override
}

func newReader(file string, lines []string, env func(string) (string, bool), errs *Errors) *reader {
	return &reader{file: file, lines: lines, env: env, errs: errs, runes: map[int][]int{}, active: map[*yaml.Node]bool{}}
}

// document parses the only document of src; nil after an error.
func (r *reader) document(src []byte) *node {
	if !r.readable(src) {
		return nil
	}
	dec := yaml.NewDecoder(strings.NewReader(string(src)))
	var doc, second yaml.Node
	if err := dec.Decode(&doc); err != nil {
		r.syntax(err)
		return nil
	}
	if len(doc.Content) == 0 {
		r.fail(Pos{File: r.file, Line: 1, Col: 1}, 1, "start with `name: my_experiment`", "the spec is empty")
		return nil
	}
	if dec.Decode(&second) == nil {
		r.fail(r.pos(&second), 3, "put it into a file of its own", "a second document: a spec is one document")
		return nil
	}
	root := r.node(doc.Content[0], 0)
	if root.isNull() && r.before == 0 {
		r.fail(r.pos(&doc), 1, "start with `name: my_experiment`", "the spec is empty")
		return nil
	}
	if r.unreadable {
		return nil
	}
	if root != nil && r.count > maxNodes {
		r.fail(r.pos(doc.Content[0]), 1, "", "more than %d values, aliases followed: a spec has at most that many", maxNodes)
		return nil
	}
	return root
}

// readable refuses what yaml.v3 would choke on without a place, and what it
// takes for a line break but no editor does.
func (r *reader) readable(src []byte) bool {
	if len(src) > maxBytes {
		r.fail(Pos{File: r.file, Line: 1, Col: 1}, 1, "rows belong into a data file", "%d bytes: a spec has at most %d", len(src), maxBytes)
		return false
	}
	for i, line := range r.lines {
		for col, at := 1, 0; at < len(line); col++ {
			char, size := utf8.DecodeRuneInString(line[at:])
			place := Pos{File: r.file, Line: i + 1, Col: col}
			if char == utf8.RuneError && size == 1 {
				r.fail(place, 1, "save the file as UTF-8", "byte 0x%02x is not UTF-8 text", line[at])
				return false
			}
			if char < ' ' && char != '\t' || char >= 0x7f && char < 0xa0 || char == '\u2028' || char == '\u2029' {
				r.fail(place, 1, `in double quotes, write it as \x or \u and its number`, "a control character: %U", char)
				return false
			}
			at += size
		}
	}
	return true
}

func (r *reader) node(y *yaml.Node, depth int) *node {
	if r.count++; r.count > maxNodes {
		return &node{place: r.place(y)} // reported once, by document
	}
	if depth > maxDepth {
		return r.broken(y, 1, "", "values nested deeper than %d", maxDepth)
	}
	if y.Style&yaml.TaggedStyle != 0 && !strings.HasPrefix(y.Tag, "!!") {
		return r.broken(y, utf8.RuneCountInString(y.Tag), "put it in quotes, or write not", "a tag of YAML: %q - a value that starts with ! has to be in quotes", y.Tag)
	}
	switch y.Kind {
	case yaml.AliasNode:
		return r.alias(y, depth)
	case yaml.MappingNode:
		return r.mapping(y, depth)
	case yaml.SequenceNode:
		n := &node{kind: list, place: r.place(y)}
		for _, item := range y.Content {
			n.items = append(n.items, r.node(item, depth+1))
		}
		return n
	}
	return r.scalar(y)
}

func (r *reader) alias(y *yaml.Node, depth int) *node {
	if r.active[y.Alias] {
		return r.broken(y, 1+utf8.RuneCountInString(y.Value), "", "*%s stands inside &%s: a value cannot contain itself", y.Value, y.Value)
	}
	r.active[y.Alias] = true
	defer delete(r.active, y.Alias)
	return r.node(y.Alias, depth+1)
}

// broken reports what is wrong with a value, which nobody is to look at again.
func (r *reader) broken(y *yaml.Node, width int, hint, format string, args ...any) *node {
	r.fail(r.pos(y), width, hint, format, args...)
	return &node{kind: broken, place: r.place(y)}
}

func (r *reader) mapping(y *yaml.Node, depth int) *node {
	n := &node{kind: mapping, place: r.place(y)}
	seen := make(map[string]Pos, len(y.Content)/2)
	var merges []*yaml.Node
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		if key.Kind == yaml.ScalarNode && key.Tag == "!!merge" {
			merges = append(merges, value)
			continue
		}
		if key.Kind == yaml.MappingNode && strings.HasPrefix(r.from(y.Line, y.Column), "{{") {
			return r.broken(y, 2, `write "{{ ... }}", in quotes`, "a template that is not quoted")
		}
		if key.Kind != yaml.ScalarNode {
			r.fail(r.pos(key), 1, "", "a key that is not a word: keys are words such as learning_rate")
			continue
		}
		at := r.place(key)
		if first, _ := utf8.DecodeRuneInString(key.Value); unicode.IsSpace(first) || unicode.Is(unicode.Cf, first) {
			r.unreadable = true // what it belongs to is not what the author sees
			r.fail(at.Pos, 1, "indent by plain spaces", "a space of another kind (%U) before a key", first)
			continue
		}
		if first, twice := seen[key.Value]; twice {
			r.fail(at.Pos, at.width, "", "duplicate key: %q is also on line %d", key.Value, first.Line)
			continue
		}
		seen[key.Value] = at.Pos
		child := r.node(value, depth+1)
		if value.Kind == yaml.ScalarNode && value.Value == "" && value.Style == 0 {
			child.place = at // nothing is written there: the key is the place
		}
		n.entries = append(n.entries, entry{name: key.Value, key: at, value: child})
	}
	for _, m := range merges {
		r.merge(n, m, seen, depth)
	}
	return n
}

// merge adds what `<<: *anchor` or `<<: [*a, *b]` brings; keys already there win.
func (r *reader) merge(n *node, y *yaml.Node, seen map[string]Pos, depth int) {
	from := r.node(y, depth+1)
	parts := []*node{from}
	if from.kind == list {
		parts = from.items
	}
	for _, part := range parts {
		if part.kind == broken {
			continue
		}
		if part.kind != mapping {
			r.fail(r.pos(y), 1, "", "<< merges mappings: write `<<: *anchor`")
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

func (r *reader) scalar(y *yaml.Node) *node {
	const quotes, blocks = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle, yaml.LiteralStyle | yaml.FoldedStyle
	n := &node{kind: scalar, place: r.place(y), raw: y.Value, style: y.Style, lines: r.lines}
	n.quoted = y.Style&(quotes|blocks) != 0 || y.Tag == "!!str" && y.Style&yaml.TaggedStyle != 0
	if rest, ok := strings.CutPrefix(r.from(n.place.Line, n.place.Col), n.raw); ok {
		n.cut = !n.quoted && n.raw != "" && strings.HasPrefix(strings.TrimLeft(rest, " \t"), "#")
	}
	var ok bool
	if n.text, ok = r.expand(n); !ok {
		n.kind = broken
	}
	return n
}

func (r *reader) pos(y *yaml.Node) Pos {
	if y.Kind == yaml.DocumentNode && len(y.Content) > 0 {
		y = y.Content[0]
	}
	return Pos{File: r.file, Line: max(y.Line, 1), Col: max(y.Column, 1)}
}

// place is where y stands, underlined up to the end of its first line.
func (r *reader) place(y *yaml.Node) place {
	at := place{Pos: r.pos(y), width: 1}
	at.source = r.line(at.Line)
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
		at.width = max(1, min(at.width, r.length(at.Line)-at.Col+1))
	}
	return at
}

func (r *reader) line(number int) string {
	if number < 1 || number > len(r.lines) {
		return ""
	}
	return r.lines[number-1]
}

// offsets are the byte offsets of a line's runes, nil when each is one byte. They
// are kept, because a spec may be one long line.
func (r *reader) offsets(number int) []int {
	if known, ok := r.runes[number]; ok {
		return known
	}
	var out []int
	if line := r.line(number); utf8.RuneCountInString(line) != len(line) {
		for i := range line {
			out = append(out, i)
		}
	}
	r.runes[number] = out
	return out
}

// length is the number of runes of a line.
func (r *reader) length(number int) int {
	if offsets := r.offsets(number); offsets != nil {
		return len(offsets)
	}
	return len(r.line(number))
}

// from is a line from a column on.
func (r *reader) from(number, col int) string {
	if col > r.length(number) {
		return ""
	}
	if offsets := r.offsets(number); offsets != nil {
		return r.line(number)[offsets[col-1]:]
	}
	return r.line(number)[col-1:]
}

func (r *reader) fail(pos Pos, width int, hint, format string, args ...any) {
	(&decoder{errs: r.errs}).fail(place{Pos: pos, width: width, source: r.line(pos.Line)}, hint, format, args...)
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

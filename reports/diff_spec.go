package reports

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// ValueChange is a value of the spec that is not as it was; null on the side that lacks it.
type ValueChange struct {
	Path string  `json:"path"`
	Old  *string `json:"old"`
	New  *string `json:"new"`
}

func (c ValueChange) told() string {
	side := func(s *string) string {
		if s == nil {
			return "(not said)"
		}
		return *s
	}
	return side(c.Old) + " -> " + side(c.New)
}

// specChanges compares the specs of two runs value by value, with what they extend and what --set said;
// comments and order do not count.
func specChanges(old, new Input) ([]ValueChange, error) {
	before, err := specValues(old)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", old.Dir, err)
	}
	after, err := specValues(new)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", new.Dir, err)
	}
	changes := []ValueChange{}
	for _, path := range after.order {
		now := after.text[path]
		if was, ok := before.text[path]; ok && was != now {
			changes = append(changes, ValueChange{path, &was, &now})
		}
	}
	for _, whole := range after.beyond(before) {
		now := whole.text()
		changes = append(changes, ValueChange{whole.path, nil, &now})
	}
	for _, whole := range before.beyond(after) {
		was := whole.text()
		changes = append(changes, ValueChange{whole.path, &was, nil})
	}
	return changes, nil
}

// part is a value, or an entry with the values under it.
type part struct {
	path   string
	values []string
	whole  bool // values are several, each with its path
}

func (p part) text() string {
	text := strings.Join(p.values, ", ")
	if p.whole {
		text = "{" + text + "}"
	}
	return text
}

// beyond is what one spec has and another has not: of an entry that the other lacks the whole.
func (v *values) beyond(other *values) []part {
	has := map[string]bool{}
	for path := range other.text {
		for _, p := range prefixes(path) {
			has[p] = true
		}
	}
	var out []part
	within := map[string]int{}
	for _, path := range v.order {
		if _, both := other.text[path]; both {
			continue
		}
		from := path
		for _, p := range prefixes(path) {
			if !has[p] {
				from = p
				break
			}
		}
		i, begun := within[from]
		if !begun {
			i = len(out)
			within[from] = i
			out = append(out, part{path: from})
		}
		text := v.text[path]
		if from != path {
			out[i].whole = true
			text = path[len(from)+1:] + ": " + text
		}
		out[i].values = append(out[i].values, text)
	}
	return out
}

// prefixes are a path's ancestors, the longest last, and itself.
func prefixes(path string) []string {
	var out []string
	for i, r := range path {
		if r == '.' {
			out = append(out, path[:i])
		}
	}
	return append(out, path)
}

// values are those of a spec by path, in its order.
type values struct {
	order []string
	text  map[string]string
	over  bool // something lies under what is being read
}

func specValues(in Input) (*values, error) {
	v := &values{text: map[string]string{}}
	origin := in.Plan.Origin
	if origin == nil {
		return v, v.layer(in.Spec)
	}
	for _, parent := range slices.Backward(origin.Extends) {
		if err := v.layer([]byte(parent.Text)); err != nil {
			return nil, err
		}
	}
	if err := v.layer([]byte(origin.Text)); err != nil {
		return nil, err
	}
	for _, said := range origin.Set {
		path, text, _ := strings.Cut(said, "=")
		v.drop(path)
		var doc yaml.Node
		if yaml.Unmarshal([]byte(text), &doc) == nil && len(doc.Content) > 0 {
			v.add(path, doc.Content[0], 0)
		} else {
			v.put(path, text)
		}
	}
	return v, nil
}

// layer puts a spec over what it extends: maps merge, lists and values replace, null removes.
func (v *values) layer(raw []byte) error {
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		return fmt.Errorf("spec: %w", err)
	}
	v.over = len(v.order) > 0
	if len(doc.Content) > 0 {
		v.add("", doc.Content[0], 0)
	}
	return nil
}

// drop forgets a value and all under it.
func (v *values) drop(path string) {
	gone := func(p string) bool { return p == path || strings.HasPrefix(p, path+".") }
	for p := range v.text {
		if gone(p) {
			delete(v.text, p)
		}
	}
	v.order = slices.DeleteFunc(v.order, gone)
}

// maxDepth and maxValues bound a spec whose anchors hold each other.
const (
	maxDepth  = 40
	maxValues = 20_000
)

func (v *values) add(path string, n *yaml.Node, depth int) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if depth > maxDepth || len(v.order) > maxValues {
		return
	}
	if _, leaf := v.text[path]; leaf || v.over && n.Kind != yaml.MappingNode {
		v.drop(path)
	}
	switch {
	case n.Kind == yaml.ScalarNode && n.Tag == "!!null":
	case n.Kind == yaml.MappingNode && len(n.Content) > 0:
		for _, merged := range []bool{true, false} { // what is merged in stands behind what is written
			for i := 0; i+1 < len(n.Content); i += 2 {
				switch {
				case (n.Content[i].Tag == "!!merge") != merged:
				case merged:
					v.add(path, n.Content[i+1], depth+1)
				default:
					v.add(under(path, n.Content[i].Value), n.Content[i+1], depth+1)
				}
			}
		}
	case n.Kind == yaml.SequenceNode && slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return c.Kind != yaml.ScalarNode }):
		for i, c := range n.Content {
			v.add(under(path, itemName(c, i)), c, depth+1)
		}
	case n.Kind == yaml.SequenceNode:
		var list []string
		for _, c := range n.Content {
			list = append(list, c.Value)
		}
		v.put(path, "["+strings.Join(list, ", ")+"]")
	case n.Kind == yaml.MappingNode:
		v.put(path, "{}")
	default:
		v.put(path, n.Value)
	}
}

func (v *values) put(path, text string) {
	if _, there := v.text[path]; !there {
		v.order = append(v.order, path)
	}
	v.text[path] = text
}

// itemName is an item of a list by its name, so that one more does not rename the others; by its number where
// it has none.
func itemName(n *yaml.Node, i int) string {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	for k := 0; n.Kind == yaml.MappingNode && k+1 < len(n.Content); k += 2 {
		if n.Content[k].Value == "name" {
			return n.Content[k+1].Value
		}
	}
	return strconv.Itoa(i)
}

func under(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

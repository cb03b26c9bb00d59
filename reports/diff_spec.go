package reports

import (
	"bytes"
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

// specChanges compares two specs as runs keep them, value by value; comments and order do not count.
func specChanges(old, new []byte) ([]ValueChange, error) {
	before, err := specValues(old)
	if err != nil {
		return nil, err
	}
	after, err := specValues(new)
	if err != nil {
		return nil, err
	}
	changes := []ValueChange{}
	for _, path := range after.order {
		now := after.text[path]
		if was, ok := before.text[path]; !ok {
			changes = append(changes, ValueChange{path, nil, &now})
		} else if was != now {
			changes = append(changes, ValueChange{path, &was, &now})
		}
	}
	for _, path := range before.order {
		if _, ok := after.text[path]; !ok {
			was := before.text[path]
			changes = append(changes, ValueChange{path, &was, nil})
		}
	}
	return changes, nil
}

// values are those of a spec by path, in its order.
type values struct {
	order []string
	text  map[string]string
}

// setLine is how a run's spec.yaml ends for every --set.
const setLine = "# --set "

func specValues(raw []byte) (*values, error) {
	v := &values{text: map[string]string{}}
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("spec.yaml: %w", err)
	}
	if len(doc.Content) > 0 {
		v.add("", doc.Content[0], 0)
	}
	for l := range bytes.Lines(raw) {
		if set, ok := strings.CutPrefix(strings.TrimSpace(string(l)), setLine); ok {
			v.set(set)
		}
	}
	return v, nil
}

// set puts a value given on the command line in the place of what the file says there.
func (v *values) set(said string) {
	path, text, _ := strings.Cut(said, "=")
	gone := func(p string) bool { return p == path || strings.HasPrefix(p, path+".") }
	for p := range v.text {
		if gone(p) {
			delete(v.text, p)
		}
	}
	v.order = slices.DeleteFunc(v.order, gone)
	var doc yaml.Node
	if yaml.Unmarshal([]byte(text), &doc) == nil && len(doc.Content) > 0 {
		v.add(path, doc.Content[0], 0)
		return
	}
	v.put(path, text)
}

// maxDepth and maxValues bound a spec whose anchors hold each other.
const (
	maxDepth  = 40
	maxValues = 100_000
)

func (v *values) add(path string, n *yaml.Node, depth int) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if depth > maxDepth || len(v.order) > maxValues {
		return
	}
	switch {
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

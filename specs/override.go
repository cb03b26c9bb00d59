package specs

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Override is another value for a path of a spec; null removes what is there.
type Override struct {
	Path string
	Swept
	at place // where the path is written; zero where only the value is
}

// onto is the tree with the value at the path. Trees are shared by the cells of
// a sweep, so that nothing is changed in place.
func (o Override) onto(root *node, errs *Errors) *node {
	steps := strings.Split(o.Path, ".")
	keys := make([]place, len(steps))
	at := o.at
	if at.Line == 0 {
		at = o.node.place
	}
	for i, step := range steps {
		if o.at.Line != 0 {
			at.width = utf8.RuneCountInString(step)
		}
		keys[i] = at
		if o.at.Line != 0 {
			at.Col += at.width + 1
		}
	}
	d := &decoder{errs: errs}
	if out := d.replaced(root, steps, keys, o.node); out != nil {
		return out
	}
	return root
}

// replaced is n with a value below it; nil after a mistake.
func (d *decoder) replaced(n *node, steps []string, keys []place, v *node) *node {
	if len(steps) == 0 {
		return v
	}
	out := *n
	switch n.kind {
	case list:
		i, err := strconv.Atoi(steps[0])
		if err != nil || i < 0 || i >= len(n.items) {
			d.fail(keys[0], "", "no such item: %q - this list has items 0 to %d", steps[0], len(n.items)-1)
			return nil
		}
		out.items = slices.Clone(n.items)
		out.items[i] = d.replaced(n.items[i], steps[1:], keys[1:], v)
		if out.items[i] == nil {
			return nil
		}
		return &out
	case mapping:
		return d.entered(&out, steps, keys, v)
	}
	d.fail(keys[0], "", "nothing can be set below %q, which is a single value", n.raw)
	return nil
}

// entered is replaced for a mapping, which is the caller's own copy.
func (d *decoder) entered(n *node, steps []string, keys []place, v *node) *node {
	n.entries = slices.Clone(n.entries)
	i := slices.IndexFunc(n.entries, func(e entry) bool { return e.name == steps[0] })
	last := len(steps) == 1
	switch {
	case last && v.isNull() && i >= 0:
		n.entries = slices.Delete(n.entries, i, i+1)
		return n
	case i < 0:
		i = len(n.entries)
		n.entries = append(n.entries, entry{name: steps[0], key: keys[0], value: &node{kind: mapping, place: keys[0]}})
	}
	e := &n.entries[i]
	if last {
		e.key = keys[0]
	}
	e.value = d.replaced(e.value, steps[1:], keys[1:], v)
	if e.value == nil {
		return nil
	}
	return n
}

package specs

import (
	"reflect"
	"regexp"
)

// An id names an entry of a section, a split, a column that is made, a criterion.
var idPattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func (d *decoder) id(at place, name string) {
	if !idPattern.MatchString(name) {
		d.fail(at, "", "not an id: %q - a small letter, then small letters, digits and _", name)
	}
}

func (s *Section[T]) decode(d *decoder, n *node, path string, _ field) {
	if n.kind != mapping {
		d.mismatch(n, path, "a mapping", "ids and what they stand for")
		return
	}
	for _, e := range n.entries {
		at := join(path, e.name)
		d.note(at, e)
		d.exp.places[at] = e.key
		d.id(e.key, e.name)
		var v T
		d.value(e.value, at, reflect.ValueOf(&v).Elem(), field{})
		if !reflect.ValueOf(v).IsZero() {
			s.add(e.name, v)
		}
	}
}

// kind decodes a mapping whose key (kind, source) names an entry of a catalog:
// common keys go into shared, the others into that kind's settings.
func (d *decoder) kind(n *node, path, key string, c Catalog[any], shared any) (string, any) {
	if n.kind != mapping {
		d.mismatch(n, path, "a mapping", "{"+key+": ...}")
		return "", nil
	}
	name, at := "", d.exp.place(path)
	if k := n.get(key); k != nil && k.kind == scalar {
		name, at = k.text, k.place
	} else if k == nil {
		for _, e := range n.entries { // `rows: [a, b]` is short for `source: rows`
			if _, ok := c.Find(e.name); ok {
				name = e.name
			}
		}
	}
	k, ok := c.Find(name)
	switch {
	case name == "":
		d.fail(at, "", "missing key: %s needs %q - one of %s", title(path), key, among(c.Names()))
	case !ok:
		d.fail(at, didYouMean(name, c.Names()), "unknown %s: %q - one of %s", key, name, among(c.Names()))
	default:
		settings := k.New()
		d.exp.places[join(path, key)] = at
		targets := []any{settings}
		if shared != nil {
			targets = []any{shared, settings}
		}
		d.mapping(n, path, []string{key}, targets...)
		d.settings = append(d.settings, settingsUse{path, settings})
		return name, settings
	}
	return "", nil
}

func (x *Data) decode(d *decoder, n *node, path string, _ field) {
	x.Kind, x.Source = d.kind(n, path, "source", d.lang.Sources, x)
}

func (j *Judge) decode(d *decoder, n *node, path string, _ field) {
	j.Kind, j.Settings = d.kind(n, path, "kind", d.lang.Judges, j)
}

func (m *Method) decode(d *decoder, n *node, path string, _ field) {
	m.Kind, m.Settings = d.kind(n, path, "kind", d.lang.Methods, m)
}

// bestBy is a checkpoint that is not the last.
type bestBy struct {
	Best JudgeRef `yaml:"best" doc:"the judge of the monitor whose favourite is kept" required:"true"`
}

func (c *Checkpoint) decode(d *decoder, n *node, path string, _ field) {
	if n.kind == scalar && n.text == "last" {
		return
	}
	if n.kind != mapping {
		d.mismatch(n, path, "a checkpoint", "last, or {best: the id of an entry of judges}")
		return
	}
	var said bestBy
	d.mapping(n, path, nil, &said)
	c.Best = said.Best
}

func (m *Nested) decode(d *decoder, n *node, path string, _ field) {
	d.nested++
	m.Kind, m.Settings = d.kind(n, path, "kind", d.lang.Methods, nil)
	d.nested--
}

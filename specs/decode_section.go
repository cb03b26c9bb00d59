package specs

import (
	"fmt"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// An id names an entry of a section, a split, a column that is made, a criterion.
var (
	idPattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	notInIDs  = regexp.MustCompile(`[^a-z0-9_]+`)
)

func (d *decoder) id(path string, at place, name string) {
	if !idPattern.MatchString(name) {
		hint := ""
		if near := strings.TrimRight(strings.TrimLeft(notInIDs.ReplaceAllString(strings.ToLower(name), "_"), "_"), "_"); idPattern.MatchString(near) {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		d.fault(path, at, hint, "not an id: %q - a small letter, then small letters, digits and _", name)
	}
}

func (s *Section[T]) decode(d *decoder, n *node, path string, _ field) {
	if n.kind == list {
		d.fault(path, n.place, "each is written under its id: "+path+": {my_id: {...}}", "not a mapping: a list - %s takes ids and what they stand for", path)
		return
	}
	if n.kind != mapping {
		d.mismatch(n, path, "a mapping", "ids and what they stand for")
		return
	}
	for _, e := range n.entries {
		at := join(path, e.name)
		d.note(at, e)
		d.exp.places[at] = e.key
		d.id(at, e.key, e.name)
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
		d.mismatch(n, path, "a mapping", "{"+key+": "+guess(n, c)+"}")
		return "", nil
	}
	said, written := d.kindSaid(n, path, key, c, shared)
	if said == nil {
		d.fault(join(path, key), d.exp.place(path), "", "missing key: %s needs %q - one of %s", title(path), key, among(c.Names()))
		return "", nil
	}
	if said.kind != scalar {
		d.mismatch(said, join(path, key), "a name", "one of "+among(c.Names()))
		return "", nil
	}
	k, ok := c.Find(said.text)
	if !ok {
		d.fault(join(path, key), said.place, didYouMean(said.text, c.Names()), "unknown %s: %q - one of %s", key, said.text, among(c.Names()))
		return "", nil
	}
	settings := k.New()
	d.exp.places[join(path, key)] = said.place
	targets := []any{settings}
	if shared != nil {
		targets = []any{shared, settings}
	}
	d.mapping(n, path, slices.DeleteFunc([]string{key, written}, func(s string) bool { return s == "" }), targets...)
	d.settings = append(d.settings, settingsUse{path, settings})
	return k.Name, settings
}

// kindSaid is the value that names the kind, and the key it stands under where
// that is not the right one: nearly right, or any that names a kind. `rows: [a, b]`
// is short for `source: rows`.
func (d *decoder) kindSaid(n *node, path, key string, c Catalog[any], shared any) (said *node, written string) {
	if said = n.get(key); said != nil {
		return said, ""
	}
	for _, e := range n.entries {
		if _, ok := c.Find(e.name); ok && !has(shared, e.name) {
			return &node{text: e.name, place: d.exp.place(path)}, ""
		}
	}
	for _, e := range n.entries {
		_, names := c.Find(e.value.text)
		if has(shared, e.name) || !names && Suggest(e.name, []string{key}) == "" {
			continue
		}
		d.fail(e.key, "did you mean \""+key+"\"?", "unknown key: %q - %s says %q", e.name, title(path), key)
		return e.value, e.name
	}
	return nil, ""
}

// has says whether a struct of shared settings has a key; nil has none.
func has(shared any, name string) bool {
	return shared != nil && slices.ContainsFunc(fieldsOf(reflect.TypeOf(shared).Elem()), func(f field) bool { return f.name == name })
}

// guess is the kind that a text stands for: its name, or a file of its sort.
func guess(n *node, c Catalog[any]) string {
	if _, ok := c.Find(n.text); ok && n.kind == scalar {
		return n.text
	}
	if _, ok := c.Find(strings.TrimPrefix(path.Ext(n.text), ".")); ok && n.kind == scalar {
		return strings.TrimPrefix(path.Ext(n.text), ".") + ", path: " + n.text
	}
	return "..."
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

package specs

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// Sweep is the product of some settings' values.
type Sweep []Axis

// Axis is one swept setting.
type Axis struct {
	Path   string // of the setting: methods.sft.hyperparameters.epochs
	Name   string // as much of the path's end as tells it from the other axes
	Values []Swept
	key    place
}

// Swept is one value of an axis.
type Swept struct {
	Label string // short, and a plain file name; each of an axis has its own
	Value any
	node  *node
}

// Cell is one combination of a sweep's values.
type Cell struct {
	*Experiment
	At []int // its value on each axis
}

// sweep reads the section of that name.
func (e *Experiment) sweep(errs *Errors) Sweep {
	n := e.tree.get("sweep")
	if n == nil || e.tree.kind != mapping {
		return nil
	}
	var s Sweep
	d := &decoder{lang: e.lang, exp: &Experiment{places: map[string]place{}, tree: e.tree, part: e.part}, errs: errs}
	s.decode(d, n, "sweep", field{})
	return s
}

// Bounds on a sweep: each cell is read and checked by itself.
const (
	maxCells = 1000
	maxSwept = 2_000_000 // values of all cells
)

// notSwept are the sections that make one experiment of the cells.
var notSwept = []string{"name", "description", "extends", "sweep", "repeats", "users", "expect", "budget", "report"}

func (s *Sweep) decode(d *decoder, n *node, path string, _ field) {
	if n.kind != mapping || len(n.entries) == 0 {
		d.mismatch(n, path, "a mapping", "paths and lists of values such as {methods.sft.hyperparameters.epochs: [1, 3]}")
		return
	}
	cells := 1
	for _, e := range n.entries {
		d.exp.places[join(path, e.name)] = e.key
		section, _, _ := strings.Cut(e.name, ".")
		if slices.Contains(notSwept, section) {
			d.fault(join(path, e.name), e.key, "", "%s cannot be swept: it is the same for all cells", section)
			continue
		}
		values := d.swept(e.value, join(path, e.name), e.name)
		if len(values) == 0 {
			continue
		}
		if !d.reaches(e) {
			d.faults.add(join(path, e.name))
			continue
		}
		*s = append(*s, Axis{Path: e.name, Values: values, key: e.key})
		cells = min(cells*len(values), 1<<30)
	}
	if values := d.exp.tree.count(); cells <= maxCells && cells*values > maxSwept {
		d.fault(path, n.place, "sweep fewer values at once", "%d cells of %d values each - a sweep has at most %d in all", cells, values, maxSwept)
		*s = nil
	}
	if cells > maxCells {
		d.fault(path, n.place, "sweep fewer values at once", "%d cells - a sweep has at most %d", cells, maxCells)
		*s = nil
	}
	s.name()
}

// swept reads the values of one axis, which stand at path; key is what they are
// values of.
func (d *decoder) swept(n *node, path, key string) []Swept {
	if leaf := n.leaf(); leaf != "" {
		d.fault(path, n.place, "write the whole path, with points: "+key+"."+leaf, "not a list of values: a mapping - %s takes a list such as [1, 2, 4]", path)
		return nil
	}
	if n.kind != list {
		d.mismatch(n, path, "a list of values", "a list such as [1, 2, 4]")
		return nil
	}
	if len(n.items) == 0 {
		d.fault(path, n.place, "", "an empty list: %s needs a value", path)
	}
	var out []Swept
	for i, item := range n.items {
		label := labelOf(item, i)
		if slices.ContainsFunc(out, func(s Swept) bool { return s.Label == label }) {
			label = fmt.Sprintf("%s_%d", label, i+1)
		}
		out = append(out, Swept{Label: label, Value: plain(item), node: item})
	}
	return out
}

// count is how many values there are in a value, itself included.
func (n *node) count() int {
	total := 1
	for _, e := range n.entries {
		total += e.value.count()
	}
	for _, item := range n.items {
		total += item.count()
	}
	return total
}

// leaf is the path to the first list in a mapping, "" when there is none.
func (n *node) leaf() string {
	for _, e := range n.entries {
		if rest := e.value.leaf(); rest != "" {
			return e.name + "." + rest
		}
		if e.value.kind == list {
			return e.name
		}
	}
	return ""
}

// reaches says whether the path of an axis leads to an entry that there is; what
// of an entry can be set is told when it is.
func (d *decoder) reaches(axis entry) bool {
	at, n := axis.key, d.exp.tree
	section, _, _ := strings.Cut(axis.name, ".")
	if !slices.Contains(specKeys(), section) {
		at.width = utf8.RuneCountInString(section)
		hint := didYouMean(section, specKeys())
		if hint == "" {
			hint = n.elsewhere(section)
		}
		d.fail(at, hint, "unknown path: %q - a spec has no %q", axis.name, section)
		return false
	}
	if !slices.ContainsFunc(d.exp.sections(), func(x index) bool { return x.section == section }) || d.exp.part {
		return true
	}
	for _, step := range strings.SplitN(axis.name, ".", 3)[:min(2, 1+strings.Count(axis.name, "."))] {
		at.width = utf8.RuneCountInString(step)
		next := n.get(step)
		if next == nil {
			var known []string
			for _, e := range n.entries {
				known = append(known, e.name)
			}
			d.fail(at, didYouMean(step, known), "unknown path: %q - there is no %q, there is %s", axis.name, step, among(known))
			return false
		}
		at.Col += at.width + 1
		n = next
	}
	return true
}

// specKeys are the keys at the top of a spec.
func specKeys() []string {
	var names []string
	for _, f := range fieldsOf(reflect.TypeFor[Experiment]()) {
		names = append(names, f.name)
	}
	return names
}

// labelOf is a value as step ids and tables name it: its text where that can
// name a file, else its number.
func labelOf(n *node, i int) string {
	text := n.text
	if n.kind == list {
		text = fmt.Sprintf("list%d", i+1)
	} else if n.kind == mapping || text == "" || utf8.RuneCountInString(text) > 24 || n.raw != n.text {
		text = fmt.Sprintf("value%d", i+1)
	}
	return FileLabel(text)
}

// FileLabel is a text without what file systems and step ids take for a sign.
func FileLabel(text string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r == 0x7f || strings.ContainsRune(`/\:*?"<>|@,=`, r) {
			return '-'
		}
		return r
	}, text)
}

// name gives every axis the shortest end of its path that no other axis has.
func (s Sweep) name() {
	for i := range s {
		parts := strings.Split(s[i].Path, ".")
		for from := len(parts) - 1; from >= 0; from-- {
			s[i].Name = strings.Join(parts[from:], ".")
			taken := func(o Axis) bool { return o.Path != s[i].Path && strings.HasSuffix("."+o.Path, "."+s[i].Name) }
			if !slices.ContainsFunc(s, taken) {
				break
			}
		}
	}
}

// cells lists the places of all cells, the last axis running fastest.
func (s Sweep) cells() [][]int {
	out := [][]int{nil}
	for _, axis := range s {
		var next [][]int
		for _, at := range out {
			for v := range axis.Values {
				next = append(next, append(slices.Clone(at), v))
			}
		}
		out = next
	}
	return out
}

// at is the overrides of a cell.
func (s Sweep) at(cell []int) []Override {
	var out []Override
	for k, v := range cell {
		out = append(out, Override{Path: s[k].Path, Swept: s[k].Values[v], at: s[k].key})
	}
	return out
}

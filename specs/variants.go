package specs

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Over is the product of some settings' values of a method: like a sweep, but
// within one method, whose paths it uses.
type Over []Axis

func (o *Over) decode(d *decoder, n *node, path string, _ field) {
	if n.kind != mapping {
		d.mismatch(n, path, "a mapping", "paths of the method and lists of values such as {hyperparameters.epochs: [1, 3]}")
		return
	}
	d.some(n, path)
	candidates := 1
	for _, e := range n.entries {
		d.exp.places[join(path, e.name)] = e.key
		if values := d.swept(e.value, join(path, e.name), e.name); len(values) > 0 {
			*o = append(*o, Axis{Path: e.name, Values: values, key: e.key})
			candidates *= len(values)
		}
	}
	if candidates > maxCells {
		d.fail(n.place, "name fewer values", "%d candidates - a method has at most %d", candidates, maxCells)
		*o = nil
	}
	Sweep(*o).name()
}

// Candidate is a method with some of its settings changed.
type Candidate struct {
	Name     string         // "learning_rate=1e-4,epochs=3"
	Settings map[string]any // path below the method -> value
	at       []Override
}

// Candidates are all combinations of the values, the last path running fastest.
func (o Over) Candidates(method MethodRef) []Candidate {
	var out []Candidate
	for _, cell := range Sweep(o).cells() {
		c := Candidate{Settings: map[string]any{}}
		var names []string
		for k, v := range cell {
			axis := o[k]
			names = append(names, axis.Name+"="+axis.Values[v].Label)
			c.Settings[axis.Path] = axis.Values[v].Value
			c.at = append(c.at, axis.of(method, v))
		}
		c.Name = strings.Join(names, ",")
		out = append(out, c)
	}
	return out
}

// of is the override that one value of an axis means for a method.
func (a Axis) of(method MethodRef, value int) Override {
	above := "methods." + method.ID + "."
	at := a.key
	at.Col -= utf8.RuneCountInString(above) // as if the path were written whole
	return Override{Path: above + a.Path, Swept: a.Values[value], at: at}
}

// Try is the experiment in which the method is the candidate.
func (e *Experiment) Try(c Candidate) (*Experiment, error) { return e.With(c.at...) }

// chooser is implemented by the settings of a method that chooses among candidates.
type chooser interface {
	Chooses() (MethodRef, Over)
}

// candidates checks every value that a method would be tried with, one at a time,
// where it stands. It is for a spec that has no other mistake.
func (d *decoder) candidates() {
	for _, s := range d.settings {
		c, ok := s.value.(chooser)
		if !ok {
			continue
		}
		method, over := c.Chooses()
		for _, axis := range over {
			for v := range axis.Values {
				d.try(axis.of(method, v))
			}
		}
	}
}

func (d *decoder) try(o Override) {
	var errs Errors
	d.exp.decoded(o.onto(d.exp.tree, &errs), &errs, false)
	for _, e := range errs {
		if !slices.ContainsFunc(*d.errs, func(old *Error) bool { return old.Pos == e.Pos && old.Message == e.Message }) {
			*d.errs = append(*d.errs, e)
		}
	}
}

// Weights are shares of some methods, in the order of the spec.
type Weights []Weighted

// Weighted is a method with its share, above 0; shares need not sum to 1.
type Weighted struct {
	Method MethodRef
	Weight float64
}

func (w *Weights) decode(d *decoder, n *node, path string, _ field) {
	if n.kind != mapping {
		d.mismatch(n, path, "a mapping", "methods and their shares such as {plain: 0.6, brief: 0.4}")
		return
	}
	d.some(n, path)
	for _, e := range n.entries {
		at := join(path, e.name)
		d.note(at, e)
		d.refs = append(d.refs, reference{path: at, sections: []string{"methods"}, text: e.name, place: e.key})
		share, ok := parsePercent(e.value)
		if !ok {
			share, ok = parseNumber(e.value)
		}
		if !ok {
			d.mismatch(e.value, at, "a number", "a number above 0")
			continue
		}
		if share <= 0 {
			d.fail(e.value.place, "", "out of range: %s - %s takes a number above 0", shown(e.value), title(at))
			continue
		}
		*w = append(*w, Weighted{Method: MethodRef{ID: e.name, Pos: e.key.Pos}, Weight: share})
	}
}

// some refuses an empty mapping.
func (d *decoder) some(n *node, path string) {
	if len(n.entries) == 0 {
		d.fail(n.place, "", "an empty mapping: %s needs at least one", title(path))
	}
}

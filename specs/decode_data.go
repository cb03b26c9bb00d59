package specs

import (
	"fmt"
	"slices"
	"strconv"
)

func (r *Renames) decode(d *decoder, n *node, path string, _ field) {
	if n.kind != mapping {
		d.mismatch(n, path, "a mapping", "new: old")
		return
	}
	for _, e := range n.entries {
		d.note(join(path, e.name), e)
		d.column(path, e)
		if e.value.kind != scalar || e.value.isNull() {
			d.mismatch(e.value, join(path, e.name), "a column", "the old name of the column")
			continue
		}
		*r = append(*r, Rename{New: e.name, Old: e.value.text})
	}
}

func (x *Names) decode(d *decoder, n *node, path string, _ field) {
	items := []*node{n}
	if n.kind == list {
		items = n.items
	}
	for _, item := range items {
		if item.kind != scalar || item.isNull() {
			d.mismatch(item, path, "a name", "a name, or a list of names")
			continue
		}
		*x = append(*x, item.text)
	}
}

func (a *Assigns) decode(d *decoder, n *node, path string, _ field) {
	if n.kind != mapping {
		d.mismatch(n, path, "a mapping", "new: expression")
		return
	}
	for _, e := range n.entries {
		d.note(join(path, e.name), e)
		d.column(path, e)
		x := new(Expr)
		x.decode(d, e.value, join(path, e.name), field{})
		*a = append(*a, Assign{Name: e.name, Expr: x})
	}
}

// isWord says whether expressions mean something else by the name of a column.
func (d *decoder) isWord(name string) bool {
	return slices.ContainsFunc(d.lang.Words, func(w Word) bool { return w.Name == name }) || slices.Contains(reservedNames(), name)
}

// column checks the name of a column that a spec makes: a word of expressions
// would hide it.
func (d *decoder) column(path string, e entry) {
	d.id(path, e.key, e.name)
	if d.isWord(e.name) {
		d.fail(e.key, "", "column %q has the name of a word of expressions - choose another", e.name)
	}
}

// near is a dedup that also drops rows which are nearly equal.
type near struct {
	RougeL float64 `yaml:"rouge_l" doc:"the ROUGE-L from which on rows count as equal" positive:"true" max:"1" required:"true"`
}

func (x *Dedup) decode(d *decoder, n *node, path string, _ field) {
	if n.kind == mapping {
		var settings near
		d.mapping(n, path, nil, &settings)
		*x = Dedup{On: true, RougeL: settings.RougeL}
		return
	}
	if n.text != "true" && n.text != "false" {
		d.mismatch(n, path, "true or false", "true, or {rouge_l: 0.7}")
		return
	}
	x.On = n.text == "true"
}

// copied says what counts as a copy.
type copied struct {
	Words  int     `yaml:"words" doc:"words in a row in common, from which on texts count as copies; 13 at least in texts of 100 words; 0: not looked for" min:"0" max:"1000"`
	RougeL float64 `yaml:"rouge_l" doc:"the ROUGE-L of two inputs from which on they count as copies; 0: not looked for" min:"0" max:"1"`
}

func (x *Clean) decode(d *decoder, n *node, path string, _ field) {
	x.Set = true
	if n.kind == mapping {
		settings := copied{x.Words, x.RougeL}
		d.mapping(n, path, nil, &settings)
		x.On, x.Words, x.RougeL = true, settings.Words, settings.RougeL
		return
	}
	if n.text != "true" && n.text != "false" {
		d.mismatch(n, path, "true or false", "true, or {words: 8, rouge_l: 0.6}")
		return
	}
	x.On = n.text == "true"
}

func (s *Split) decode(d *decoder, n *node, path string, _ field) {
	if n.kind != mapping {
		d.mismatch(n, path, "a mapping", "names and sizes such as {train: 80%, test: rest}")
		return
	}
	total, rests := 0.0, 0
	for _, e := range n.entries {
		d.note(join(path, e.name), e)
		d.id(path, e.key, e.name)
		if e.name == "all" {
			d.fail(e.key, "", "split \"all\": `id.all` already means every split - choose another name")
		}
		part := Part{Name: e.name}
		x, isCount := parseNumber(e.value)
		share, isShare := parsePercent(e.value)
		switch {
		case e.value.kind == scalar && e.value.text == "rest":
			part.Rest = true
			rests++
		case isShare && share > 0 && share <= 1:
			part.Fraction = share
			total += share
		case isCount && x == float64(int(x)) && x > 0:
			part.Count = int(x)
		case isCount && x > 0 && x < 1:
			d.fault(join(path, e.name), e.value.place, fmt.Sprintf("did you mean %.4g%%?", 100*x), "not a size: %s - %s takes a count of rows, a percent such as 80%%, or rest", shown(e.value), join(path, e.name))
			continue
		default:
			d.mismatch(e.value, join(path, e.name), "a size", "a count of rows, a percent such as 80%, or rest")
			continue
		}
		*s = append(*s, part)
	}
	if total > 1.0000001 {
		d.fail(d.exp.place(path), "", "splits of %s%% - all of them take at most 100%%", strconv.FormatFloat(100*total, 'g', 6, 64))
	}
	if rests > 1 {
		d.fail(d.exp.place(path), "", "%d splits take the rest - one can", rests)
	}
}

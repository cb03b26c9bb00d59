package reports

import (
	"slices"
	"strconv"
	"strings"

	"idiolect/runner"
)

// placed is a step under one of its ids, with where on the axes that id says it stands: the ids of a plan are
// those of the spec with what tells them apart, such as methods.sft@epochs=2@ann@1.
type placed struct {
	step   *runner.Action
	swept  map[string]string // name of an axis -> its value; axes on which the step does not differ are left out
	others []string          // person, repeat
}

func placesOf(p *runner.Plan) map[string][]placed {
	out := map[string][]placed{}
	for _, a := range p.Actions {
		for _, id := range append([]string{a.ID}, a.Aliases...) {
			parts := strings.Split(id, "@")
			at := placed{step: a, swept: map[string]string{}}
			for _, part := range parts[1:] {
				if !strings.Contains(part, "=") {
					at.others = append(at.others, part)
					continue
				}
				for one := range strings.SplitSeq(part, ",") {
					name, value, _ := strings.Cut(one, "=")
					at.swept[name] = value
				}
			}
			out[parts[0]] = append(out[parts[0]], at)
		}
	}
	return out
}

// find is the step that an id of the spec means in a cell of the sweep, for a person ("": none) and in a
// repeat (0: it has none). It may be nil.
func (s *source) find(id string, cell []int, person string, repeat int) *runner.Action {
	for _, p := range s.places[id] {
		if s.in.inCell(p.swept, cell) && !slices.ContainsFunc(p.others, func(o string) bool { return o != person && o != strconv.Itoa(repeat) }) {
			return p.step
		}
	}
	return nil
}

func (a About) inCell(swept map[string]string, cell []int) bool {
	for k, axis := range a.Sweep {
		if value, told := swept[axis.Name]; told && (k >= len(cell) || value != axis.Values[cell[k]]) {
			return false
		}
	}
	return true
}

// cells lists all cells of the sweep, the last axis running fastest; without a sweep there is one, of no axes.
func (a About) cells() [][]int {
	out := [][]int{nil}
	for _, axis := range a.Sweep {
		var next [][]int
		for _, cell := range out {
			for v := range axis.Values {
				next = append(next, append(slices.Clone(cell), v))
			}
		}
		out = next
	}
	return out
}

// along is what some cells have on an axis: their value, "all", or those that they have.
func (a About) along(axis int, cells [][]int) string {
	var values []string
	for v, name := range a.Sweep[axis].Values {
		if slices.ContainsFunc(cells, func(c []int) bool { return c[axis] == v }) {
			values = append(values, name)
		}
	}
	if n := len(a.Sweep[axis].Values); n > 1 && len(values) == n {
		return "all"
	}
	return strings.Join(values, ", ")
}

// told names some cells by the axes that tell them from the others: "epochs=2, rank=4", empty for all cells.
func (a About) told(cells [][]int) string {
	var parts []string
	for k, axis := range a.Sweep {
		if at := a.along(k, cells); at != "all" && len(axis.Values) > 1 {
			parts = append(parts, axis.Name+"="+at)
		}
	}
	return strings.Join(parts, ", ")
}

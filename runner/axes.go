package runner

import (
	"maps"
	"slices"
	"strings"
)

// Axis is one way in which an experiment is unrolled: the values of a swept setting, its persons, its
// repeats. A step that is made anew for a value carries it in its id: methods.tuned@epochs=2@3.
type Axis struct {
	Name   string   // written before the value; "" for values that say enough themselves
	Values []string // plain file names, each once
}

// All is, in [Action.At], the place of a step that stands for every value of an axis.
const All = -1

// use is one mention of an action while a plan is collected: under which id, and where on the axes.
type use struct {
	id string
	at int // place in the grid of all axes
}

// grid numbers the places of some axes, the last axis running fastest.
type grid []Axis

func (g grid) size() int {
	n := 1
	for _, a := range g {
		n *= len(a.Values)
	}
	return n
}

// stride is how far apart two neighbours on an axis are.
func (g grid) stride(axis int) int { return g[axis+1:].size() }

// places lists the places that at stands for; axes beyond its length are all meant.
func (g grid) places(at []int) []int {
	out := []int{0}
	for k, axis := range g {
		var next []int
		for _, p := range out {
			if k < len(at) && at[k] != All {
				next = append(next, p*len(axis.Values)+at[k])
				continue
			}
			for v := range axis.Values {
				next = append(next, p*len(axis.Values)+v)
			}
		}
		out = next
	}
	return out
}

// names are the ids of what stands at these places: one for each combination of values of those axes on
// which it differs. What is the same everywhere is called by the bare id.
func (g grid) names(id string, places map[int]bool) []string {
	if len(places) == 1 { // the most: a plan of 10,000 steps has as many
		return g.name(id, places)
	}
	var told []int // axes that the names tell
	left := places
	for k := range g {
		if onto, full := g.without(k, left); full {
			left = onto
		} else {
			told = append(told, k)
		}
	}
	var names []string
	for _, p := range slices.Sorted(maps.Keys(left)) {
		names = append(names, id+g.suffix(p, told))
	}
	return names
}

// name is the one name of what stands at one place.
func (g grid) name(id string, place map[int]bool) []string {
	var told []int
	for k, axis := range g {
		if len(axis.Values) > 1 {
			told = append(told, k)
		}
	}
	for p := range place {
		id += g.suffix(p, told)
	}
	return []string{id}
}

// without projects places onto the first value of an axis; full says whether each stood for all its values.
func (g grid) without(axis int, places map[int]bool) (onto map[int]bool, full bool) {
	stride, n := g.stride(axis), len(g[axis].Values)
	count := map[int]int{}
	for p := range places {
		count[p-p/stride%n*stride]++
	}
	onto = make(map[int]bool, len(count))
	for p, c := range count {
		if c != n {
			return nil, false
		}
		onto[p] = true
	}
	return onto, true
}

// suffix tells the values of some axes: "@epochs=2,rank=4@ann@1".
func (g grid) suffix(place int, axes []int) string {
	var b strings.Builder
	named := false
	for _, k := range axes {
		value := g[k].Values[place/g.stride(k)%len(g[k].Values)]
		switch {
		case g[k].Name == "":
			b.WriteString("@" + value)
		case named:
			b.WriteString("," + g[k].Name + "=" + value)
		default:
			b.WriteString("@" + g[k].Name + "=" + value)
		}
		named = g[k].Name != ""
	}
	return b.String()
}

// SpecID is a step's id without where it stands on the axes: methods.tuned of methods.tuned@2.
func SpecID(id string) string {
	id, _, _ = strings.Cut(id, "@")
	return id
}

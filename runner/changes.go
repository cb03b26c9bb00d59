package runner

import (
	"fmt"
	"slices"
	"strings"
)

// Change says how a step of one plan differs from the step of the same id in another.
type Change struct {
	Step   string   `json:"step"`
	Own    []string `json:"own,omitempty"`    // its own lines that differ: "learning_rate changed: 1e-3 -> 2e-3"
	Inputs []string `json:"inputs,omitempty"` // the steps it reads that differ, or are others
}

// Changes are what differs between two plans, in the order of the new one. A step whose own lines differ is a
// cause; one that reads changed steps alone follows from those.
type Changes struct {
	Changed []Change `json:"changed,omitempty"`
	Added   []string `json:"added,omitempty"`   // steps of the new plan alone
	Removed []string `json:"removed,omitempty"` // steps of the old plan alone
}

// Since compares a plan with an older one.
func (p *Plan) Since(old *Plan) Changes {
	var out Changes
	for _, a := range p.Actions {
		for _, id := range append([]string{a.ID}, a.Aliases...) {
			was, ok := old.Find(id)
			switch {
			case !ok:
				out.Added = append(out.Added, id)
			case was.key != a.key:
				out.Changed = append(out.Changed, a.since(was, id))
			}
		}
	}
	for _, a := range old.Actions {
		for _, id := range append([]string{a.ID}, a.Aliases...) {
			if _, ok := p.Find(id); !ok {
				out.Removed = append(out.Removed, id)
			}
		}
	}
	return out
}

// since compares an action with its older form.
func (a *Action) since(old *Action, id string) Change {
	c := Change{Step: id}
	if a.Kind != old.Kind || a.Version != old.Version {
		c.Own = append(c.Own, fmt.Sprintf("kind changed: %s/%d -> %s/%d", old.Kind, old.Version, a.Kind, a.Version))
	}
	was := map[string]string{}
	for _, l := range old.Lines {
		was[l.Label] = l.Value
	}
	for _, l := range a.Lines {
		before, had := was[l.Label]
		delete(was, l.Label)
		switch {
		case !had:
			c.Own = append(c.Own, fmt.Sprintf("%s now said: %s", l.Label, shorten(l.Value)))
		case before != l.Value:
			c.Own = append(c.Own, fmt.Sprintf("%s changed: %s -> %s", l.Label, shorten(before), shorten(l.Value)))
		}
	}
	for _, l := range old.Lines {
		if before, gone := was[l.Label]; gone {
			c.Own = append(c.Own, fmt.Sprintf("%s no longer said: was %s", l.Label, shorten(before)))
		}
	}
	slices.SortStableFunc(c.Own, func(x, y string) int { return strings.Compare(x, y) })
	for _, in := range a.Inputs {
		if !slices.ContainsFunc(old.Inputs, func(o Input) bool { return o.Name == in.Name && o.From.key == in.From.key }) {
			c.Inputs = append(c.Inputs, in.From.ID)
		}
	}
	for _, in := range old.Inputs {
		if !slices.ContainsFunc(a.Inputs, func(o Input) bool { return o.Name == in.Name }) {
			c.Inputs = append(c.Inputs, in.From.ID+" no longer")
		}
	}
	return c
}

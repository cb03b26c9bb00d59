package runner

import (
	"maps"
	"slices"
)

// Changes are what differs between a plan and that of an earlier run.
type Changes struct {
	Changed []StepChange `json:"changed,omitempty"`
	Added   []string     `json:"added,omitempty"`   // steps of this plan alone
	Removed []string     `json:"removed,omitempty"` // steps of the earlier run alone
}

// StepChange says how a step differs from its earlier form: one with changes of its own is a cause, one that
// only reads changed steps follows from those.
type StepChange struct {
	Step    string   `json:"step"`
	Own     []Change `json:"own,omitempty"`
	Through []string `json:"through,omitempty"` // the changed steps that it reads
}

// Since compares a plan with that of an earlier run, in the order of its steps.
func (p *Plan) Since(last *Previous) Changes {
	var out Changes
	for _, a := range p.Actions {
		c := compare(last, a)
		if c.old == nil {
			out.Added = append(out.Added, a.ID)
			continue
		}
		if c.old.Key == a.key {
			continue
		}
		change := StepChange{Step: a.ID, Own: c.own}
		for _, from := range c.through {
			change.Through = append(change.Through, from.ID)
		}
		out.Changed = append(out.Changed, change)
	}
	if last != nil {
		for _, id := range slices.Sorted(maps.Keys(last.byID)) {
			if _, ok := p.Find(id); !ok {
				out.Removed = append(out.Removed, id)
			}
		}
	}
	return out
}

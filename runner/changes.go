package runner

import "strings"

// StepChange says how a step of one plan differs from the step of the same id in another.
type StepChange struct {
	Step   string   `json:"step"`
	Own    []string `json:"own,omitempty"`    // its own lines that differ: "learning_rate changed: 1e-3 -> 2e-3"
	Inputs []string `json:"inputs,omitempty"` // the steps it reads that differ, or are others
}

// Changes are what differs between two plans, in the order of the new one. A step whose own lines differ is a
// cause; one that reads changed steps alone follows from those.
type Changes struct {
	Changed []StepChange `json:"changed,omitempty"`
	Added   []string     `json:"added,omitempty"`   // steps of the new plan alone
	Removed []string     `json:"removed,omitempty"` // steps of the old plan alone
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
func (a *Action) since(old *Action, id string) StepChange {
	c := StepChange{Step: id}
	was := old.file()
	found := compare(&Previous{byID: map[string]*planAction{a.ID: &was}}, a)
	for _, change := range found.own {
		if strings.HasPrefix(change.Label, inputLabel) {
			c.Inputs = append(c.Inputs, change.String())
		} else {
			c.Own = append(c.Own, change.String())
		}
	}
	for _, from := range found.through {
		c.Inputs = append(c.Inputs, from.ID)
	}
	return c
}

package runner

import "fmt"

// Plan is the recorded plan as a value to look at: its steps know what they read and what their keys hash, but
// cannot be run. A step whose lines do not give its key is an error, because the plan was edited or damaged.
func (r *Recorded) Plan() (*Plan, error) {
	p := &Plan{Name: r.file.Name, Origin: r.file.Spec, byID: map[string]*Action{}}
	for _, old := range r.file.Actions {
		a := &Action{
			ID: old.ID, Aliases: old.Aliases, Kind: old.Kind, Version: old.Version, Lines: old.Lines, Says: old.Says, key: old.Key,
		}
		if old.Estimate != nil {
			a.Estimate = old.Estimate.estimate()
		}
		for _, in := range old.Inputs {
			from, ok := p.byID[in.Step]
			if !ok || from.key != in.Key {
				return nil, fmt.Errorf("%s: step %s reads %s, which is not a step before it with that key", r.Path, old.ID, in.Step)
			}
			a.Inputs = append(a.Inputs, Input{Name: in.Name, From: from})
		}
		if hashText(a.KeyText()) != a.key {
			return nil, fmt.Errorf("%s: step %s: its lines do not give its key - the plan was edited or damaged", r.Path, old.ID)
		}
		p.Actions = append(p.Actions, a)
		for _, id := range append([]string{a.ID}, a.Aliases...) {
			p.byID[id] = a
		}
	}
	return p, nil
}

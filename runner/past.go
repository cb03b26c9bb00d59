package runner

import "fmt"

// Plan is the recorded plan as a value to look at: its steps know what they read and what their keys hash, but
// cannot be run. A step whose lines do not give its key is an error, because the plan was edited or damaged.
func (r *Recorded) Plan() (*Plan, error) {
	p, err := r.file.plan()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.Path, err)
	}
	return p, nil
}

func (f planFile) plan() (*Plan, error) {
	p := &Plan{Name: f.Name, Origin: f.Spec, byID: map[string]*Action{}}
	for _, old := range f.Actions {
		a := &Action{ID: old.ID, Aliases: old.Aliases, Kind: old.Kind, Version: old.Version, Lines: old.Lines, Says: old.Says, key: old.Key}
		if old.Estimate != nil {
			a.Estimate = old.Estimate.estimate()
		}
		for _, in := range old.Inputs {
			from, ok := p.byID[in.Step]
			if !ok || from.key != in.Key {
				return nil, fmt.Errorf("step %s reads %s, which is not the step before it of that name", old.ID, in.Step)
			}
			a.Inputs = append(a.Inputs, Input{Name: in.Name, From: from})
		}
		if hashText(appendKeyText(nil, old.keyLines())) != a.key {
			return nil, fmt.Errorf("step %s: its lines do not give its key - the plan was edited or damaged", old.ID)
		}
		p.Actions = append(p.Actions, a)
		for _, id := range append([]string{a.ID}, a.Aliases...) {
			p.byID[id] = a
		}
	}
	return p, nil
}

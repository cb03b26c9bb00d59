package runner

import (
	"errors"
	"io/fs"
	"path/filepath"
)

// Previous is the plan of an earlier run, for telling what changed since. A nil Previous is that of an
// experiment that was never run.
type Previous struct {
	dir  string
	byID map[string]*planAction
}

// Past is a step of an earlier run.
type Past struct {
	Key      Key
	Kind     string
	Lines    []Line
	Estimate Estimate // without times
}

// Step is the step of that id; ok says whether there was one.
func (p *Previous) Step(id string) (Past, bool) {
	if p == nil || p.byID[id] == nil {
		return Past{}, false
	}
	old := p.byID[id]
	past := Past{Key: old.Key, Kind: old.Kind, Lines: old.Lines}
	if old.Estimate != nil {
		past.Estimate = old.Estimate.estimate()
	}
	return past, true
}

// ReadPrevious reads the plan.json of a run directory, which may be named as [FindRun] takes it. A directory
// without one gives nil and no error.
func ReadPrevious(dir string) (*Previous, error) {
	if found, err := FindRun(dir); err == nil {
		dir = found
	}
	file, err := readPlanFile(filepath.Join(dir, planName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p := &Previous{dir: dir, byID: make(map[string]*planAction, len(file.Actions))}
	for i := range file.Actions {
		a := &file.Actions[i]
		for _, id := range append([]string{a.ID}, a.Aliases...) {
			p.byID[id] = a
		}
	}
	return p, nil
}

// find is the earlier form of an action: what had its id, or one of its aliases; nil when nothing had.
func (p *Previous) find(a *Action) *planAction {
	if p == nil {
		return nil
	}
	if old := p.byID[a.ID]; old != nil {
		return old
	}
	for _, id := range a.Aliases {
		if old := p.byID[id]; old != nil {
			return old
		}
	}
	return nil
}

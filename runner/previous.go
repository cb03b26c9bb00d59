package runner

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Previous is the plan of an earlier run, for telling what changed since. A nil Previous is that of an
// experiment that was never run.
type Previous struct {
	byID map[string]planAction
}

// ReadPrevious reads the plan.json of a run directory, which may be named as [FindRun] takes it. A directory
// without one gives nil and no error.
func ReadPrevious(dir string) (*Previous, error) {
	if found, err := FindRun(dir); err == nil {
		dir = found
	}
	path := filepath.Join(dir, planName)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var file planFile
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if file.Format != planFormat {
		return nil, fmt.Errorf("%s: format %q - this release reads %q", path, file.Format, planFormat)
	}
	p := &Previous{byID: map[string]planAction{}}
	for _, a := range file.Actions {
		for _, id := range append([]string{a.ID}, a.Aliases...) {
			p.byID[id] = a
		}
	}
	return p, nil
}

// find is the earlier form of an action: what had its id, or one of its aliases.
func (p *Previous) find(a *Action) (planAction, bool) {
	if p == nil {
		return planAction{}, false
	}
	for _, id := range append([]string{a.ID}, a.Aliases...) {
		if old, ok := p.byID[id]; ok {
			return old, true
		}
	}
	return planAction{}, false
}

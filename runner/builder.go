package runner

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Builder collects the actions of a plan. An action's inputs are actions that were added before, so a
// plan has no cycle by construction and its order is the order of Add.
type Builder struct {
	name    string
	actions []*Action
	byKey   map[Key]*Action
	byID    map[string]*Action
	errs    []error
}

// NewBuilder starts an empty plan for the experiment of that name.
func NewBuilder(name string) *Builder {
	return &Builder{name: name, byKey: map[Key]*Action{}, byID: map[string]*Action{}}
}

// Add computes the action's key and adds it, or merges it into the first action with the same key: then
// that one is returned and learns the new id as an alias. Mistakes are kept for Plan to report.
func (b *Builder) Add(a Action) *Action {
	b.check(&a)
	inputs := make([]Line, 0, len(a.Inputs))
	for _, in := range a.Inputs {
		if in.From != nil {
			inputs = append(inputs, Line{in.Name, string(in.From.key)})
		}
	}
	a.text = keyText(keyLines(a.Kind, a.Version, inputs, a.Lines))
	a.key = hashText(a.text)

	first, merged := b.byKey[a.key]
	if !merged {
		first = &a
		b.byKey[a.key] = first
		b.actions = append(b.actions, first)
	}
	for _, id := range append([]string{a.ID}, a.Aliases...) {
		b.claim(id, first, &a)
	}
	return first
}

// claim gives an id to an action. Only the id of another action is refused: adding the same action
// twice is what lowering does when two parts of a spec share it.
func (b *Builder) claim(id string, owner, a *Action) {
	switch other, taken := b.byID[id]; {
	case !taken:
		b.byID[id] = owner
		if id != owner.ID && !slices.Contains(owner.Aliases, id) {
			owner.Aliases = append(owner.Aliases, id)
		}
	case other != owner:
		b.errorf(a, "the id is already that of another step (%s)", other.Pos)
	}
}

func (b *Builder) check(a *Action) {
	if !validID(a.ID) {
		b.errorf(a, "id %q - names separated by dots", a.ID)
	}
	if a.Kind == "" || a.Version < 1 || a.Step == nil {
		b.errorf(a, "kind %q, version %d - a step needs a kind, a version from 1 and something to run", a.Kind, a.Version)
	}
	names := map[string]bool{}
	for _, in := range a.Inputs {
		if in.From == nil || b.byKey[in.From.key] != in.From {
			b.errorf(a, "input %q reads an action that is not in the plan", in.Name)
		}
		if err := checkLabel(in.Name, names); err != nil {
			b.errorf(a, "input: %w", err)
		}
	}
	labels := map[string]bool{}
	for _, l := range a.Lines {
		if err := checkLabel(l.Label, labels); err != nil {
			b.errorf(a, "key line: %w", err)
		}
		if l.Label == "kind" || strings.HasPrefix(l.Label, inputLabel) {
			b.errorf(a, "key line: label %q is reserved", l.Label)
		}
	}
}

func (b *Builder) errorf(a *Action, format string, args ...any) {
	b.errs = append(b.errs, fmt.Errorf("%s: step %s: %w", a.Pos, a.ID, fmt.Errorf(format, args...)))
}

// Len is the number of actions so far.
func (b *Builder) Len() int { return len(b.actions) }

// Plan is the plan of all actions added so far, or every mistake in them.
func (b *Builder) Plan() (*Plan, error) {
	if len(b.errs) > 0 {
		return nil, errors.Join(b.errs...)
	}
	return &Plan{Name: b.name, Actions: slices.Clone(b.actions), byID: b.byID}, nil
}

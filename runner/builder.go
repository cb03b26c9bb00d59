package runner

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"idiolect/specs"
)

// Builder collects the actions of a plan. An action's inputs are actions that were added before, so a
// plan has no cycle by construction and its order is the order of Add.
type Builder struct {
	name    string
	axes    grid
	actions []*Action
	byKey   map[Key]*Action
	errs    []error
	text    []byte // of the key that is being made
	later   specs.Errors
}

// NewBuilder starts an empty plan for the experiment of that name, which is unrolled along the axes.
func NewBuilder(name string, axes ...Axis) *Builder {
	return &Builder{name: name, axes: axes, byKey: map[Key]*Action{}}
}

// Add computes the action's key and adds it, or merges it into the first action with the same key: then
// that one is returned and learns the new id. Ids are those of the spec until Plan tells them apart by
// where on the axes they stand. Mistakes are kept for Plan to report.
func (b *Builder) Add(a Action) *Action {
	b.check(&a)
	lines := a.keyLines()
	for i := range len(lines) - 1 {
		if label := lines[i].Label; label == lines[i+1].Label {
			b.errorf(&a, "label %q stands twice", label)
		}
	}
	b.text = appendKeyText(b.text[:0], lines)
	a.key = hashText(b.text)

	first, merged := b.byKey[a.key]
	if !merged {
		first = &a
		b.byKey[a.key] = first
		b.actions = append(b.actions, first)
	}
	for _, id := range append([]string{a.ID}, a.Aliases...) {
		for _, at := range b.axes.places(a.At) {
			first.uses = append(first.uses, use{id, at})
		}
	}
	return first
}

// named gives every action its ids: the first is its own, the others are aliases.
func (b *Builder) named() map[string]*Action {
	byID := make(map[string]*Action, len(b.actions))
	for _, a := range b.actions {
		var names []string
		for _, id := range a.ids() {
			places := map[int]bool{}
			for _, u := range a.uses {
				if u.id == id {
					places[u.at] = true
				}
			}
			names = append(names, b.axes.names(id, places)...)
		}
		for _, id := range names {
			if other, taken := byID[id]; taken {
				b.errorf(a, "the id is already that of another step (%s)", other.Pos)
				continue
			}
			byID[id] = a
		}
		a.ID, a.Aliases = names[0], names[1:]
	}
	return byID
}

// ids are the spec's ids of an action, in the order of their first mention.
func (a *Action) ids() []string {
	var ids []string
	for _, u := range a.uses {
		if len(ids) == 0 || ids[len(ids)-1] != u.id && !slices.Contains(ids, u.id) {
			ids = append(ids, u.id)
		}
	}
	return ids
}

func (b *Builder) check(a *Action) {
	if !validID(a.ID) {
		b.errorf(a, "id %q - names separated by dots", a.ID)
	}
	if a.Kind == "" || a.Version < 1 || a.Step == nil {
		b.errorf(a, "kind %q, version %d - a step needs a kind, a version from 1 and something to run", a.Kind, a.Version)
	}
	for _, in := range a.Inputs {
		if in.From == nil || b.byKey[in.From.key] != in.From {
			b.errorf(a, "input %q reads an action that is not in the plan", in.Name)
		}
		if err := checkLabel(in.Name); err != nil {
			b.errorf(a, "input: %w", err)
		}
	}
	for _, l := range a.Lines {
		if err := checkLabel(l.Label); err != nil {
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

// Later notes what the plan asks for and this release does not carry out, at its place in the spec. It
// is told with the plan, and nothing of the plan runs.
func (b *Builder) Later(e *specs.Error) { b.later = append(b.later, e) }

// Len is the number of actions so far.
func (b *Builder) Len() int { return len(b.actions) }

// Plan is the plan of all actions added so far, or every mistake in them.
func (b *Builder) Plan() (*Plan, error) {
	byID := b.named()
	if len(b.errs) > 0 {
		return nil, errors.Join(b.errs...)
	}
	slices.SortStableFunc(b.later, func(x, y *specs.Error) int {
		return cmp.Or(cmp.Compare(x.Pos.Line, y.Pos.Line), cmp.Compare(x.Pos.Col, y.Pos.Col))
	})
	return &Plan{Name: b.name, Actions: slices.Clone(b.actions), Later: b.later, byID: byID}, nil
}

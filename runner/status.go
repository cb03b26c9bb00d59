package runner

import (
	"fmt"
	"os"
	"strings"
)

// State says whether a step will run.
type State struct {
	Cached bool
	Why    string // why it will run: "learning_rate changed: 1e-3 -> 2e-3"
}

// Status says of every action whether its artifact is in the store and, if not, why: what changed since
// the last run of the same name, which may be nil.
func (p *Plan) Status(s *Store, last *Previous) map[*Action]State {
	states := make(map[*Action]State, len(p.Actions))
	for _, a := range p.Actions {
		if s.Has(a.Key()) {
			states[a] = State{Cached: true}
			continue
		}
		why := "no artifact yet"
		if changes := changesSince(last, a); len(changes) > 0 {
			why = strings.Join(changes, ", ")
		} else if _, err := os.Lstat(s.partial(a.Key())); err == nil {
			why = "unfinished: goes on where it stopped"
		}
		states[a] = State{Why: why}
	}
	return states
}

// Explain is the text that was hashed into the action's key, and what changed since the earlier run.
func Explain(a *Action, prev *Previous) string {
	var b strings.Builder
	fmt.Fprintf(&b, "step %s\nkey  %s\n\n%s\n", a.ID, a.Key(), a.KeyText())
	_, known := prev.find(a)
	changes := changesSince(prev, a)
	switch {
	case prev == nil:
		b.WriteString("this is the first run\n")
	case !known:
		b.WriteString("the last run had no such step\n")
	case len(changes) == 0:
		b.WriteString("nothing changed since the last run\n")
	default:
		b.WriteString("since the last run:\n")
		for _, c := range changes {
			fmt.Fprintf(&b, "  %s\n", c)
		}
	}
	return b.String()
}

// changesSince compares the key text of an action with that of its earlier form, line by line.
func changesSince(last *Previous, a *Action) []string {
	old, ok := last.find(a)
	if !ok || old.Key == a.Key() {
		return nil
	}
	now := a.file()
	then, labels := map[string]string{}, map[string]bool{}
	for _, l := range old.keyLines() {
		then[l.Label] = l.Value
	}
	var changes []string
	for _, l := range now.keyLines() {
		labels[l.Label] = true
		was, had := then[l.Label]
		if !had || was != l.Value {
			changes = append(changes, now.change(l, was, had))
		}
	}
	for _, l := range old.keyLines() {
		if !labels[l.Label] {
			changes = append(changes, fmt.Sprintf("%s no longer said: was %s", l.Label, shorten(l.Value)))
		}
	}
	return changes
}

// change says how one line differs. The key of an input says nothing to people, so the input's step does.
func (f planAction) change(l Line, was string, had bool) string {
	if name, ok := strings.CutPrefix(l.Label, inputLabel); ok {
		for _, in := range f.Inputs {
			if in.Name == name {
				return fmt.Sprintf("input %s changed", in.Step)
			}
		}
	}
	if !had {
		return fmt.Sprintf("%s now said: %s", l.Label, shorten(l.Value))
	}
	return fmt.Sprintf("%s changed: %s -> %s", l.Label, shorten(was), shorten(l.Value))
}

func (f planAction) keyLines() []Line {
	inputs := make([]Line, len(f.Inputs))
	for i, in := range f.Inputs {
		inputs[i] = Line{in.Name, string(in.Key)}
	}
	return keyLines(f.Kind, f.Version, inputs, f.Lines)
}

// shorten keeps a value on one line of a terminal.
func shorten(v string) string {
	v = keyValue(v)
	if r := []rune(v); len(r) > 60 {
		return string(r[:57]) + "..."
	}
	return v
}

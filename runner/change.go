package runner

import (
	"fmt"
	"slices"
	"strings"
)

// Change is one line in which a step differs from its form in an earlier run.
type Change struct {
	Step    string  `json:"step"`
	Label   string  `json:"label"`             // of the line: hyperparameters.epochs; "" says that the step is new
	Was     *string `json:"was"`               // null: nothing was said
	Now     *string `json:"now"`               // null: nothing is said any more
	Default string  `json:"default,omitempty"` // was, or now: that side is what the setting is when nobody says it
}

// String tells the change on one line: "hyperparameters.epochs changed: 3 (default) -> 4".
func (c Change) String() string {
	label := strings.TrimPrefix(c.Label, "input.")
	if label != c.Label {
		label = "input " + label
	}
	switch {
	case c.Label == "":
		return "new since the last run"
	case c.Was == nil:
		return fmt.Sprintf("%s added: %s", label, shorten(*c.Now))
	case c.Now == nil:
		return fmt.Sprintf("%s removed: was %s", label, shorten(*c.Was))
	}
	was, now := differing(keyValue(*c.Was), keyValue(*c.Now))
	switch c.Default {
	case "was":
		was += " (default)"
	case "now":
		now += " (default)"
	}
	return fmt.Sprintf("%s changed: %s -> %s", label, was, now)
}

// comparison is a step beside its earlier form.
type comparison struct {
	old     *planAction // nil: the last run had no such step
	own     []Change    // of its own lines
	through []*Action   // inputs that are the same steps as then, and are made anew
}

// compare finds what differs between an action and its earlier form.
func compare(last *Previous, a *Action) comparison {
	old := last.find(a)
	if old == nil || old.Key == a.key {
		return comparison{old: old}
	}
	c := comparison{old: old}
	then := map[string]string{}
	for _, l := range old.keyLines() {
		then[l.Label] = l.Value
	}
	now := a.file()
	defaults := a.defaults()
	for _, l := range now.keyLines() {
		was, had := then[l.Label]
		delete(then, l.Label)
		if had && was == l.Value {
			continue
		}
		if name, ok := strings.CutPrefix(l.Label, inputLabel); ok {
			c.input(a, name)
			continue
		}
		change := Change{Step: a.ID, Label: l.Label, Now: &l.Value}
		if d, ok := defaults[l.Label]; ok && !had {
			change.Was, change.Default = &d, "was"
		} else if had {
			change.Was = &was
		}
		c.own = append(c.own, change)
	}
	for _, l := range old.keyLines() {
		if _, gone := then[l.Label]; !gone {
			continue
		}
		change := Change{Step: a.ID, Label: l.Label, Was: &l.Value}
		if name, ok := strings.CutPrefix(l.Label, inputLabel); ok {
			change.Was = &old.input(name).Step
		}
		if d, ok := defaults[l.Label]; ok {
			change.Now, change.Default = &d, "now"
		}
		c.own = append(c.own, change)
	}
	return c
}

// input notes an input that is new or changed: by another step in its place, or as what that step makes.
func (c *comparison) input(a *Action, name string) {
	from := a.Inputs[slices.IndexFunc(a.Inputs, func(in Input) bool { return in.Name == name })].From
	change := Change{Step: a.ID, Label: inputLabel + name, Now: &from.ID}
	if was := c.old.input(name); was != nil {
		if was.Step == from.ID || slices.Contains(from.Aliases, was.Step) {
			c.through = append(c.through, from)
			return
		}
		change.Was = &was.Step
	}
	c.own = append(c.own, change)
}

// input is the step that an action reads under that name; nil when it reads none.
func (f *planAction) input(name string) *planInput {
	if i := slices.IndexFunc(f.Inputs, func(in planInput) bool { return in.Name == name }); i >= 0 {
		return &f.Inputs[i]
	}
	return nil
}

func (a *Action) defaults() map[string]string {
	if a.Defaults == nil {
		return nil
	}
	out := map[string]string{}
	for _, l := range a.Defaults() {
		out[l.Label] = l.Value
	}
	return out
}

// shorten keeps a value on one line of a terminal.
func shorten(v string) string {
	v = keyValue(v)
	if r := []rune(v); len(r) > mostShown {
		return string(r[:mostShown-3]) + "..."
	}
	return v
}

const mostShown = 60 // letters of a value

// differing shortens two values so that what differs is seen.
func differing(was, now string) (string, string) {
	a, b := []rune(was), []rune(now)
	same := 0
	for same < min(len(a), len(b)) && a[same] == b[same] {
		same++
	}
	cut := func(r []rune) string {
		lead := ""
		if from := same - mostShown/3; len(r) > mostShown && from > 0 {
			r, lead = r[from:], "..."
		}
		if len(r) > mostShown {
			return lead + string(r[:mostShown-3]) + "..."
		}
		return lead + string(r)
	}
	return cut(a), cut(b)
}

func (f *planAction) keyLines() []Line {
	inputs := make([]Line, len(f.Inputs))
	for i, in := range f.Inputs {
		inputs[i] = Line{in.Name, string(in.Key)}
	}
	return keyLines(f.Kind, f.Version, inputs, f.Lines)
}

package runner

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
)

// Explanation says what decides a step, and what of it changed since an earlier run.
type Explanation struct {
	Step    string   `json:"step"`
	Key     Key      `json:"key"`
	Text    string   `json:"text"`              // what the key is the hash of
	Run     string   `json:"run,omitempty"`     // the name of the earlier run; "" when there is none
	Was     Key      `json:"was,omitempty"`     // the step's key then; "" when that run had no such step
	Changes []Change `json:"changes,omitempty"` // of its own
	Because []Change `json:"because,omitempty"` // of the steps before it: those in which the change of an input began
	Diff    string   `json:"diff,omitempty"`    // the two texts, unified; inputs by name, and defaults written out
}

// Explain compares an action with its form in an earlier run, which may be nil.
func Explain(a *Action, last *Previous) Explanation {
	e := Explanation{Step: a.ID, Key: a.Key(), Text: a.KeyText()}
	if last == nil {
		return e
	}
	e.Run = filepath.Base(last.dir)
	c := compare(last, a)
	if c.old == nil {
		return e
	}
	e.Was = c.old.Key
	if e.Was == e.Key {
		return e
	}
	r := reasons{last: last, of: map[*Action]reason{}}.find(a)
	e.Changes, e.Because = r.own, r.because
	e.Diff = string(diff.Diff(e.Run, []byte(c.readable(c.old, "was")), "now", []byte(c.readable(ptr(a.file()), "now"))))
	return e
}

func ptr[T any](v T) *T { return &v }

// readable is the key text of one side of a comparison as people compare it.
func (c comparison) readable(f *planAction, side string) string {
	lines := map[string]string{}
	for _, l := range f.keyLines() {
		lines[l.Label] = l.Value
	}
	for _, in := range f.Inputs {
		lines[inputLabel+in.Name] = fmt.Sprintf("%s (%s)", in.Step, in.Key.Short())
	}
	for _, o := range c.own {
		if o.Default != side {
			continue
		}
		value := o.Was
		if side == "now" {
			value = o.Now
		}
		lines[o.Label] = *value + " (default)"
	}
	var b strings.Builder
	for _, label := range slices.Sorted(maps.Keys(lines)) {
		fmt.Fprintf(&b, "%s: %s\n", label, strings.ReplaceAll(lines[label], "\n", "\n    "))
	}
	return b.String()
}

package runner

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// State says whether a step will run.
type State struct {
	Cached bool   `json:"cached"`
	Why    string `json:"why,omitempty"` // why it will run: "learning_rate changed: 1e-3 -> 2e-3"

	Takes Estimate `json:"-"` // what running it takes now: nothing, when it is cached
}

// NotMade is why a step runs that nothing else is known of.
const NotMade = "no artifact yet"

// Status says of every action whether its artifact is in the store and, if not, why: what changed since
// the last run of the same name, which may be nil, or in which of the steps before it something did.
func (p *Plan) Status(s *Store, last *Previous) map[*Action]State {
	states := make(map[*Action]State, len(p.Actions))
	reasons := reasons{last: last, of: map[*Action]reason{}}
	made, begun := keysIn(s.dir), keysIn(filepath.Join(s.dir, "partial"))
	for _, a := range p.Actions {
		if made[a.Key()] {
			states[a] = State{Cached: true}
			continue
		}
		why := reasons.find(a).String()
		if why == "" && begun[a.Key()] {
			why = "unfinished: goes on where it stopped"
		}
		if why == "" {
			why = NotMade
		}
		states[a] = State{Why: why, Takes: a.Estimate}
	}
	return states
}

// keysIn are the keys of which a store has artifacts, or partial work, in a folder of its own: one
// look at the folder, where a plan of 10,000 steps would take as many.
func keysIn(dir string) map[Key]bool {
	entries, _ := os.ReadDir(dir) // none yet: nothing was made
	keys := make(map[Key]bool, len(entries))
	for _, e := range entries {
		keys[Key(e.Name())] = true
	}
	return keys
}

// reason is why an action is not what it was: its own changes, and those of the steps that its changed
// inputs come from, as far back as they began.
type reason struct {
	own, because []Change
	more         int // of because that are not listed
}

// mostTold bounds how many of a step's own changes stand on its line; explain tells them all.
const mostTold = 4

// mostRoots bounds how many first causes a step knows by name: one is told, and the others counted.
const mostRoots = 8

// String tells it on one line; "" when there is none.
func (r reason) String() string {
	told := make([]string, 0, mostTold+1)
	for i, c := range r.own {
		if i == mostTold {
			told = append(told, fmt.Sprintf("%d more", len(r.own)-i))
			break
		}
		told = append(told, c.String())
	}
	text := strings.Join(told, ", ")
	if len(r.because) == 0 {
		return text
	}
	if text != "" {
		text += "; "
	}
	text += fmt.Sprintf("because %s: %s", r.because[0].Step, r.because[0])
	if n := len(r.because) - 1 + r.more; n > 0 {
		text += fmt.Sprintf(" (and %d more)", n)
	}
	return text
}

// reasons finds the reasons of a plan's actions, each once.
type reasons struct {
	last *Previous
	of   map[*Action]reason
}

func (rs reasons) find(a *Action) reason {
	if r, ok := rs.of[a]; ok {
		return r
	}
	var r reason
	c := compare(rs.last, a)
	if r.own = c.own; c.old == nil && rs.last != nil {
		r.own = []Change{{Step: a.ID}}
	}
	for _, in := range c.through {
		before := rs.find(in)
		r.more += before.more
		for _, root := range slices.Concat(before.because, before.own) {
			// The same change of several steps, such as that of the seed, is one cause.
			same := func(o Change) bool { return o.String() == root.String() && o.Label != "" }
			switch {
			case slices.ContainsFunc(r.own, same) || slices.ContainsFunc(r.because, same):
			case len(r.because) == mostRoots:
				r.more++
			default:
				r.because = append(r.because, root)
			}
		}
	}
	rs.of[a] = r
	return r
}

package runner

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"idiolect/specs"
)

// Plan is what an experiment will do, before it is done: its actions, dependencies first, otherwise in
// the order they were added. Nobody changes it after [Builder.Plan].
type Plan struct {
	Name    string
	Actions []*Action
	Origin  *Origin      // what it was made from; nil where nobody said
	Later   specs.Errors // what this release does not carry out; a plan with any is told but not run

	byID map[string]*Action
}

// Find is the action with that id or alias.
func (p *Plan) Find(id string) (*Action, bool) {
	a, ok := p.byID[id]
	return a, ok
}

// Estimate sums what all steps take.
func (p *Plan) Estimate() Estimate {
	var sum Estimate
	for _, a := range p.Actions {
		sum = sum.Add(a.Estimate)
	}
	return sum
}

// planFormat heads plan.json.
const planFormat = "idiolect-plan/1"

// planFile is plan.json. It names no absolute path, no position and no time, so that the same spec gives
// the same bytes.
type planFile struct {
	Format  string       `json:"format"`
	Name    string       `json:"name"`
	Spec    *Origin      `json:"spec,omitempty"`
	Actions []planAction `json:"actions"`

	// States are no part of plan.json in a run directory: they change with the store.
	States map[string]planState `json:"states,omitempty"`
}

// planState is what is to be done about a step now.
type planState struct {
	State
	Takes   *planEstimate `json:"estimate,omitempty"`
	Seconds *[2]float64   `json:"seconds,omitempty"` // on this machine; absent: not known
}

type planAction struct {
	ID       string        `json:"id"`
	Aliases  []string      `json:"aliases,omitempty"`
	Key      Key           `json:"key"`
	Kind     string        `json:"kind"`
	Version  int           `json:"version"`
	Says     string        `json:"says,omitempty"`
	Inputs   []planInput   `json:"inputs,omitempty"`
	Lines    []Line        `json:"lines,omitempty"`
	Estimate *planEstimate `json:"estimate,omitempty"`
}

type planInput struct {
	Name string `json:"name"`
	Step string `json:"step"`
	Key  Key    `json:"key"`
}

// planEstimate is an estimate as plan.json has it: all that does not depend on the machine.
type planEstimate struct {
	Calls   [2]int64    `json:"calls"`
	Tokens  [2]int64    `json:"tokens"`
	Prompt  [2]int64    `json:"prompt_tokens"`
	Output  [2]int64    `json:"output_tokens"`
	Trained [2]int64    `json:"trained_tokens"`
	USD     *[2]float64 `json:"usd"` // null: what it costs is not known
	Exact   bool        `json:"exact"`
	Open    bool        `json:"open,omitempty"` // more than is told: rows or texts of unknown size
}

// estimate is what plan.json knows of an estimate: no times.
func (e *planEstimate) estimate() Estimate {
	out := Estimate{Calls: e.Calls, Prompt: e.Prompt, Output: e.Output, Trained: e.Trained, Unpriced: e.USD == nil, Open: e.Open}
	if e.USD != nil {
		out.USD = *e.USD
	}
	return out
}

// JSON is the plan as plan.json holds it: self-contained, and the same bytes for the same spec.
func (p *Plan) JSON() ([]byte, error) { return p.encode(nil) }

// JSONWith is plan.json with the states of its steps beside them, by id.
func (p *Plan) JSONWith(states map[*Action]State) ([]byte, error) {
	out := make(map[string]planState, len(states))
	for a, s := range states {
		state := planState{State: s}
		if s.Takes != (Estimate{}) {
			state.Takes = s.Takes.file()
			if !s.Takes.Untimed {
				state.Seconds = &s.Takes.Seconds
			}
		}
		out[a.ID] = state
	}
	return p.encode(out)
}

func (p *Plan) encode(states map[string]planState) ([]byte, error) {
	file := planFile{Format: planFormat, Name: p.Name, Spec: p.Origin, Actions: make([]planAction, len(p.Actions)), States: states}
	for i, a := range p.Actions {
		file.Actions[i] = a.file()
	}
	out, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("plan of %s: %w", p.Name, err)
	}
	return append(out, '\n'), nil
}

// Key names the plan by what it makes: the ids and keys of its steps, whatever the spec's comments say.
func (p *Plan) Key() Key {
	var b strings.Builder
	b.WriteString(planFormat + "\n" + p.Name + "\n")
	for _, a := range p.Actions {
		b.WriteString(strings.Join(append([]string{string(a.key), a.ID}, a.Aliases...), " ") + "\n")
	}
	return hashText(b.String())
}

func (a *Action) file() planAction {
	f := planAction{ID: a.ID, Aliases: a.Aliases, Key: a.key, Kind: a.Kind, Version: a.Version, Says: a.Says, Lines: a.Lines}
	for _, in := range a.Inputs {
		f.Inputs = append(f.Inputs, planInput{in.Name, in.From.ID, in.From.key})
	}
	if a.Estimate != (Estimate{}) {
		f.Estimate = a.Estimate.file()
	}
	return f
}

func (e Estimate) file() *planEstimate {
	f := &planEstimate{Calls: e.Calls, Tokens: e.Tokens(), Prompt: e.Prompt, Output: e.Output, Trained: e.Trained, Exact: e.Exact(), Open: e.Open}
	if !e.Unpriced {
		f.USD = &e.USD
	}
	return f
}

// downstream is the set of actions that read one of the given actions, directly or not, with these.
func (p *Plan) downstream(of map[*Action]bool) map[*Action]bool {
	out := maps.Clone(of)
	for _, a := range p.Actions {
		for _, in := range a.Inputs {
			if out[in.From] {
				out[a] = true
			}
		}
	}
	return out
}

// upstream is the set of actions that the given ones need, with these.
func (p *Plan) upstream(of map[*Action]bool) map[*Action]bool {
	out := maps.Clone(of)
	for i := len(p.Actions) - 1; i >= 0; i-- {
		if a := p.Actions[i]; out[a] {
			for _, in := range a.Inputs {
				out[in.From] = true
			}
		}
	}
	return out
}

// Match finds the actions that an id means: the one it names, or all that it names along the axes
// (methods.tuned means methods.tuned@1 and methods.tuned@2). There may be none.
func (p *Plan) Match(id string) []*Action {
	if a, ok := p.Find(id); ok {
		return []*Action{a}
	}
	var out []*Action
	for _, a := range p.Actions {
		if slices.ContainsFunc(append([]string{a.ID}, a.Aliases...), func(name string) bool { return strings.HasPrefix(name, id+"@") }) {
			out = append(out, a)
		}
	}
	return out
}

// named finds the actions with those ids.
func (p *Plan) named(ids []string) (map[*Action]bool, error) {
	out := map[*Action]bool{}
	for _, id := range ids {
		found := p.Match(id)
		if len(found) == 0 {
			return nil, fmt.Errorf("the plan of %s has no step %q", p.Name, id)
		}
		for _, a := range found {
			out[a] = true
		}
	}
	return out, nil
}

// validID accepts ids that are also plain file names, since artifacts are published under them.
func validID(id string) bool {
	return id != "" && filepath.IsLocal(id) && !strings.HasPrefix(id, ".") &&
		!strings.ContainsFunc(id, func(r rune) bool { return r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) })
}

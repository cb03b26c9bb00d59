package runner

import "idiolect/specs"

// Action is a node of the plan: a step, what it reads, and all that decides its result.
type Action struct {
	ID      string   // the spec's own path: methods.tuned, evals.held_out.tuned.hidden
	Aliases []string // paths of equal actions that were merged into this one
	At      []int    // its value on each axis of the plan, or [All]; axes that are left out are all meant
	Kind    string   // what the step does: "sample"
	Version int      // of the kind; a new one whenever the same lines give another result
	Step    Step
	Inputs  []Input
	// Lines is everything else that decides the result: settings that differ from their defaults, hashes
	// of files, the identity of a model, the seed, numerics. Never a secret, a path, an id or a comment.
	Lines []Line
	Files []string // that it reads, as the spec names them; line file.N is the hash of the N-th
	// Defaults are the values of settings that Lines leaves out, by label, for telling people what changed.
	// nil is none; it is asked when a change is told and at no other time.
	Defaults func() []Line
	Pos      specs.Pos // where the spec asks for it
	Says     string    // one line for people: "sample 500 rows of topics.train"
	Estimate Estimate

	key  Key
	uses []use
}

// Input is an edge of the plan: the artifact that a step knows under Name.
type Input struct {
	Name string
	From *Action
}

// Estimate is what a step is expected to take, and at most takes: [expected, at most]. It decides nothing and
// is in no key.
type Estimate struct {
	Calls   [2]int64   // of models
	Prompt  [2]int64   // tokens that are read
	Output  [2]int64   // tokens that are sampled
	Trained [2]int64   // tokens that are trained on, counted at every pass
	USD     [2]float64 // without what has no known price
	Seconds [2]float64 // without what has no known rate; no part of plan.json, since machines differ

	Unpriced bool // some of it costs what nobody knows
	Untimed  bool // some of it takes as long as nobody knows
	Open     bool // without rows that nobody counted, and texts whose length nobody knows
}

// Add sums two estimates.
func (e Estimate) Add(o Estimate) Estimate {
	for i := range 2 {
		e.Calls[i] += o.Calls[i]
		e.Prompt[i] += o.Prompt[i]
		e.Output[i] += o.Output[i]
		e.Trained[i] += o.Trained[i]
		e.USD[i] += o.USD[i]
		e.Seconds[i] += o.Seconds[i]
	}
	e.Unpriced = e.Unpriced || o.Unpriced
	e.Untimed = e.Untimed || o.Untimed
	e.Open = e.Open || o.Open
	return e
}

// Tokens are all tokens: read, sampled and trained on.
func (e Estimate) Tokens() [2]int64 {
	return [2]int64{e.Prompt[0] + e.Output[0] + e.Trained[0], e.Prompt[1] + e.Output[1] + e.Trained[1]}
}

// Exact says whether the number of calls depends on nothing that is not known yet.
func (e Estimate) Exact() bool { return e.Calls[0] == e.Calls[1] && !e.Open }

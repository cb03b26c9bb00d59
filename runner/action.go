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
	Lines    []Line
	Files    []string  // that it reads, as the spec names them; line file.N is the hash of the N-th
	Pos      specs.Pos // where the spec asks for it
	Says     string    // one line for people: "sample 500 rows of topics.train"
	Estimate Estimate

	text string // what the key is the hash of
	key  Key
	uses []use
}

// Input is an edge of the plan: the artifact that a step knows under Name.
type Input struct {
	Name string
	From *Action
}

// Estimate is what a step is expected to take, and at most takes: [expected, at most].
type Estimate struct {
	Calls  [2]int64
	Tokens [2]int64
	USD    [2]float64
	Exact  bool // nothing upstream depends on data that is not known yet, so both numbers agree
}

// Add sums two estimates; the sum is exact when both are.
func (e Estimate) Add(o Estimate) Estimate {
	for i := range 2 {
		e.Calls[i] += o.Calls[i]
		e.Tokens[i] += o.Tokens[i]
		e.USD[i] += o.USD[i]
	}
	e.Exact = e.Exact && o.Exact
	return e
}

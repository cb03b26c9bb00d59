// Package steps is THE VERBS: one file per kind of method, judge and step, and
// the lists of them. A user names methods, judges and evals; Compile lowers
// those to steps of the runner, and the steps do the work against a backend.
//
// In the order of an experiment:
//
//	steps.go              the catalogues
//	words.go              the words of expressions
//	compile.go lower.go   experiment -> plan; methods and models -> policies
//	refuse.go             what this release does not carry out
//	settings.go vars.go   settings and vars -> lines of a key
//	policy.go asking.go   what answers: a model, and how it is asked (messages.go: as stored)
//	entry*.go read.go     an entry of data, and the step: its rows
//	run_table.go          source: a table of a finished run
//	table.go in_order.go  tables of artifacts; work on all cores with results in order
//	widths.go estimate.go how long texts are, and so what steps take
//	foresee.go spend.go   what earlier runs teach about that; what a request takes
//	made.go synthesize*.go answer.go huggingface.go  entries whose rows steps make
//	funnel.go clean.go    how many rows each stage leaves; without copies of what evals ask
//	examples.go           the few-shot examples that are shown
//	sample*.go answers.go step: ask a policy
//	judge.go criteria.go  step: judge samples; a rubric's program
//	accept.go score.go    the judges (pairwise.go: of two answers)
//	referee.go ruling.go  a judge inside a running step, and what it says (tally.go: how soundly)
//	assessor.go worded.go a model that judges; inquiry.go question.go neutral.go said.go: what it reads and says
//	judge_step.go         step: verdicts of a referee
//	prompt.go             method: a model with a prompt
//	sft.go                method: supervised fine-tuning
//	tune*.go rate.go      its step; learning_rate: auto
//	monitor.go watch*.go  what a policy in training is worth
//	expert_iteration.go   method: sample, judge, keep, train, again
//	keep.go               step: what of the judged samples is trained on
//	select.go mix.go      methods: the best of several (settled.go: asked later); several at once
//	planned.go            what comes later and is planned: with
//	                      training.go dpo.go ditto.go reward_model.go rlaif.go best_of_n.go
//	eval.go compare.go    an eval, and the step that compares its methods
//	panel*.go             the step that looks for what no judge of an eval was asked about
//	pretrain*.go          a model from scratch
package steps

import (
	"slices"

	"idiolect/backends"
	"idiolect/datasets"
	"idiolect/runner"
	"idiolect/specs"
)

// Method is a kind of method: its settings as a spec writes them, and how it
// becomes steps.
type Method interface {
	// Lower adds the steps that make the method's policy in the compiler's unit.
	// id is the path of what is made (methods.tuned), m the entry around the
	// settings.
	Lower(c *Compiler, id string, m *specs.Method) (*Policy, error)
}

// Trained is implemented by methods that train token by token, so that a
// backend which cannot is refused at the user's line.
type Trained interface {
	// Tune adds the step that trains; id is the path of what is made.
	Tune(c *Compiler, id string, t Training) (*Policy, error)
	// Takes says what it trains on: the whole of a completion, its extract, or
	// pairs of a better one and a worse one.
	Takes() string
	// Begins is the model that the spec names inside a nested method; its ID is
	// "" when it names none.
	Begins() specs.ModelRef
}

// Training is one training of a policy on rows.
type Training struct {
	Start   *Policy        // what it begins with; its prompt is how the trained policy will be asked
	Worn    *Asking        // how it is asked while it trains
	Data    *runner.Action // the rows, with what is trained on as their output
	Monitor *monitor       // evaluates it meanwhile; nil: nothing does
	rows    volume
	split   string   // of the rows
	target  string   // extract: what Worn extracts of the rows' output
	steps   [2]int64 // of the optimizer, [expected, at most]
	rank    int      // of adapters; 0: all weights
}

// Judge is a kind of judge.
type Judge interface {
	// Decide makes the judge's program from a rubric. Models that judge come
	// with a later kind of step.
	Decide(r *specs.Rubric) (Decide, error)
	// Title says what the judge decides, for the plan.
	Title() string
	// Label is the column in which rows hold a person's own verdict of this kind:
	// accepted, score or preference.
	Label() string
}

// Methods lists the kinds of methods in the order in which people meet them.
func Methods() specs.Catalog[Method] {
	return specs.Catalog[Method]{
		prompt(),          // ask better
		sft(),             // imitate given answers
		expertIteration(), // imitate one's own answers that a judge accepted
		dpo(),             // prefer the better of two answers
		ditto(),           // prefer demonstrations to one's own answers
		rewardModel(),     // learn to judge
		rlaif(),           // please a judge
		bestOfN(),         // draft, and let a judge pick
		selection(),       // the best of several
		mix(),             // several at once
	}
}

// Judges lists the kinds of judges.
func Judges() specs.Catalog[Judge] {
	return specs.Catalog[Judge]{
		accept(),   // yes or no, with the reason
		score(),    // from 0 to 1, by criteria
		pairwise(), // which of two
	}
}

// Sources lists the sources of data: those that read files, those that combine
// others, the tables of runs, and what steps make.
func Sources() specs.Catalog[any] {
	return slices.Concat(specs.Erase(datasets.Sources()), specs.Erase(datasets.Combinations()), specs.Erase(specs.Catalog[datasets.Source]{runTable()}),
		specs.Erase(Makers()))
}

// Language is what a spec can say with these steps, these sources and machines.
func Language(machines Machines) specs.Language {
	return specs.Language{
		Sources:  Sources(),
		Methods:  specs.Erase(Methods()),
		Judges:   specs.Erase(Judges()),
		Backends: machines.Names(),
		Words:    Words(),
	}
}

// Machines are the backends of an experiment, in the order in which a message
// lists them.
type Machines []backends.Backend

// Names lists the backends.
func (m Machines) Names() []string {
	names := make([]string, len(m))
	for i, b := range m {
		names[i] = b.Name()
	}
	return names
}

// Find returns the backend of that name.
func (m Machines) Find(name string) (backends.Backend, bool) {
	for _, b := range m {
		if b.Name() == name {
			return b, true
		}
	}
	return nil, false
}

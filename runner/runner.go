// Package runner is THE PLAN: it turns a graph of steps into artifacts, once.
//
// A [Builder] collects the actions of an experiment into a [Plan], a value that can be printed and
// compared before anything is paid for. Every [Action] has a [Key], the hash of a readable text that
// says all that decides its result, so the whole plan is known before the first step runs. [Execute]
// runs what the [Store] does not hold yet, journals every finished row, and puts each artifact in
// place by one rename. A [Dir] is the directory of one run, where people find the results.
//
//	action.go builder.go key.go    a node of the plan, how nodes are collected, what their keys hash
//	plan.go mermaid.go             the plan, as a value, as plan.json and drawn
//	status.go previous.go          what of it is cached and why not, what the last run had
//	change.go explain.go           what differs between a step and its earlier form
//	changes.go                     what differs between a plan and an earlier run's
//	execute.go queue.go make.go    the scheduler; one action made
//	brake.go budget.go             what ends a run softly: Ctrl-C, and limits on what it uses
//	rows.go journal.go record.go   work row by row that survives the death of the process
//	failing.go                     rows that all fail end their step
//	checkpoint.go                  training that survives it
//	store.go artifact.go draft.go  artifacts at rest; one being made, and its commit
//	disk.go                        files put in place whole and durable
//	inventory.go gc.go             what the store holds, and what of it nobody refers to
//	recorded.go past.go            a plan.json that was read; the same as a plan, to look at
//	one.go                         one step of it, run by itself
//	dir.go publish.go event.go     the run directory, what it holds and is told
//	published.go                   what it has of the store, verified
//	runs.go spent.go               finding the runs there are; what one used of its budget
//	times.go                       how long the steps of a run took
//
// It knows no ML: what a step does, which model it asks and what its rows mean is none of its business.
package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"idiolect/internal/fail"
)

// Step is one unit of work. Run reads r.In, writes r.Create and returns; it must be idempotent, since
// it is run again after the death of a process, and two processes may run it at once.
type Step interface {
	Run(ctx context.Context, r *Run) error
}

// ErrStopped is returned by a step that left work undone because [Run.Stopping] was closed. The step
// is not a failure; running the plan again goes on where it stopped.
var ErrStopped = errors.New("stopped before it was finished")

// Run is what a step may touch: its input artifacts, the artifact it makes, its journal and checkpoints,
// and whom to tell. It is safe for several goroutines and lives as long as the step's Run method.
type Run struct {
	action  *Action
	inputs  map[string]*Artifact
	draft   *draft
	journal *journal
	options *Options
	store   *Store
	send    func(Event)
	pace    pace
	brake   *brake
	ledger  *ledger
	tab     tab
}

// ID is the step's path in the spec. A step that stands for several has the first one's.
func (r *Run) ID() string { return r.action.ID }

// Key is the key of the artifact being made. Ids of rows are derived from it.
func (r *Run) Key() Key { return r.action.Key() }

// In is the artifact of the input with that name. A name that is not an input is a bug in the step's
// lowering, so it panics.
func (r *Run) In(name string) *Artifact {
	a, ok := r.inputs[name]
	if !ok {
		panic(fmt.Sprintf("runner: step %s has no input %q", r.action.ID, name))
	}
	return a
}

// Create makes a file of the artifact; the name may have folders, separated by slashes. The file counts
// once its writer is closed without error, and the artifact once Run has returned nil. The first
// Parquet file created is the step's table: people find it as artifacts/<step>.parquet.
func (r *Run) Create(file string) (io.WriteCloser, error) { return r.draft.create(file, false) }

// CreateVolatile is Create for a file that holds what a clock measures (latencies, attempts). It is
// verified like any other file, but two runs of the same plan need not agree on it.
func (r *Run) CreateVolatile(file string) (io.WriteCloser, error) { return r.draft.create(file, true) }

// Progress tells people how far the step is. total 0 means that nobody knows.
func (r *Run) Progress(done, total int, note string) {
	r.send(Event{Kind: Progress, Step: r.action.ID, Done: done, Total: total, Note: note, Used: r.tab.total()})
}

// Log tells people one line about the step.
func (r *Run) Log(format string, args ...any) {
	r.send(Event{Kind: Log, Step: r.action.ID, Note: fmt.Sprintf(format, args...)})
}

// Event records something of the step's own kind, for the run's events file. The runner owns fields
// from here on.
func (r *Run) Event(kind string, fields map[string]any) {
	r.send(Event{Kind: kind, Step: r.action.ID, Fields: fields})
}

// Stopping is closed when the run should end soon: the step finishes what is in flight, starts nothing
// new and returns [ErrStopped]. The context ends only when it must stop at once.
func (r *Run) Stopping() <-chan struct{} { return r.brake.stopping() }

// Point marks a place where a test may let the process die; the step returns the error as it is.
func (r *Run) Point(name string) error { return fail.Point(r.options.Fail, name) }

func (r *Run) stopping() bool { return r.brake.why() != nil }

func (r *Run) now() time.Time { return r.options.Now() }

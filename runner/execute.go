package runner

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"idiolect/internal/fail"
)

// Options say how a plan is executed. The zero value is the usual way.
type Options struct {
	Workers int             // steps at once; 0 is one per processor
	Fresh   map[string]bool // ids of steps to make again, with all that depends on them; what there is is set aside
	Only    []string        // ids of the steps to run, with all that they need; empty is the whole plan
	Events  func(Event)     // is told what happens, one event at a time

	// Stop, when closed, ends the run soon: no step is started, those that run finish what is in flight.
	Stop <-chan struct{}

	Budget   Budget             // the run ends before it would use more; zero is no limit
	Spent    Budget             // what earlier processes used of it
	Spending func(Budget) error // is told what will have been used at most, before a request is sent
	// KeepGoing goes on with a step whose rows all fail; else it ends with its first ones. See [Failing].
	KeepGoing bool

	CheckpointEvery time.Duration    // 0 is 20 seconds, negative is at every chance
	Now             func() time.Time // of events and checkpoints; nil is time.Now
	Fail            fail.Injector    // for tests; nil is none
}

// Result counts the steps of a plan by how they ended.
type Result struct {
	Done    int // ran, and their artifact is in the store
	Cached  int // were there already
	Failed  int // ended with an error
	Skipped int // need one that failed
	Stopped int // were interrupted, or not begun because the run was
	Left    int // were not asked for (Options.Only)

	Spent  Budget           // by this process and, with Options.Spent, the earlier ones
	Errors map[string]error // by step id: of the failed ones their error, of the skipped ones its cause
}

// Execute makes every artifact of the plan that the store does not have. Independent steps run at once. A
// failed step stops what depends on it and nothing else.
//
// The error joins those of the failed steps in the order of the plan, each as "step ID: ...". It is
// context.Cause(ctx) when the context ended, [ErrStopped] when Options.Stop did, and matches [ErrBudget]
// when the budget was used up; the same call goes on from there. The result is never nil.
func Execute(ctx context.Context, p *Plan, s *Store, o Options) (*Result, error) {
	e, release := newExecution(p, s, &o)
	defer release()
	err := e.ready(ctx)
	if err == nil {
		err = e.prepare()
	}
	if err != nil {
		return &Result{Errors: map[string]error{}, Spent: o.Spent}, err
	}
	return e.run(ctx, newQueue(p, e.wanted, o.Workers))
}

// run works a queue off.
func (e *execution) run(ctx context.Context, q *queue) (*Result, error) {
	e.send(Event{Kind: Planned, Total: len(e.wanted)})
	stopped := q.run(ctx, e.brake, func(n *node) { e.make(ctx, n) }, e.tell)
	result, err := e.result(q)
	if stopped != nil && result.Stopped > 0 {
		err = errors.Join(stopped, err)
	}
	e.send(Event{Kind: Finished, Done: result.Done + result.Cached, Total: len(e.wanted), Err: err})
	return result, err
}

func (o *Options) setDefaults() {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.CheckpointEvery == 0 {
		o.CheckpointEvery = 20 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}

// execution is one call of Execute.
type execution struct {
	*sender
	plan    *Plan
	store   *Store
	options *Options
	wanted  map[*Action]bool
	brake   *brake
	ledger  *ledger
}

// newExecution starts the clock of the wall time; release ends what watches it.
func newExecution(p *Plan, s *Store, o *Options) (e *execution, release func()) {
	o.setDefaults()
	begun := o.Now()
	wall := func() time.Duration { return o.Spent.Wall + o.Now().Sub(begun) }
	e = &execution{plan: p, store: s, options: o, sender: &sender{to: o.Events, now: o.Now}}
	e.ledger = &ledger{limit: o.Budget, wall: wall, keep: o.Spending, used: o.Spent.Usage, settled: make(chan struct{})}
	e.brake, release = newBrake(o.Stop, o.Budget.Wall, o.Spent.Wall)
	return e, release
}

// ready makes the store's directories, and waits for a collection that decides what to delete.
func (e *execution) ready(ctx context.Context) error {
	if err := e.store.create(); err != nil {
		return err
	}
	return e.store.await(ctx, e.brake)
}

// prepare finds the wanted steps, sets aside what is to be made again, and clears away what dead
// processes left.
func (e *execution) prepare() error {
	all := map[*Action]bool{}
	for _, a := range e.plan.Actions {
		all[a] = true
	}
	e.wanted = all
	if len(e.options.Only) > 0 {
		named, err := e.plan.named(e.options.Only)
		if err != nil {
			return err
		}
		e.wanted = e.plan.upstream(named)
	}
	var fresh []string
	for id, yes := range e.options.Fresh {
		if yes {
			fresh = append(fresh, id)
		}
	}
	again, err := e.plan.named(fresh)
	if err != nil {
		return err
	}
	for a := range e.plan.downstream(again) {
		if e.wanted[a] && e.store.Has(a.Key()) {
			if err := e.store.SetAside(a.Key()); err != nil {
				return err
			}
		}
	}
	return e.store.sweep()
}

// tell says how a step ended.
func (e *execution) tell(n *node) {
	e.send(Event{Kind: n.outcome, Step: n.action.ID, Err: n.err, Used: n.used})
}

// result adds up. Errors come in the order of the plan, whatever order the steps ended in.
func (e *execution) result(q *queue) (*Result, error) {
	r := &Result{Errors: map[string]error{}, Left: len(e.plan.Actions) - len(e.wanted), Spent: e.ledger.spent()}
	var failed []error
	for _, n := range q.nodes {
		switch n.outcome {
		case Done:
			r.Done++
		case Cached:
			r.Cached++
		case Failed:
			r.Failed++
			r.Errors[n.action.ID] = n.err
			failed = append(failed, fmt.Errorf("step %s: %w", n.action.ID, n.err))
		case Skipped:
			r.Skipped++
			r.Errors[n.action.ID] = n.err
		default:
			r.Stopped++
		}
	}
	return r, errors.Join(failed...)
}

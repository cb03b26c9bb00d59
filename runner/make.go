package runner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
)

// make gives the action's artifact a place in the store, if it has none, and says how that ended.
func (e *execution) make(ctx context.Context, n *node) {
	cached, err := e.cached(n.action)
	switch {
	case err != nil:
		n.outcome, n.err = Failed, err
		return
	case cached:
		n.outcome = Cached
		return
	}
	e.send(Event{Kind: Started, Step: n.action.ID, Note: n.action.Says})
	err = e.step(ctx, n)
	switch {
	case err == nil:
		n.outcome = Done
	case e.store.Has(n.action.Key()):
		// Another process made it meanwhile and cleared away the partial work under our feet.
		n.outcome = Cached
	case ctx.Err() != nil || errors.Is(err, ErrStopped) || errors.Is(err, ErrBudget):
		n.outcome, n.err = Stopped, err
	default:
		n.outcome, n.err = Failed, err
	}
}

// cached says whether the store has the artifact and it is sound. A damaged one is set aside to be made
// again: found now, it costs one step; found by the step that reads it, it would cost the run.
func (e *execution) cached(a *Action) (bool, error) {
	art, err := e.store.Open(a.Key())
	if err == nil {
		err = art.Verify()
	}
	var damaged *DamagedError
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case errors.As(err, &damaged):
		e.send(Event{Kind: Log, Step: a.ID, Note: damaged.Error() + "; set aside and made again"})
		return false, e.store.SetAside(a.Key())
	}
	return false, err
}

// step runs a step and commits what it made.
func (e *execution) step(ctx context.Context, n *node) (err error) {
	a := n.action
	inputs := make(map[string]*Artifact, len(a.Inputs))
	for _, in := range a.Inputs {
		if inputs[in.Name], err = e.store.Open(in.From.Key()); err != nil {
			return fmt.Errorf("input %s: %w", in.Name, err)
		}
	}
	r := &Run{
		action: a, inputs: inputs, options: e.options, store: e.store, send: e.send, brake: e.brake, ledger: e.ledger,
		draft:   &draft{store: e.store, key: a.Key(), text: a.KeyText(), fail: e.options.Fail},
		journal: newJournal(e.store.partial(a.Key()), e.options.Fail),
	}
	r.pace.last = r.now()
	err = a.Step.Run(ctx, r)
	r.tab.close(e.ledger)
	n.used = r.tab.total()
	if closed := r.journal.close(); err == nil {
		err = closed
	}
	if err == nil {
		err = r.draft.commit()
	}
	if err != nil {
		r.draft.discard()
	}
	return err
}

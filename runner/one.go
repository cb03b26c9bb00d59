package runner

import (
	"context"
	"fmt"
)

// MissingInputError is why a step cannot be run by itself: the store lacks what it reads.
type MissingInputError struct{ Step, Input string }

func (e *MissingInputError) Error() string {
	return fmt.Sprintf("step %s: its input %s is not in the store - make that step first", e.Step, e.Input)
}

// ExecuteStep makes the artifact of one step, whose inputs are in the store, and of no other. That it is
// there already is fine, and so is another process that makes it at the same time: the first to finish
// wins, and both have the same bytes. Options.Only and Fresh are not looked at; else it is as [Execute].
func ExecuteStep(ctx context.Context, p *Plan, s *Store, id string, o Options) (*Result, error) {
	e, release := newExecution(p, s, &o)
	defer release()
	nothing := &Result{Errors: map[string]error{}, Spent: o.Spent}
	named, err := p.named([]string{id})
	if err != nil {
		return nothing, err
	}
	e.wanted = named
	if err := e.ready(ctx); err != nil {
		return nothing, err
	}
	n := &node{}
	for n.action = range named {
	}
	if err := e.supplied(n.action); err != nil {
		return nothing, err
	}
	return e.run(ctx, &queue{nodes: []*node{n}, ready: readyHeap{n}, workers: 1})
}

// supplied says whether the step has its artifact, or else sound inputs to make it from.
func (e *execution) supplied(a *Action) error {
	made, err := e.cached(a)
	if made || err != nil {
		return err
	}
	for _, in := range a.Inputs {
		switch made, err := e.cached(in.From); {
		case err != nil:
			return err
		case !made:
			return &MissingInputError{a.ID, in.From.ID}
		}
	}
	return nil
}

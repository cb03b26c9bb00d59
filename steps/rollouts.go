package steps

import (
	"context"
	"fmt"

	"idiolect/backends"
	"idiolect/runner"
	"idiolect/runner/tables"
)

// rollouts asks the policy that is in training, as it is now. Every answer is
// journaled under the round, so that a training which died asks for none again.
func (t *tuning) rollouts(ctx context.Context, round string, asks []ask) ([]answer, error) {
	current, err := t.trainer.Sampler(ctx)
	if err != nil {
		return nil, err
	}
	defer current.Close()
	return t.answers(ctx, round, current, asks)
}

// answers asks a sampler that the start policy's settings and limits hold for.
func (t *tuning) answers(ctx context.Context, round string, sampler backends.Sampler, asks []ask) ([]answer, error) {
	sampler = t.Start.Limits.Sampler(sampler)
	drawer := &sampleStep{sampling: sampling{policy: t.Start}, settings: merge(t.Start.Sampling, nil)}
	key := func(i int) string { return fmt.Sprintf("%s/%s/%d", round, asks[i].row.RowKey, asks[i].replicate) }
	out, err := runner.Rows(ctx, t.r, len(asks), key, func(ctx context.Context, todo []int, emit func(int, answer) error) error {
		for len(todo) > 0 {
			select {
			case <-t.r.Stopping():
				return runner.ErrStopped
			default:
			}
			n, err := drawer.draw(ctx, t.r, sampler, asks, todo[:min(chunk, len(todo))], emit)
			if err != nil {
				return err
			}
			todo = todo[n:]
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i, a := range out {
		call := drawer.call(string(t.r.Key()), asks[i].row.RowKey, asks[i].replicate, a)
		call.ID = tables.ID(string(t.r.Key()), key(i), 0)
		t.calls = append(t.calls, call)
	}
	return out, nil
}

// spoke is an answer that was sampled, as tokens: exactly those that were drawn, and
// the one that ended it. An answer that did not end teaches no end.
func spoke(r backends.Renderer, a ask, c backends.Completion) (*utterance, []float32, error) {
	prompt, err := r.Prompt(a.messages)
	if err != nil {
		return nil, nil, err
	}
	said, logprobs := c.Tokens, c.Logprobs
	if c.End != nil {
		said = append(said[:len(said):len(said)], c.End.Token)
		logprobs = append(logprobs[:len(logprobs):len(logprobs)], c.End.Logprob)
	}
	if len(said) == 0 || len(logprobs) != len(said) {
		return nil, nil, fmt.Errorf("an answer of %d tokens with %d logprobs - the backend has to tell those of each, to train on them", len(said), len(logprobs))
	}
	all := append(prompt[:len(prompt):len(prompt)], said...)
	s := &utterance{Datum: backends.Datum{Tokens: all[:len(all)-1], Targets: all[1:], Weights: make([]float32, len(all)-1)}}
	for i := range said {
		s.Weights[len(prompt)-1+i] = 1
	}
	return s, logprobs, nil
}

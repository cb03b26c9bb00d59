package steps

import (
	"context"
	"errors"
	"time"

	"idiolect/backends"
	"idiolect/runner"
)

// answer is what the journal keeps of a call.
type answer struct {
	Completion backends.Completion `json:"completion"`
	Error      string              `json:"error,omitempty"`
	Start      time.Time           `json:"start"`
	Latency    time.Duration       `json:"latency"`
}

// Failure is why there is no completion.
func (a answer) Failure() string { return a.Error }

// chunk bounds how much is in flight at once, so that an interrupted run stops soon.
const chunk = 512

// answers asks n things of the policy's model, each once whatever happens in
// between. send sends as many of todo, from the first, as the budget has room for
// now, and says how many.
func (p *Policy) answers(ctx context.Context, r *runner.Run, n int, key func(i int) string, send func(ctx context.Context, todo []int, emit func(int, answer) error) (int, error)) ([]answer, error) {
	return runner.Rows(ctx, r, n, key, func(ctx context.Context, todo []int, emit func(int, answer) error) error {
		most := chunk
		if !p.Info.Free { // a few at first, which may all fail
			most = runner.Probe
		}
		for ; len(todo) > 0; most = chunk {
			select {
			case <-r.Stopping():
				return runner.ErrStopped
			default:
			}
			n, err := send(ctx, todo[:min(most, len(todo))], emit)
			if err != nil {
				return err
			}
			todo = todo[n:]
		}
		return nil
	})
}

// draw sends as many requests, from the first, as the budget has room for now,
// and says how many.
func (p *Policy) draw(ctx context.Context, r *runner.Run, sampler backends.Sampler, reqs []backends.Request, emit func(i int, a answer) error) (int, error) {
	most := make([]runner.Usage, len(reqs))
	for i, req := range reqs {
		most[i] = p.most(req)
	}
	settle, err := r.ReserveSome(ctx, most)
	if err != nil {
		return 0, err
	}
	start := time.Now()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	err = sampler.Sample(ctx, reqs[:len(settle)], func(i int, c backends.Completion, err error) {
		settle[i](p.used(reqs[i], c, err))
		a := answer{Completion: c, Start: start, Latency: time.Since(start)}
		if err != nil {
			a.Error = err.Error()
		}
		if err := emit(i, a); err != nil {
			cancel(err)
		}
	})
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return 0, cause
	}
	return len(settle), err
}

// weigh is draw for the log probabilities of words that might be said: an answer
// has that of each word of its request, in their order, as its Logprobs. A word is
// the tokens that begin an answer with it, so that what comes after is not asked.
func (p *Policy) weigh(ctx context.Context, r *runner.Run, sampler backends.Sampler, asked []worded, emit func(i int, a answer) error) (int, error) {
	items := make([]weighing, len(asked))
	most := make([]runner.Usage, len(asked))
	for i, w := range asked {
		items[i] = w.weighing(sampler.Renderer())
		most[i] = p.usage(items[i].tokens, 0)
	}
	settle, err := r.ReserveSome(ctx, most)
	if err != nil {
		return 0, err
	}
	items = items[:len(settle)]
	start := time.Now()
	var all []backends.Datum
	for _, it := range items {
		all = append(all, it.data...)
	}
	scored, err := sampler.Logprobs(ctx, all)
	if err != nil && ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	for i, it := range items {
		a := answer{Start: start}
		switch {
		case it.err != nil:
			a.Error = it.err.Error()
		case err == nil:
			a.Completion, scored = it.read(scored[:len(it.data)]), scored[len(it.data):]
		default: // one of them spoilt it for all
			own, err := sampler.Logprobs(ctx, it.data)
			if err != nil {
				a.Error = err.Error()
			} else {
				a.Completion = it.read(own)
			}
		}
		used := p.usage(it.tokens, 0)
		if a.Error != "" {
			used = runner.Usage{Calls: 1}
		}
		settle[i](used)
		a.Latency = time.Since(start)
		if err := emit(i, a); err != nil {
			return 0, err
		}
	}
	return len(items), nil
}

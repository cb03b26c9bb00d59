package backends

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"
)

// Limits hold what is asked of one model within what its service allows, over
// all steps that ask it at once. A nil *Limits allows everything. It is safe for
// concurrent use.
type Limits struct {
	slots    *semaphore.Weighted // nil: any number of requests in flight
	requests *rate.Limiter       // nil: any number a minute
	tokens   *rate.Limiter
}

// NewLimits allows so many requests in flight, requests a minute and tokens a
// minute; 0 is any number. Tokens are counted before they are there: a prompt as
// one per four bytes, which is what English text has, and a completion as long
// as it may become.
func NewLimits(inFlight, requestsPerMinute, tokensPerMinute int) *Limits {
	if inFlight == 0 && requestsPerMinute == 0 && tokensPerMinute == 0 {
		return nil
	}
	l := &Limits{}
	if inFlight > 0 {
		l.slots = semaphore.NewWeighted(int64(inFlight))
	}
	if requestsPerMinute > 0 {
		l.requests = perMinute(requestsPerMinute)
	}
	if tokensPerMinute > 0 {
		l.tokens = perMinute(tokensPerMinute)
	}
	return l
}

// perMinute begins full and holds what a second brings, at least one: a minute
// never sees more than a second's worth above its number.
func perMinute(n int) *rate.Limiter {
	return rate.NewLimiter(rate.Limit(float64(n)/60), max(1, n/60))
}

// Sampler is s within the limits; its Close closes s.
func (l *Limits) Sampler(s Sampler) Sampler {
	if l == nil {
		return s
	}
	return &limited{Sampler: s, limits: l}
}

type limited struct {
	Sampler
	limits *Limits
}

// Sample sends requests on as the limits let them pass, several at once where
// several may.
func (s *limited) Sample(ctx context.Context, reqs []Request, done func(i int, c Completion, err error)) error {
	var mu sync.Mutex // done is called from one goroutine at a time
	g, inner := errgroup.WithContext(ctx)
	for next := 0; next < len(reqs); {
		n, err := s.limits.admit(inner, reqs[next:])
		if err != nil {
			return errors.Join(g.Wait(), err)
		}
		first := next
		next += n
		g.Go(func() error {
			left := n // requests whose slot was not given back yet
			defer func() { s.limits.release(left) }()
			return s.Sampler.Sample(inner, reqs[first:first+n], func(i int, c Completion, err error) {
				mu.Lock()
				defer mu.Unlock()
				left--
				s.limits.release(1)
				done(first+i, c, err)
			})
		})
	}
	return g.Wait()
}

// Logprobs sends data on as the limits let them pass, one after the other.
func (s *limited) Logprobs(ctx context.Context, data []Datum) ([][]float32, error) {
	reqs := make([]Request, len(data))
	for i, d := range data {
		reqs[i] = Request{Tokens: d.Tokens}
	}
	out := make([][]float32, 0, len(data))
	for len(out) < len(data) {
		n, err := s.limits.admit(ctx, reqs[len(out):])
		if err != nil {
			return nil, err
		}
		got, err := s.Sampler.Logprobs(ctx, data[len(out):len(out)+n])
		s.limits.release(n)
		if err != nil {
			return nil, err
		}
		out = append(out, got...)
	}
	return out, nil
}

// admit waits until the first of the requests may be sent and says how many may
// go with it.
func (l *Limits) admit(ctx context.Context, reqs []Request) (n int, err error) {
	for n < len(reqs) {
		if l.slots != nil {
			if n > 0 && !l.slots.TryAcquire(1) {
				break
			}
			if n == 0 {
				if err := l.slots.Acquire(ctx, 1); err != nil {
					return 0, err
				}
			}
		}
		if err := l.pace(ctx, reqs[n]); err != nil {
			l.release(n + 1)
			return 0, err
		}
		n++
		if l.requests != nil || l.tokens != nil {
			break // each goes when its turn comes
		}
	}
	return n, nil
}

// pace waits until a minute's numbers let the request pass.
func (l *Limits) pace(ctx context.Context, r Request) error {
	if l.requests != nil {
		if err := l.requests.Wait(ctx); err != nil {
			return err
		}
	}
	if l.tokens == nil {
		return nil
	}
	for left := weightOf(r); left > 0; { // more than a second's worth is waited for piece by piece
		part := min(left, l.tokens.Burst())
		if err := l.tokens.WaitN(ctx, part); err != nil {
			return err
		}
		left -= part
	}
	return nil
}

func (l *Limits) release(n int) {
	if l.slots != nil && n > 0 {
		l.slots.Release(int64(n))
	}
}

// weightOf is how many tokens a request may take.
func weightOf(r Request) int {
	n := len(r.Tokens) + r.MaxTokens
	for _, m := range r.Messages {
		n += (len(m.Content) + 3) / 4
	}
	return n
}

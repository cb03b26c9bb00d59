package backends

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// slow answers every request after a second of its own.
type slow struct {
	Sampler
	mu               sync.Mutex
	inFlight, widest int
}

func (s *slow) Sample(ctx context.Context, reqs []Request, done func(int, Completion, error)) error {
	s.mu.Lock()
	s.inFlight += len(reqs)
	s.widest = max(s.widest, s.inFlight)
	s.mu.Unlock()
	for i := range reqs {
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return ctx.Err()
		}
		s.mu.Lock()
		s.inFlight--
		s.mu.Unlock()
		done(i, Completion{Text: reqs[i].Messages[0].Content}, nil)
	}
	return nil
}

func ask(n int) []Request {
	reqs := make([]Request, n)
	for i := range reqs {
		reqs[i] = Request{Messages: []Message{{Role: "user", Content: string(rune('a' + i))}}, MaxTokens: 9}
	}
	return reqs
}

// Two steps that ask the same model share its limit, and every answer comes to who asked.
func TestLimitInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slow{}
		l := NewLimits(3, 0, 0)
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				reqs, got := ask(20), map[int]string{}
				err := l.Sampler(s).Sample(t.Context(), reqs, func(i int, c Completion, err error) { got[i] = c.Text })
				if err != nil || len(got) != 20 {
					t.Errorf("%d answers, %v", len(got), err)
				}
				for i, text := range got {
					if text != reqs[i].Messages[0].Content {
						t.Errorf("answer %d is %q", i, text)
					}
				}
			})
		}
		wg.Wait()
		if s.widest != 3 {
			t.Errorf("%d requests were in flight, 3 are allowed", s.widest)
		}
	})
}

// Requests and tokens a minute are held over time.
func TestLimitPerMinute(t *testing.T) {
	for name, c := range map[string]struct {
		limits *Limits
		least  time.Duration // that 120 requests of 10 tokens take
	}{
		"requests": {NewLimits(0, 60, 0), 118 * time.Second},
		"tokens":   {NewLimits(0, 0, 600), 118 * time.Second},
		"both":     {NewLimits(5, 60, 300), 238 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun, n := time.Now(), 0
				var reqs []Request
				for range 6 {
					reqs = append(reqs, ask(20)...)
				}
				if err := c.limits.Sampler(&slow{}).Sample(t.Context(), reqs, func(int, Completion, error) { n++ }); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(begun); n != 120 || took < c.least || took > c.least+10*time.Second {
					t.Errorf("%d answers in %v, want about %v", n, took, c.least)
				}
			})
		})
	}
}

// A context that ends gives all slots back.
func TestLimitsGiveBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimits(2, 0, 0)
		ctx, cancel := context.WithTimeout(t.Context(), 3500*time.Millisecond)
		defer cancel()
		if err := l.Sampler(&slow{}).Sample(ctx, ask(20), func(int, Completion, error) {}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		if !l.slots.TryAcquire(2) {
			t.Error("slots were lost")
		}
	})
}

func TestNoLimits(t *testing.T) {
	s := &slow{}
	if got := NewLimits(0, 0, 0).Sampler(s); got != Sampler(s) {
		t.Errorf("%T", got)
	}
}

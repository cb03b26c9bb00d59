package runner

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"
)

// Usage is what requests cost.
type Usage struct {
	Calls   int64 `json:"calls,omitempty"`
	Tokens  int64 `json:"tokens,omitempty"`   // read and written
	NanoUSD int64 `json:"nano_usd,omitempty"` // billionths of a dollar
}

// Add sums two usages.
func (u Usage) Add(o Usage) Usage {
	return Usage{u.Calls + o.Calls, u.Tokens + o.Tokens, u.NanoUSD + o.NanoUSD}
}

func (u Usage) sub(o Usage) Usage {
	return u.Add(Usage{-o.Calls, -o.Tokens, -o.NanoUSD})
}

// Budget is what a run may use; a zero field is no limit. What it did use is told in the same numbers.
type Budget struct {
	Usage
	Wall time.Duration `json:"wall_nanos,omitempty"` // while a process was at work on the run
}

// ErrBudget is matched by the error of a run that a budget ended. The run goes on when it is run again
// with a higher limit.
var ErrBudget = errors.New("the budget is used up")

// BudgetError says which limit ended a run. Numbers are calls, tokens, nano-dollars or nanoseconds.
type BudgetError struct {
	Limit string // calls, tokens, usd or wall
	Of    int64  // the limit
	Used  int64
	Asked int64 // what the next request might have used besides; 0 for wall
}

// Is matches [ErrBudget].
func (e *BudgetError) Is(target error) bool { return target == ErrBudget }

func (e *BudgetError) Error() string {
	if e.Limit == "wall" {
		return fmt.Sprintf("budget.wall: %s of %s used", e.amount(e.Used), e.amount(e.Of))
	}
	return fmt.Sprintf("budget.%s: %s of %s used, and the next request may take %s", e.Limit, e.amount(e.Used), e.amount(e.Of), e.amount(e.Asked))
}

// Raised is a limit to go on with, as a spec writes it: twice as much, or what the next request needs.
func (e *BudgetError) Raised() string {
	more := max(2*e.Of, e.Used+e.Asked)
	switch e.Limit {
	case "usd":
		return strconv.FormatFloat(float64(more)/1e9, 'f', -1, 64)
	case "wall":
		return (time.Duration(more).Truncate(time.Second) + time.Second).String()
	}
	return strconv.FormatInt(more, 10)
}

func (e *BudgetError) amount(n int64) string {
	switch e.Limit {
	case "usd":
		return fmt.Sprintf("$%.4f", float64(n)/1e9)
	case "wall":
		return time.Duration(n).Round(time.Millisecond).String()
	}
	return fmt.Sprint(n)
}

// refuses says which limit `used` and `more` together would pass, nil for none.
func (b Budget) refuses(used, more Usage) *BudgetError {
	for _, l := range []BudgetError{
		{"calls", b.Calls, used.Calls, more.Calls}, {"tokens", b.Tokens, used.Tokens, more.Tokens}, {"usd", b.NanoUSD, used.NanoUSD, more.NanoUSD},
	} {
		if l.Of > 0 && l.Asked > 0 && l.Used+l.Asked > l.Of {
			return &l
		}
	}
	return nil
}

// ledger keeps what a run uses. A request is reserved at the most that it may take before it is sent, and
// settled at what it took, so no order of events passes a limit.
type ledger struct {
	limit Budget
	wall  func() time.Duration
	keep  func(Budget) error // writes down what may have been used once the reserved is; nil: nowhere

	mu       sync.Mutex
	used     Usage // earlier processes included
	inFlight Usage
	settled  chan struct{} // closed and replaced when something is settled
}

// reserve takes as many of the asks, from the first, as fit beside what is in flight. When not even one
// does it waits for others to settle for less, and refuses when that cannot help.
func (l *ledger) reserve(ctx context.Context, b *brake, asks []Usage) (n int, err error) {
	for {
		if err := b.why(); err != nil {
			return 0, err
		}
		n, wait, err := l.take(asks)
		if n > 0 || err != nil {
			return n, err
		}
		select {
		case <-wait:
		case <-b.stopping():
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
}

func (l *ledger) take(asks []Usage) (n int, wait <-chan struct{}, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var sum Usage
	for _, ask := range asks {
		if l.limit.refuses(l.used.Add(l.inFlight).Add(sum), ask) != nil {
			break
		}
		sum = sum.Add(ask)
		n++
	}
	if n == 0 {
		if refused := l.limit.refuses(l.used, asks[0]); refused != nil {
			return 0, nil, refused
		}
		return 0, l.settled, nil
	}
	if l.keep != nil {
		if err := l.keep(Budget{l.used.Add(l.inFlight).Add(sum), l.wall()}); err != nil {
			return 0, nil, err
		}
	}
	l.inFlight = l.inFlight.Add(sum)
	return n, nil, nil
}

func (l *ledger) settle(most, used Usage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inFlight, l.used = l.inFlight.sub(most), l.used.Add(used)
	close(l.settled)
	l.settled = make(chan struct{})
}

// spent is what the run used; what is in flight counts in full.
func (l *ledger) spent() Budget {
	l.mu.Lock()
	defer l.mu.Unlock()
	return Budget{l.used.Add(l.inFlight), l.wall()}
}

// tab is what one step of a run used and has in flight.
type tab struct {
	mu   sync.Mutex
	used Usage
	open map[*Usage]bool // reserved and not settled
}

// Reserve asks for leave to use at most `most`, before a request is sent. It waits while others have in
// flight what may leave room, and otherwise refuses with an error that matches [ErrBudget], which the step
// returns: the run ends with it. The caller calls settle once, with what was really used, and holds no
// other reservation while it waits for one. What is never settled counts in full when the step ends.
func (r *Run) Reserve(ctx context.Context, most Usage) (settle func(used Usage), err error) {
	all, err := r.ReserveSome(ctx, []Usage{most})
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// ReserveSome is [Run.Reserve] for requests that are sent together: it returns a settle for each of as
// many as there is room for now, from the first, and at least one.
func (r *Run) ReserveSome(ctx context.Context, most []Usage) (settle []func(used Usage), err error) {
	n, err := r.ledger.reserve(ctx, r.brake, most)
	if errors.Is(err, ErrBudget) {
		r.brake.pull(err)
	}
	if err != nil {
		return nil, err
	}
	settle = make([]func(Usage), n)
	for i := range settle {
		settle[i] = r.tab.reserved(r.ledger, most[i])
	}
	return settle, nil
}

func (t *tab) reserved(l *ledger, most Usage) func(used Usage) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open == nil {
		t.open = map[*Usage]bool{}
	}
	t.open[&most] = true
	return func(used Usage) {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.open[&most] {
			delete(t.open, &most)
			t.used = t.used.Add(used)
			l.settle(most, used)
		}
	}
}

// close counts in full what was not settled: whether a request that was given up is paid for, nobody here
// knows.
func (t *tab) close(l *ledger) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for most := range t.open {
		t.used = t.used.Add(*most)
		l.settle(*most, *most)
	}
	t.open = nil
}

func (t *tab) total() Usage {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.used
}

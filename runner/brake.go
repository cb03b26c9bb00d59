package runner

import (
	"context"
	"time"
)

// brake ends a run softly: nothing is started, what is in flight is finished. Options.Stop pulls it, and
// so does a budget that is used up; the first says why.
type brake struct {
	stop   <-chan struct{}
	soft   context.Context
	cancel context.CancelCauseFunc
}

// newBrake watches stop, and the clock when there is only so much wall time left; release ends that.
func newBrake(stop <-chan struct{}, wall, spent time.Duration) (b *brake, release func()) {
	b = &brake{stop: stop}
	b.soft, b.cancel = context.WithCancelCause(context.Background())
	begun := time.Now()
	used := func() error {
		return &BudgetError{Limit: "wall", Of: int64(wall), Used: int64(spent + time.Since(begun))}
	}
	var ring <-chan time.Time
	switch {
	case wall > 0 && spent >= wall:
		b.pull(used())
	case wall > 0:
		ring = time.After(wall - spent)
	}
	go func() {
		select {
		case <-stop:
			b.pull(ErrStopped)
		case <-ring:
			b.pull(used())
		case <-b.soft.Done():
		}
	}()
	return b, func() { b.cancel(nil) }
}

func (b *brake) pull(why error) { b.cancel(why) }

// stopping is closed once the brake is pulled. It asks stop itself, so that whoever looks after stop was
// closed sees it.
func (b *brake) stopping() <-chan struct{} {
	select {
	case <-b.stop:
		b.pull(ErrStopped)
	default:
	}
	return b.soft.Done()
}

// why says what pulled the brake, nil while nothing did.
func (b *brake) why() error {
	select {
	case <-b.stopping():
		return context.Cause(b.soft)
	default:
		return nil
	}
}

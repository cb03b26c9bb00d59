package local

import (
	"context"
	"sync"
)

// cores shares the machine between calls: a call waits until a core is free,
// then takes all that are. Two trainings side by side thus take turns step by
// step, and a single one has the whole machine. Results never depend on it.
type cores struct {
	most int
	mu   sync.Mutex
	free int
	wake chan struct{} // closed and replaced when cores come back
}

func newCores(n int) *cores { return &cores{most: n, free: n, wake: make(chan struct{})} }

// take waits for cores and returns how many it got, which the caller gives back.
func (c *cores) take(ctx context.Context) (int, error) {
	for {
		c.mu.Lock()
		if n := c.free; n > 0 {
			c.free = 0
			c.mu.Unlock()
			return n, nil
		}
		wake := c.wake
		c.mu.Unlock()
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-wake:
		}
	}
}

func (c *cores) give(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.free += n
	close(c.wake)
	c.wake = make(chan struct{})
}

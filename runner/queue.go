package runner

import (
	"container/heap"
	"context"
)

// queue is the scheduler. One goroutine owns it: it starts ready steps, earliest in the plan first, while
// fewer than workers run, and takes their outcomes one at a time.
type queue struct {
	nodes   []*node // in the order of the plan
	ready   readyHeap
	workers int
	running int
}

// node is an action being scheduled.
type node struct {
	action  *Action
	place   int // in the plan
	waits   int // inputs that are not there yet
	feeds   []*node
	outcome string // Done, Cached, Failed, Skipped or Stopped; empty until then
	err     error
	used    Usage
}

func newQueue(p *Plan, wanted map[*Action]bool, workers int) *queue {
	q := &queue{workers: workers}
	of := map[*Action]*node{}
	for _, a := range p.Actions {
		if !wanted[a] {
			continue
		}
		n := &node{action: a, place: len(q.nodes), waits: len(a.Inputs)}
		for _, in := range a.Inputs {
			of[in.From].feeds = append(of[in.From].feeds, n)
		}
		of[a] = n
		q.nodes = append(q.nodes, n)
		if n.waits == 0 {
			heap.Push(&q.ready, n)
		}
	}
	return q
}

// run works the queue off. do makes one action and sets its outcome; tell hears of every outcome. Once the
// context has ended or the brake is pulled nothing is started, and why is returned.
func (q *queue) run(ctx context.Context, b *brake, do, tell func(*node)) error {
	ended := make(chan *node)
	for {
		stopped := context.Cause(ctx)
		if stopped == nil {
			stopped = b.why()
		}
		for stopped == nil && q.running < q.workers && q.ready.Len() > 0 {
			n := heap.Pop(&q.ready).(*node)
			q.running++
			go func() { do(n); ended <- n }()
		}
		if q.running == 0 {
			return stopped
		}
		n := <-ended
		q.running--
		tell(n)
		q.settle(n, tell)
	}
}

// settle makes ready what waited only for n, or skips what needs it if it failed.
func (q *queue) settle(n *node, tell func(*node)) {
	for _, next := range n.feeds {
		switch n.outcome {
		case Done, Cached:
			if next.waits--; next.waits == 0 {
				heap.Push(&q.ready, next)
			}
		case Failed, Skipped:
			if next.outcome == "" { // else it needs another failed step too
				next.outcome, next.err = Skipped, n.cause()
				tell(next)
				q.settle(next, tell)
			}
		}
	}
}

// cause is why a step that needs n is skipped: the first failure, not the chain of skips behind it.
func (n *node) cause() error {
	if n.outcome == Skipped {
		return n.err
	}
	return &SkippedError{Cause: n.action.ID}
}

// SkippedError is why a step was not tried.
type SkippedError struct {
	Cause string // id of the step that failed
}

func (e *SkippedError) Error() string { return "skipped, because step " + e.Cause + " failed" }

// readyHeap orders ready steps by their place in the plan, so that one worker runs the plan as printed.
type readyHeap []*node

func (h readyHeap) Len() int           { return len(h) }
func (h readyHeap) Less(i, j int) bool { return h[i].place < h[j].place }
func (h readyHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *readyHeap) Push(n any)        { *h = append(*h, n.(*node)) }
func (h *readyHeap) Pop() any {
	old := *h
	n := old[len(old)-1]
	*h = old[:len(old)-1]
	return n
}

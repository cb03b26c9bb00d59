package engine

import (
	"math"
	"math/rand/v2"

	"idiolect/backends/local/engine/kernel"
)

// chooser draws the next token from a row of logits.
type chooser struct {
	kernels *kernel.Set
	probs   []float32   // [Vocab]
	heap    []candidate // ids by probability
	kept    []candidate
}

type candidate struct {
	p  float32
	id int32
}

func newChooser(k *kernel.Set) chooser { return chooser{kernels: k} }

// choose returns a token and its log-probability at temperature 1 among the ids not forbidden. The
// order is: forbid, temperature, top-k, top-p over what top-k left, and one random number u in [0, 1)
// that picks the first id whose cumulated probability exceeds u. It overwrites the logits.
func (c *chooser) choose(logits []float32, r *Request, random *rand.Rand) (id int32, logprob float32) {
	for _, id := range r.Forbid {
		logits[id] = float32(math.Inf(-1))
	}
	if r.Temperature == 0 {
		id = argmax(logits)
	} else {
		c.probs = append(c.probs[:0], logits...)
		lse := c.kernels.Softmax(c.probs, float32(1/r.Temperature))
		if r.TopK > 0 || r.TopP > 0 && r.TopP < 1 {
			c.truncate(r.TopK, r.TopP)
		}
		id = draw(c.probs, random.Float64())
		if r.Temperature == 1 {
			return id, logits[id] - lse
		}
	}
	logit := logits[id]
	return id, logit - c.kernels.Softmax(logits, 1)
}

func argmax(x []float32) int32 {
	best := 0
	for i, v := range x {
		if v > x[best] {
			best = i
		}
	}
	return int32(best)
}

// draw inverts the cumulative distribution of probs, which need not sum to 1, at u.
func draw(probs []float32, u float64) int32 {
	total := 0.0
	for _, p := range probs {
		total += float64(p)
	}
	mass, last := 0.0, 0
	for id, p := range probs {
		mass += float64(p)
		if mass > u*total {
			return int32(id)
		}
		if p > 0 {
			last = id
		}
	}
	return int32(last) // u*total rounded up to total
}

// truncate sets to zero every probability but those of the topK likeliest ids (0 means all) and,
// among these, of the shortest likeliest-first list that holds at least topP of their mass (nucleus
// sampling, Holtzman et al. 2020; 0 means all). Of equal probabilities the lower id goes first.
func (c *chooser) truncate(topK int, topP float64) {
	if topP == 0 {
		topP = 1
	}
	c.heap, c.kept = c.heap[:0], c.kept[:0]
	total := 0.0
	for id, p := range c.probs {
		if p > 0 {
			c.heap = append(c.heap, candidate{p, int32(id)})
			total += float64(p)
		}
	}
	for i := len(c.heap)/2 - 1; i >= 0; i-- {
		siftDown(c.heap, i)
	}
	mass := 0.0
	for len(c.heap) > 0 && (topK > 0 && len(c.kept) < topK || topK == 0 && mass < topP*total) {
		c.kept = append(c.kept, c.heap[0])
		mass += float64(c.heap[0].p)
		last := len(c.heap) - 1
		c.heap[0], c.heap = c.heap[last], c.heap[:last]
		siftDown(c.heap, 0)
	}
	if topK > 0 {
		total = mass
	}
	clear(c.probs)
	mass = 0
	for _, kept := range c.kept {
		c.probs[kept.id] = kept.p
		if mass += float64(kept.p); mass >= topP*total {
			break
		}
	}
}

// siftDown restores the order of a heap, the likeliest candidate on top, below i.
func siftDown(heap []candidate, i int) {
	for {
		top := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(heap); child++ {
			if before(heap[child], heap[top]) {
				top = child
			}
		}
		if top == i {
			return
		}
		heap[i], heap[top] = heap[top], heap[i]
		i = top
	}
}

func before(a, b candidate) bool { return a.p > b.p || a.p == b.p && a.id < b.id }

package steps

import (
	"math"

	"idiolect/internal/rng"
)

// epochs deals rows out in batches: every row once an epoch, in an order that is
// drawn anew for each, and no batch crosses epochs.
type epochs struct {
	n, size int // rows, and rows of a batch
	stream  *rng.Stream
	perm    []int // of the epoch that was drawn last
	drawn   int   // how many were
}

// per is the number of batches of an epoch.
func (e *epochs) per() int {
	per := e.n / e.size // not (n+size-1)/size: a size may be as large as an int is
	if e.n%e.size > 0 {
		per++
	}
	return per
}

// batch is the rows of step i, from 0. Steps are asked for in order; a resumed
// training draws the epochs before it again.
func (e *epochs) batch(i int) []int {
	for ; e.drawn <= i/e.per(); e.drawn++ {
		e.perm = e.stream.Perm(e.n)
	}
	from := i % e.per() * e.size
	return e.perm[from:min(e.n, from+min(e.size, e.n))]
}

// schedule is how a learning rate moves over a training.
type schedule struct {
	rate   float64 // the highest
	how    string  // linear, cosine, constant
	warmup int     // steps until it is reached
	final  float64 // share of it that it falls to
	steps  int
}

// at is the rate of step i, from 0.
func (s schedule) at(i int) float64 {
	rate := s.rate * min(1, float64(i+1)/float64(max(s.warmup, 1)))
	done := float64(i) / float64(s.steps)
	switch s.how {
	case "linear":
		rate *= 1 - float64((1-s.final)*done)
	case "cosine":
		rate *= s.final + float64((1-s.final)*(1+math.Cos(math.Pi*done))/2)
	}
	return rate
}

package engine

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync/atomic"
)

// workerSlots is how many completions one core carries at a time, and cacheFloats how much memory
// their keys and values may take before it carries fewer (512 MB a core).
const (
	workerSlots = 56
	cacheFloats = 1 << 27
)

// slots is how many completions of up to longest tokens one worker of several carries.
func (c Config) slots(longest, share int) int {
	perSlot := 2 * c.Layers * c.kvDim() * max(longest, 1)
	return max(1, min(workerSlots, share, cacheFloats/perSlot))
}

// slot is one completion in the making.
type slot struct {
	request int     // index; -1 when the slot is free
	tokens  []int32 // prompt and completion
	next    int     // position that the model reads next
	random  *rand.Rand
	result  Completion
}

// worker completes requests on one core, taking the next from a common list whenever a slot is free.
type worker struct {
	*decoder
	chooser
	reqs  []Request
	next  *atomic.Int64
	done  func(i int, c Completion)
	slots []slot
	rows  []row
}

func newWorker(s *Sampler, slots, longest int, reqs []Request, next *atomic.Int64, done func(int, Completion)) *worker {
	w := &worker{decoder: newDecoder(s, slots, longest), chooser: newChooser(s.rt.Kernels), reqs: reqs, next: next, done: done}
	w.slots = make([]slot, slots)
	for i := range w.slots {
		w.slots[i].request = -1
	}
	return w
}

// run returns when the list is empty and every slot is free, or with ctx's error.
func (w *worker) run(ctx context.Context) error {
	for ctx.Err() == nil {
		w.refill()
		w.plan()
		if len(w.rows) == 0 {
			return nil
		}
		logits := w.step(w.rows)
		for _, r := range w.rows {
			if r.wanted {
				w.extend(&w.slots[r.slot], logits[:w.config.Vocab])
				logits = logits[w.config.Vocab:]
			}
		}
	}
	return ctx.Err()
}

// randomStream is the second word of every row's PCG seed: any constant, the same for ever.
const randomStream = 0x9e3779b97f4a7c15

// refill gives each free slot the next request.
func (w *worker) refill() {
	for i := range w.slots {
		s := &w.slots[i]
		for s.request < 0 {
			n := int(w.next.Add(1)) - 1
			if n >= len(w.reqs) {
				return
			}
			r := &w.reqs[n]
			if w.config.limit(*r) == 0 {
				w.done(n, Completion{Finish: FinishLength})
				continue
			}
			*s = slot{request: n, tokens: slices.Clone(r.Prompt), random: rand.New(rand.NewPCG(r.Seed, randomStream))}
		}
	}
}

// plan chooses the rows of the next step: one for every slot that is sampling, then as much of the
// waiting prompts as fits.
func (w *worker) plan() {
	w.rows = w.rows[:0]
	for i := range w.slots {
		if s := &w.slots[i]; s.request >= 0 && s.next == len(s.tokens)-1 {
			w.take(i, s)
		}
	}
	for i := range w.slots {
		s := &w.slots[i]
		for s.request >= 0 && s.next < len(s.tokens) && len(w.rows) < stepRows {
			w.take(i, s)
		}
	}
}

func (w *worker) take(i int, s *slot) {
	w.rows = append(w.rows, row{i, s.next, s.tokens[s.next], s.next == len(s.tokens)-1})
	s.next++
}

// extend samples one token from the logits, which it overwrites, and ends the completion when that
// was a stop token or the last.
func (w *worker) extend(s *slot, logits []float32) {
	r := &w.reqs[s.request]
	id, logprob := w.choose(logits, r, s.random)
	if slices.Contains(r.StopTokens, id) {
		s.result.Finish, s.result.StopToken, s.result.StopLogprob = FinishStop, id, logprob
	} else {
		s.tokens = append(s.tokens, id)
		s.result.Logprobs = append(s.result.Logprobs, logprob)
		if len(s.tokens)-len(r.Prompt) < w.config.limit(*r) {
			return
		}
		s.result.Finish = FinishLength
	}
	s.result.Tokens = s.tokens[len(r.Prompt):]
	w.done(s.request, s.result)
	s.request = -1
}

package engine

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"idiolect/backends/local/engine/kernel"
)

// Request asks for one completion of one prompt.
type Request struct {
	Prompt      []int32 // at least one token
	MaxTokens   int     // the completion also ends where prompt and completion fill the context
	Temperature float64 // 0 takes the likeliest token, of equals the lowest id
	TopK        int     // sample among the TopK likeliest tokens; 0 means all
	TopP        float64 // then among the fewest likeliest that hold this share of what is left; 0 means all
	StopTokens  []int32 // sampling one of these ends the completion
	Forbid      []int32 // never sampled, for example padding ids; they count for nothing in Logprobs
	Seed        uint64  // of this row's random numbers
}

// Completion is what was sampled for one Request.
type Completion struct {
	Tokens []int32 // without the stop token
	// Logprobs has one entry per token of Tokens: log-softmax of the logits at temperature 1 over all
	// ids not forbidden, before TopK and TopP.
	Logprobs    []float32
	Finish      string  // FinishStop or FinishLength
	StopToken   int32   // with FinishStop: the token that ended the completion,
	StopLogprob float32 // and its log-probability
}

// How a completion ended: by a stop token, or by reaching MaxTokens or the context.
const (
	FinishStop   = "stop"
	FinishLength = "length"
)

// Sampler completes prompts with fixed weights. It is safe for concurrent use.
type Sampler struct {
	rt     Runtime
	config Config
	rotary rotary
	embed  []float32 // [Vocab, Dim]
	blocks []samplerBlock
	norm   []float32 // [Dim]
	head   *kernel.Packed
}

type samplerBlock struct {
	attnNorm, qNorm, kNorm, mlpNorm []float32
	packedBlock
}

// NewSampler packs the weights. Later changes of w are not seen.
func NewSampler(rt Runtime, w *Weights) *Sampler {
	rt = rt.withDefaults()
	k, c, forwards := rt.Kernels, w.config, orientation(forwards)
	s := &Sampler{
		rt: rt, config: c, rotary: newRotary(c), embed: clone(w.embed), norm: clone(w.norm),
		head: forwards.pack(k, w.head, c.Dim, c.Vocab),
	}
	for _, b := range w.blocks {
		s.blocks = append(s.blocks, samplerBlock{
			clone(b.attnNorm), clone(b.qNorm), clone(b.kNorm), clone(b.mlpNorm), forwards.packBlock(k, c, &b),
		})
	}
	return s
}

// clone keeps nil, which says that a model has no query and key norms.
func clone(x []float32) []float32 { return append([]float32(nil), x...) }

// Sample completes every request and hands each completion to done as soon as it ends, one call at a
// time, in no particular order. A completion depends on the weights and its own request only. When
// ctx ends, Sample returns its error and the completions not yet handed over are lost.
func (s *Sampler) Sample(ctx context.Context, reqs []Request, done func(i int, c Completion)) error {
	longest := 0
	for i, r := range reqs {
		if err := s.config.checkRequest(r); err != nil {
			return fmt.Errorf("request %d: %w", i, err)
		}
		longest = max(longest, len(r.Prompt)+s.config.limit(r))
	}
	var next atomic.Int64
	var one sync.Mutex
	slots := s.config.slots(longest, (len(reqs)+s.rt.Threads-1)/s.rt.Threads)
	return s.onEveryCore(ctx, len(reqs), func() error {
		w := newWorker(s, slots, longest, reqs, &next, func(i int, c Completion) {
			one.Lock()
			defer one.Unlock()
			done(i, c)
		})
		return w.run(ctx)
	})
}

// Logprobs returns, for each sequence, the log-probability of each target over the whole vocabulary:
// the very numbers that sampling the targets would have reported, had nothing been forbidden.
func (s *Sampler) Logprobs(ctx context.Context, seqs []Sequence) ([][]float32, error) {
	if err := s.config.checkSequences(seqs); err != nil {
		return nil, err
	}
	longest := 0
	for _, q := range seqs {
		longest = max(longest, len(q.Tokens))
	}
	logprobs := make([][]float32, len(seqs))
	var next atomic.Int64
	// Neighbours often begin alike (see score), so a core takes several at a time.
	some := max(1, min(scoredAtOnce, len(seqs)/(4*s.rt.Threads)))
	err := s.onEveryCore(ctx, len(seqs), func() error {
		d := newDecoder(s, 1, longest)
		for from := int(next.Add(int64(some))) - some; from < len(seqs) && ctx.Err() == nil; from = int(next.Add(int64(some))) - some {
			for i := from; i < min(from+some, len(seqs)); i++ {
				logprobs[i] = d.score(seqs[i])
			}
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	return logprobs, nil
}

// scoredAtOnce is how many sequences a core scores before it asks for more.
const scoredAtOnce = 24

// onEveryCore runs work on each thread, on no more than there are items, and returns the first error.
func (s *Sampler) onEveryCore(ctx context.Context, items int, work func() error) error {
	errs := make([]error, min(s.rt.Threads, items))
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = work() })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (c Config) checkRequest(r Request) error {
	switch {
	case len(r.Prompt) == 0:
		return fmt.Errorf("the prompt is empty: at least one token is needed")
	case len(r.Prompt) > c.Context:
		return fmt.Errorf("the prompt has %d tokens: the model's context is %d", len(r.Prompt), c.Context)
	case r.MaxTokens < 0:
		return fmt.Errorf("max_tokens is %d: a number of at least 0 is needed", r.MaxTokens)
	case !(r.Temperature == 0 || r.Temperature >= 1e-4 && r.Temperature <= 1e4):
		return fmt.Errorf("temperature is %v: 0 or a number from 0.0001 to 10000 is needed", r.Temperature)
	case !(r.TopP >= 0 && r.TopP <= 1):
		return fmt.Errorf("top_p is %v: a number from 0 to 1 is needed", r.TopP)
	case r.TopK < 0:
		return fmt.Errorf("top_k is %d: a number of at least 0 is needed", r.TopK)
	}
	for _, ids := range [][]int32{r.Prompt, r.StopTokens, r.Forbid} {
		for _, id := range ids {
			if err := c.checkToken(id); err != nil {
				return err
			}
		}
	}
	return nil
}

// limit is how many tokens a request may sample.
func (c Config) limit(r Request) int { return min(r.MaxTokens, c.Context-len(r.Prompt)) }

package local

import (
	"context"
	"fmt"
	"strings"

	"idiolect/backends"
	"idiolect/backends/local/engine"
)

// sampler samples from one set of weights.
type sampler struct {
	b *Backend
	m *model
	w *engine.Weights
}

func (b *Backend) newSampler(m *model, w *engine.Weights) *sampler { return &sampler{b, m, w} }

// Sample answers all requests in one batch over all free cores.
func (s *sampler) Sample(ctx context.Context, reqs []backends.Request, done func(int, backends.Completion, error)) error {
	batch, at := make([]engine.Request, 0, len(reqs)), make([]int, 0, len(reqs))
	for i, r := range reqs {
		q, err := s.request(r)
		if err != nil {
			done(i, backends.Completion{}, err)
			continue
		}
		batch, at = append(batch, q), append(at, i)
	}
	return s.onCores(ctx, func(e *engine.Sampler) error {
		return e.Sample(ctx, batch, func(i int, c engine.Completion) {
			done(at[i], s.completion(reqs[at[i]], batch[i], c), nil)
		})
	})
}

// request renders a request, or says why it cannot be answered.
func (s *sampler) request(r backends.Request) (engine.Request, error) {
	ids := r.Tokens
	if ids == nil {
		var err error
		if ids, err = (renderer{s.m}).Prompt(r.Messages); err != nil {
			return engine.Request{}, err
		}
	}
	room := s.m.config.Context - len(ids)
	if room < 1 {
		return engine.Request{}, fmt.Errorf("the prompt has %d tokens - model %s reads %d, completion included", len(ids), s.m.name, s.m.config.Context)
	}
	most := r.MaxTokens
	if most == 0 {
		most = room
	}
	return engine.Request{
		Prompt: ids, MaxTokens: most, Temperature: r.Temperature, TopK: r.TopK, TopP: r.TopP,
		StopTokens: []int32{s.m.chat.Stop()}, Forbid: s.m.forbid, Seed: r.Seed,
	}, nil
}

// completion cuts a completion at the first of the request's stop texts.
func (s *sampler) completion(r backends.Request, q engine.Request, c engine.Completion) backends.Completion {
	out := backends.Completion{Text: s.m.tok.Decode(c.Tokens), Tokens: c.Tokens, Logprobs: c.Logprobs, PromptTokens: len(q.Prompt), Finish: c.Finish}
	if c.Finish == engine.FinishStop {
		out.End = &backends.End{Token: c.StopToken, Logprob: c.StopLogprob}
	}
	cut := len(out.Text)
	for _, stop := range r.Stop {
		if at := strings.Index(out.Text, stop); stop != "" && at >= 0 {
			cut = min(cut, at)
		}
	}
	if cut == len(out.Text) {
		return out
	}
	n := 0
	for n < len(c.Tokens) && len(s.m.tok.Decode(c.Tokens[:n])) < cut {
		n++
	}
	out.End = nil
	out.Text, out.Tokens, out.Logprobs, out.Finish = out.Text[:cut], c.Tokens[:n], c.Logprobs[:n], engine.FinishStop
	return out
}

// Logprobs scores targets.
func (s *sampler) Logprobs(ctx context.Context, data []backends.Datum) (out [][]float32, err error) {
	err = s.onCores(ctx, func(e *engine.Sampler) error {
		out, err = e.Logprobs(ctx, sequences(data))
		return err
	})
	return out, err
}

func (s *sampler) onCores(ctx context.Context, do func(*engine.Sampler) error) error {
	n, err := s.b.cores.take(ctx)
	if err != nil {
		return err
	}
	defer s.b.cores.give(n)
	return do(engine.NewSampler(engine.Runtime{Kernels: s.b.kernels, Threads: n}, s.w))
}

// Renderer is the model's chat format.
func (s *sampler) Renderer() backends.Renderer { return renderer{s.m} }

// Close has nothing to give back.
func (s *sampler) Close() error { return nil }

func sequences(data []backends.Datum) []engine.Sequence {
	seqs := make([]engine.Sequence, len(data))
	for i, d := range data {
		seqs[i] = engine.Sequence{Tokens: d.Tokens, Targets: d.Targets}
	}
	return seqs
}

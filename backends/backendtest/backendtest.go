// Package backendtest is the conformance suite of the backend contract: what
// every backend has to do, told as tests. A new backend's own test is a call of
// Run.
package backendtest

import (
	"context"
	"testing"

	"idiolect/backends"
)

// Subject is a backend under test.
type Subject struct {
	Backend backends.Backend
	// Model is what to test with, as a spec names it; a small one will do. It
	// should sample every id: those that are never sampled count in Logprobs and
	// not in Sample, and an untrained model gives them much.
	Model string
}

// Run holds the backend against the contract. What a model says it cannot do
// (Info) is not asked of it, but has to be refused with an error.
func Run(t *testing.T, s Subject) {
	t.Helper()
	info, err := s.Backend.Resolve(t.Context(), s.Model)
	if err != nil {
		t.Fatal(err)
	}
	if info.Name == "" || info.Revision == "" {
		t.Errorf("model %q resolves to %+v: name and revision are what keys are made of", s.Model, info)
	}
	if _, err := s.Backend.Resolve(t.Context(), "no such model"); err == nil {
		t.Error("an unknown model was resolved")
	}
	x := suite{s, info}
	if info.Samples {
		t.Run("samples", x.samples)
	}
	if info.Trains {
		t.Run("trains", x.trains)
	} else if _, err := s.Backend.Trainer(t.Context(), backends.Model{Name: s.Model}, backends.Tuning{}); err == nil {
		t.Error("a model that does not train opened a trainer")
	}
}

type suite struct {
	Subject
	info backends.Info
}

func (x suite) sampler(t *testing.T, m backends.Model) backends.Sampler {
	t.Helper()
	s, err := x.Backend.Sampler(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func (x suite) trainer(t *testing.T) backends.Trainer {
	t.Helper()
	tr, err := x.Backend.Trainer(t.Context(), backends.Model{Name: x.Model}, backends.Tuning{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tr.Close() })
	return tr
}

// answer is one outcome of Sample.
type answer struct {
	backends.Completion
	err error
}

func sample(ctx context.Context, t *testing.T, s backends.Sampler, reqs []backends.Request) []answer {
	t.Helper()
	got, times := make([]answer, len(reqs)), make([]int, len(reqs))
	if err := s.Sample(ctx, reqs, func(i int, c backends.Completion, err error) { got[i] = answer{c, err}; times[i]++ }); err != nil {
		t.Fatal(err)
	}
	for i, n := range times {
		if n != 1 {
			t.Fatalf("done was called %d times for request %d", n, i)
		}
	}
	return got
}

// ask is a request for at most n tokens.
func ask(text string, n int, seed uint64) backends.Request {
	return backends.Request{Messages: []backends.Message{{Role: "user", Content: text}}, MaxTokens: n, Temperature: 1, Seed: seed}
}

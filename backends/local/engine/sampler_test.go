package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idiolect/backends/local/engine/kernel"
)

// mixedRequests vary in everything a request can vary in; two of three may stop early.
func mixedRequests(c Config, n int) []Request {
	r := rand.New(rand.NewPCG(5, 5))
	var reqs []Request
	for i := range n {
		req := Request{MaxTokens: i % 31, Temperature: []float64{1, 0, 0.7}[i%3], Seed: uint64(i), Forbid: []int32{0, 3}}
		for range 1 + r.IntN(70) {
			req.Prompt = append(req.Prompt, r.Int32N(int32(c.Vocab)))
		}
		if i%3 != 1 {
			req.StopTokens = []int32{7, 8}
		}
		if i%5 == 0 {
			req.TopK, req.TopP = 6, 0.8
		}
		reqs = append(reqs, req)
	}
	return reqs
}

func sample(t *testing.T, s *Sampler, reqs []Request) []Completion {
	t.Helper()
	list := make([]Completion, len(reqs))
	seen := make([]int, len(reqs))
	err := s.Sample(context.Background(), reqs, func(i int, c Completion) { list[i], seen[i] = c, seen[i]+1 })
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range seen {
		if n != 1 {
			t.Fatalf("request %d was handed over %d times", i, n)
		}
	}
	return list
}

func TestACompletionDependsOnItsRequestOnly(t *testing.T) {
	for name, c := range smallConfigs() {
		t.Run(name, func(t *testing.T) {
			eachSet(t, func(t *testing.T, k *kernel.Set) {
				w, reqs := roughWeights(c, 3), mixedRequests(c, 90)
				want := sample(t, NewSampler(Runtime{k, 1}, w), reqs)
				for _, threads := range []int{2, 4, 7} {
					if diff := cmp.Diff(want, sample(t, NewSampler(Runtime{k, threads}, w), reqs)); diff != "" {
						t.Fatalf("%d threads changed a completion: %s", threads, diff)
					}
				}
				alone := NewSampler(Runtime{k, 3}, w)
				for i := 0; i < len(reqs); i += 7 {
					if diff := cmp.Diff(want[i:i+1], sample(t, alone, reqs[i:i+1])); diff != "" {
						t.Fatalf("request %d sampled alone: %s", i, diff)
					}
				}
			})
		})
	}
}

func TestLogprobsAreThoseOfSampling(t *testing.T) {
	c := smallConfigs()["qwen3, two queries a key"]
	eachSet(t, func(t *testing.T, k *kernel.Set) {
		w, reqs := roughWeights(c, 3), mixedRequests(c, 40)
		for i := range reqs {
			reqs[i].Forbid = nil
		}
		s := NewSampler(Runtime{k, 2}, w)
		completions := sample(t, s, reqs)
		var seqs []Sequence
		for i, done := range completions {
			whole := append(reqs[i].Prompt[:len(reqs[i].Prompt):len(reqs[i].Prompt)], done.Tokens...)
			seqs = append(seqs, Sequence{whole, append(whole[1:len(whole):len(whole)], done.StopToken)})
		}
		got, err := s.Logprobs(context.Background(), seqs)
		if err != nil {
			t.Fatal(err)
		}
		for i, done := range completions {
			want := done.Logprobs
			if done.Finish == FinishStop {
				want = append(want, done.StopLogprob)
			}
			tail := got[i][len(reqs[i].Prompt)-1:][:len(want)]
			if diff := cmp.Diff(append([]float32{}, want...), append([]float32{}, tail...)); diff != "" {
				t.Errorf("completion %d scored in one go: %s", i, diff)
			}
			for pos, exact := range newReference(w).logprobs(seqs[i]) {
				if off := math.Abs(float64(got[i][pos]) - exact); !(off < 2e-5) {
					t.Errorf("sequence %d, position %d: log-probability %v, reference %v", i, pos, got[i][pos], exact)
				}
			}
		}
	})
}

func TestSampledFrequenciesAreTheModelsProbabilities(t *testing.T) {
	c := smallConfigs()["llama, one query a key"]
	w := roughWeights(c, 4)
	prompt := []int32{1, 5, 2}
	const n, temperature, forbidden = 4000, 1.7, 6
	logits := newReference(w).logits(prompt)[len(prompt)-1]
	for i := range logits {
		logits[i] /= temperature
	}
	logits[forbidden] = math.Inf(-1)
	probs := softmax(logits)

	var reqs []Request
	for seed := range uint64(n) {
		reqs = append(reqs, Request{Prompt: prompt, MaxTokens: 1, Temperature: temperature, Seed: seed, Forbid: []int32{forbidden}})
	}
	counts := make([]float64, c.Vocab)
	for _, done := range sample(t, NewSampler(Runtime{Threads: 2}, w), reqs) {
		counts[done.Tokens[0]]++
	}
	if counts[forbidden] > 0 {
		t.Fatalf("the forbidden id was sampled %v times", counts[forbidden])
	}
	chi2 := 0.0
	for id, p := range probs {
		if id != forbidden {
			chi2 += (counts[id] - n*p) * (counts[id] - n*p) / (n * p)
		}
	}
	// 11 degrees of freedom: 31.3 is exceeded once in a thousand.
	if t.Logf("chi-square %.1f", chi2); chi2 > 31.3 {
		t.Errorf("frequencies %v do not fit probabilities %v: chi-square %.1f", counts, probs, chi2)
	}
}

func TestSampleStopsWhenItsContextEnds(t *testing.T) {
	c := smallConfigs()["one key for all queries"]
	ctx, cancel := context.WithCancel(context.Background())
	reqs := mixedRequests(c, 200)
	s := NewSampler(Runtime{Threads: 2}, roughWeights(c, 3))
	whole := sample(t, s, reqs)
	err := s.Sample(ctx, reqs, func(i int, got Completion) {
		cancel()
		if diff := cmp.Diff(whole[i], got); diff != "" {
			t.Errorf("completion %d of a run that was cut short: %s", i, diff)
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want %v", err, context.Canceled)
	}
}

func TestTruncate(t *testing.T) {
	probs := []float32{0.1, 0.3, 0.05, 0.3, 0.25}
	for name, test := range map[string]struct {
		topK int
		topP float64
		want []float32
	}{
		"top-k keeps the likeliest":                      {3, 0, []float32{0, 0.3, 0, 0.3, 0.25}},
		"of equals the lower id is kept":                 {1, 0, []float32{0, 0.3, 0, 0, 0}},
		"top-p keeps the token that crosses":             {0, 0.31, []float32{0, 0.3, 0, 0.3, 0}},
		"a tiny top-p keeps one":                         {0, 1e-9, []float32{0, 0.3, 0, 0, 0}},
		"top-p is a share of what top-k left":            {2, 0.5, []float32{0, 0.3, 0, 0, 0}},
		"top-k beyond the vocabulary and top-p 1 is all": {9, 1, probs},
	} {
		t.Run(name, func(t *testing.T) {
			c := chooser{probs: append([]float32(nil), probs...)}
			c.truncate(test.topK, test.topP)
			if diff := cmp.Diff(test.want, c.probs); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBadRequestsAreRefused(t *testing.T) {
	c := smallConfigs()["qwen3, two queries a key"]
	s := NewSampler(Runtime{}, NewWeights(c))
	for name, test := range map[string]struct {
		request Request
		want    string
	}{
		"no prompt":       {Request{}, "request 0: the prompt is empty: at least one token is needed"},
		"too long":        {Request{Prompt: make([]int32, 151)}, "request 0: the prompt has 151 tokens: the model's context is 150"},
		"unknown token":   {Request{Prompt: []int32{13}}, "request 0: token id 13: the vocabulary has ids 0 to 12"},
		"cold":            {Request{Prompt: []int32{1}, Temperature: -1}, "request 0: temperature is -1: 0 or a number from 0.0001 to 10000 is needed"},
		"more than whole": {Request{Prompt: []int32{1}, TopP: 1.5}, "request 0: top_p is 1.5: a number from 0 to 1 is needed"},
	} {
		t.Run(name, func(t *testing.T) {
			err := s.Sample(context.Background(), []Request{test.request}, func(int, Completion) { t.Error("a completion was made") })
			if got := fmt.Sprint(err); got != test.want {
				t.Errorf("error %q, want %q", got, test.want)
			}
		})
	}
}

// What begins like its neighbour is not computed again, and comes out the same to the
// last bit: questions about one text, a text and its beginning, the same text twice.
func TestLogprobsOfTextsThatBeginAlike(t *testing.T) {
	c := smallConfigs()["qwen3, two queries a key"]
	eachSet(t, func(t *testing.T, k *kernel.Set) {
		w := roughWeights(c, 3)
		var seqs []Sequence
		for _, r := range mixedRequests(c, 12) {
			long := append(r.Prompt[:len(r.Prompt):len(r.Prompt)], r.Prompt...)
			long = long[:min(len(long), c.Context)]
			for _, end := range []int32{1, 2, 3} {
				targets := append(long[1:len(long):len(long)], end)
				seqs = append(seqs, Sequence{long, targets}, Sequence{long, targets})
				if n := len(long) / 2; n > 0 {
					other := append([]int32{}, targets[:n]...)
					other[n-1] = end
					seqs = append(seqs, Sequence{long[:n], other})
				}
			}
		}
		together, err := NewSampler(Runtime{k, 1}, w).Logprobs(context.Background(), seqs)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range seqs {
			alone, err := NewSampler(Runtime{k, 1}, w).Logprobs(context.Background(), []Sequence{s})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(alone[0], together[i]); diff != "" {
				t.Errorf("sequence %d: %s", i, diff)
			}
		}
	})
}

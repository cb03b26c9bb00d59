package backendtest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idiolect/backends"
)

func (x suite) samples(t *testing.T) {
	s := x.sampler(t, backends.Model{Name: x.Model})
	reqs := make([]backends.Request, 9)
	for i := range reqs {
		reqs[i] = ask(fmt.Sprintf("Write a haiku about word%d.", i), 12+i, uint64(i))
	}
	together := sample(t.Context(), t, s, reqs)
	t.Run("shapes", func(t *testing.T) { shapes(t, reqs, together) })
	t.Run("alone as together", func(t *testing.T) { x.alone(t, s, reqs, together) })
	t.Run("logprobs", func(t *testing.T) { logprobs(t, s, reqs, together) })
	t.Run("greedy needs no seed", func(t *testing.T) { greedy(t, s) })
	t.Run("stop texts", func(t *testing.T) { stops(t, s, together[8].Text) })
	t.Run("a request that cannot be", func(t *testing.T) { x.impossible(t, s) })
	t.Run("cancel", func(t *testing.T) { canceled(t, s) })
}

func shapes(t *testing.T, reqs []backends.Request, got []answer) {
	for i, a := range got {
		switch {
		case a.err != nil:
			t.Fatalf("request %d: %v", i, a.err)
		case len(a.Tokens) > reqs[i].MaxTokens:
			t.Errorf("request %d: %d tokens, asked for at most %d", i, len(a.Tokens), reqs[i].MaxTokens)
		case a.Finish != "stop" && a.Finish != "length":
			t.Errorf("request %d finished by %q", i, a.Finish)
		case a.Finish == "length" && a.Tokens != nil && len(a.Tokens) != reqs[i].MaxTokens:
			t.Errorf("request %d ended by length after %d of %d tokens", i, len(a.Tokens), reqs[i].MaxTokens)
		case a.PromptTokens < 1:
			t.Errorf("request %d: a prompt of %d tokens", i, a.PromptTokens)
		case len(a.Logprobs) != len(a.Tokens):
			t.Errorf("request %d: %d logprobs of %d tokens", i, len(a.Logprobs), len(a.Tokens))
		}
		for _, p := range a.Logprobs {
			if p > 0 || p != p {
				t.Errorf("request %d: logprob %v", i, p)
			}
		}
	}
}

// alone: a completion depends on its own request, where the backend promises so.
func (x suite) alone(t *testing.T, s backends.Sampler, reqs []backends.Request, together []answer) {
	if x.info.Numerics == "" {
		t.Skip("the backend promises no reproducible completions") // remote services do not
	}
	for i, r := range reqs {
		if d := cmp.Diff(together[i].Completion, sample(t.Context(), t, s, []backends.Request{r})[0].Completion); d != "" {
			t.Errorf("request %d alone (-together +alone):\n%s", i, d)
		}
	}
	other := reqs[8]
	other.Seed++
	if got := sample(t.Context(), t, s, []backends.Request{other})[0]; got.Text == together[8].Text {
		t.Errorf("another seed gave the same %q", got.Text)
	}
}

// logprobs: what Sample reports is what Logprobs computes of the same tokens.
func logprobs(t *testing.T, s backends.Sampler, reqs []backends.Request, got []answer) {
	for i, a := range got {
		if a.Tokens == nil {
			t.Skip("the backend gives no tokens") // nothing to score
		}
		prompt, err := s.Renderer().Prompt(reqs[i].Messages)
		if err != nil {
			t.Fatal(err)
		}
		all := append(prompt, a.Tokens...)
		scored, err := s.Logprobs(t.Context(), []backends.Datum{{Tokens: all[:len(all)-1], Targets: all[1:]}})
		if err != nil {
			t.Fatal(err)
		}
		tail := scored[0][len(scored[0])-len(a.Tokens):]
		for j, p := range a.Logprobs {
			if d := float64(tail[j] - p); math.Abs(d) > 1e-3 {
				t.Errorf("request %d token %d: sampled with %v, scored %v", i, j, p, tail[j])
			}
		}
	}
}

func greedy(t *testing.T, s backends.Sampler) {
	a, b := ask("Write a haiku about rain.", 16, 1), ask("Write a haiku about rain.", 16, 2)
	a.Temperature, b.Temperature = 0, 0
	got := sample(t.Context(), t, s, []backends.Request{a, b})
	if got[0].Text != got[1].Text {
		t.Errorf("greedy completions differ by seed: %q and %q", got[0].Text, got[1].Text)
	}
}

func stops(t *testing.T, s backends.Sampler, text string) {
	runes := []rune(text)
	if len(runes) < 4 {
		t.Fatalf("the completion %q is too short to cut", text)
	}
	r := ask("Write a haiku about word8.", 20, 8)
	r.Stop = []string{string(runes[2:4])}
	got := sample(t.Context(), t, s, []backends.Request{r})[0]
	if strings.Contains(got.Text, r.Stop[0]) || got.Finish != "stop" || !strings.HasPrefix(text, got.Text) {
		t.Errorf("with stop %q: %q finished by %q, a prefix of %q was expected", r.Stop[0], got.Text, got.Finish, text)
	}
}

// impossible: a prompt over the context is its request's error and nobody else's.
func (x suite) impossible(t *testing.T, s backends.Sampler) {
	if x.info.Context == 0 {
		t.Skip("the context's size is not known") // so nothing is too long
	}
	long := ask(strings.Repeat("word ", x.info.Context+1), 4, 1)
	got := sample(t.Context(), t, s, []backends.Request{ask("Hello.", 4, 1), long, ask("Hello.", 4, 2)})
	if got[1].err == nil {
		t.Error("a prompt over the context was answered")
	}
	if got[0].err != nil || got[2].err != nil {
		t.Errorf("its neighbours failed: %v, %v", got[0].err, got[2].err)
	}
}

func canceled(t *testing.T, s backends.Sampler) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := s.Sample(ctx, []backends.Request{ask("Hello.", 400, 1)}, func(int, backends.Completion, error) {})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("after cancel: %v", err)
	}
}

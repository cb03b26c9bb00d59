package steps

import (
	"errors"
	"strings"
	"testing"

	"idiolect/backends"
	"idiolect/runner"
	"idiolect/specs"
)

// What a request takes is never more than what was reserved for it, in tokens and
// in money, whatever the answer.
func TestSpending(t *testing.T) {
	price := &specs.Price{Input: .15, Output: .6}
	prompt := backends.Request{Messages: []backends.Message{{Role: "user", Content: strings.Repeat("é", 50)}}, MaxTokens: 20}
	for name, c := range map[string]struct {
		policy     Policy
		req        backends.Request
		completion backends.Completion
		err        error
		most, used runner.Usage
	}{
		"a priced call": {
			Policy{Price: price}, prompt, backends.Completion{PromptTokens: 100, Tokens: make([]int32, 20)}, nil,
			runner.Usage{Calls: 1, Tokens: 100 + 2*turnTokens + 20, NanoUSD: 132*150 + 20*600}, runner.Usage{Calls: 1, Tokens: 120, NanoUSD: 100*150 + 20*600},
		},
		"a model that costs nothing and reads little": {
			Policy{Info: backends.Info{Context: 96}}, prompt, backends.Completion{PromptTokens: 80, Tokens: make([]int32, 16)}, nil,
			runner.Usage{Calls: 1, Tokens: 96}, runner.Usage{Calls: 1, Tokens: 96},
		},
		"a failure": {
			Policy{Price: price}, prompt, backends.Completion{}, errors.New("429"),
			runner.Usage{Calls: 1, Tokens: 152, NanoUSD: 31800}, runner.Usage{Calls: 1},
		},
		"a service that tells no tokens": {
			Policy{}, prompt, backends.Completion{PromptTokens: 30, Text: strings.Repeat("long ", 10)}, nil,
			runner.Usage{Calls: 1, Tokens: 152}, runner.Usage{Calls: 1, Tokens: 50},
		},
		"tokens for a prompt": {
			Policy{}, backends.Request{Tokens: make([]int32, 7), MaxTokens: 3}, backends.Completion{PromptTokens: 7, Tokens: make([]int32, 3)}, nil,
			runner.Usage{Calls: 1, Tokens: 10}, runner.Usage{Calls: 1, Tokens: 10},
		},
	} {
		t.Run(name, func(t *testing.T) {
			most, used := c.policy.most(c.req), c.policy.used(c.req, c.completion, c.err)
			if most != c.most || used != c.used {
				t.Errorf("at most %+v, used %+v; want %+v and %+v", most, used, c.most, c.used)
			}
			if used.Calls > most.Calls || used.Tokens > most.Tokens || used.NanoUSD > most.NanoUSD {
				t.Errorf("%+v used of %+v", used, most)
			}
		})
	}
}

package steps

import (
	"math"

	"idiolect/backends"
	"idiolect/runner"
)

// turnTokens bounds what a chat format puts around one message, in tokens.
const turnTokens = 16

// most is what a request takes at the most: a token is at least a byte of text.
func (p *Policy) most(req backends.Request) runner.Usage {
	prompt, longest := len(req.Tokens), req.MaxTokens
	if req.Tokens == nil {
		prompt = turnTokens // of the turn that is asked for
		for _, m := range req.Messages {
			prompt += len(m.Content) + turnTokens
		}
	}
	room := p.Info.Context
	if room == 0 { // not known
		return p.usage(prompt, longest)
	}
	if longest == 0 {
		longest = room
	}
	u := p.usage(min(prompt, room), min(longest, room))
	u.Tokens = min(u.Tokens, int64(room))
	return u
}

// used is what a request took. One that failed was a call without tokens.
func (p *Policy) used(req backends.Request, c backends.Completion, err error) runner.Usage {
	if err != nil {
		return runner.Usage{Calls: 1}
	}
	written := len(c.Tokens)
	if c.Tokens == nil { // the backend does not say
		written = min(len(c.Text), max(req.MaxTokens, 0))
	}
	return p.usage(c.PromptTokens, written)
}

// usage prices a call: dollars per million tokens are thousands of nano-dollars per token.
func (p *Policy) usage(prompt, written int) runner.Usage {
	u := runner.Usage{Calls: 1, Tokens: int64(prompt + written)}
	if p.Price != nil {
		u.NanoUSD = int64(math.Ceil(float64(prompt)*p.Price.Input*1e3 + float64(written)*p.Price.Output*1e3))
	}
	return u
}

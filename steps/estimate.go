package steps

import (
	"slices"

	"idiolect/backends"
	"idiolect/runner"
)

// What a plan assumes of what it cannot know, beside [turnTokens]. The first is
// never exceeded by a chat format that is known to us; the others are guesses,
// which the figures of the last run replace (see Foresee).
const (
	mostPerCall      = 64  // tokens that a chat format adds to a call: the header of the answer, a system message of the format's own
	likelyPerMessage = 5   // tokens, header and end
	likelyBytes      = 4.0 // per token of English, where the model's tokenizer is not at hand
	likelyOutput     = .5  // of max_tokens
	likelyKept       = .25 // of completions a judge accepts
	likelyEpochs     = .5  // of the passes, where until_loss may end them
)

// volume is how much there is to train on: rows, and the tokens of their
// conversations, [expected, at most].
type volume struct {
	rows, tokens [2]int64
	longest      int64 // tokens of one row at most
	samples      int64 // completions of each row, at most
	open         bool  // without rows and texts that steps make, whose size nobody knows
}

// asked is how long the messages are that are sent about the rows of an entry,
// and how many messages a call has.
func (c *Compiler) asked(a *Asking, e *entry, scope map[string]any) (width, int64, error) {
	scope = a.seen(scope)
	w, err := c.user(a, e, scope)
	if err != nil || a == nil {
		return w, 1, err
	}
	messages := int64(1)
	if a.System != nil {
		system, err := c.template(a.System, e, scope)
		if err != nil {
			return w, 0, err
		}
		w, messages = w.plus(system), messages+1
	}
	if x := a.Examples; x != nil {
		shown, err := c.user(a, x, scope)
		if err != nil {
			return w, 0, err
		}
		n := int64(a.Prompt.Examples.Count)
		shown = shown.plus(x.widths.column("output"))
		w, messages = w.plus(e.widths.constant(n*shown.longest)), messages+2*n
	}
	if len(a.shown) > 0 {
		n, longest, err := a.shows(scope)
		return w.plus(e.widths.constant(n * longest)), messages + 2*n, err
	}
	return w, messages, nil
}

func (c *Compiler) user(a *Asking, e *entry, scope map[string]any) (width, error) {
	if a == nil || a.User == nil {
		return e.widths.column("input"), nil
	}
	return c.template(a.User, e, scope)
}

// prompts is how many tokens so many rows of an entry take as prompts, each sent
// once: [expected, at most], and the longest at most.
func (c *Compiler) prompts(p *Policy, e *entry, rows int64, scope map[string]any) (tokens [2]int64, longest int64, err error) {
	if p.Prompt.unread(e) {
		return tokens, 0, nil
	}
	w, messages, err := c.asked(p.Prompt, e, scope)
	if err != nil || e.widths.rows == 0 {
		return tokens, 0, err
	}
	format := messages*turnTokens + perCall(p.Info)
	longest = within(p.Info, w.longest+format)
	tokens[1] = min(w.total+rows*format, rows*longest)
	tokens[0] = min(int64(float64(rows)*(likely(w, e, p.Info)+float64(messages*likelyPerMessage))), tokens[1])
	return tokens, longest, nil
}

// unread says whether steps make the rows, or the examples that are shown: how
// long they are nobody knows while the plan is made.
func (a *Asking) unread(e *entry) bool {
	return e.made != nil || a != nil && a.Examples != nil && a.Examples.made != nil
}

// writes says whether a column stands in what is asked.
func (a *Asking) writes(column string) bool {
	return a != nil && (a.System != nil && slices.Contains(a.System.Names(), column) || a.User != nil && slices.Contains(a.User.Names(), column))
}

// likely is how many tokens a row of that width is expected to take.
func likely(w width, e *entry, i backends.Info) float64 {
	per := i.BytesPerToken
	if per == 0 {
		per = likelyBytes
	}
	return float64(w.total) / float64(e.widths.rows) / per
}

// perCall is mostPerCall, for machines whose chat format is not ours.
func perCall(i backends.Info) int64 {
	if i.Free {
		return turnTokens
	}
	return mostPerCall
}

// within is tokens, but no more than the model reads: what is longer is an error
// and takes none.
func within(i backends.Info, tokens int64) int64 {
	if i.Context > 0 {
		return min(tokens, int64(i.Context))
	}
	return tokens
}

// asks estimates a step that asks for so many samples of each of some rows, and
// notes how much its completions are to train on.
func (c *Compiler) asks(s sampling, most int64) (runner.Estimate, volume, error) {
	rows, samples := s.share.of(s.part.of(s.data.span(s.split))), int64(s.samples)
	prompt, longest, err := c.prompts(s.policy, s.data, rows.n[1], s.scope)
	if rows.n[1] > 0 { // of a mix fewer are expected than there may be
		prompt[0] = int64(float64(prompt[0]) * (float64(rows.n[0]) / float64(rows.n[1])))
	}
	most = within(s.policy.Info, most)
	e := rows.times(samples).of(most)
	e.Prompt = [2]int64{prompt[0] * samples, prompt[1] * samples}
	e.Open = e.Open || s.policy.Prompt.unread(s.data)
	calls := e.Calls[1]
	// A text that was sampled may be cut into other tokens when it is read again.
	answer := 2*most + turnTokens
	if s.extract {
		answer = maxExtracted
	}
	v := volume{rows: s.drawn().n, open: e.Open, longest: within(s.policy.Info, longest+answer), samples: samples}
	v.tokens = [2]int64{e.Prompt[0] + e.Output[0], min(e.Prompt[1]+calls*answer, calls*v.longest)}
	return s.policy.costs(e), v, err
}

// maxExtracted is how long an expression can make what it extracts, in bytes.
const maxExtracted = 1 << 20

// given is how much the rows of an entry are to train on: what is asked, and
// their column output, or a conversation of their own.
func (c *Compiler) given(p *Policy, e *entry, split string, scope map[string]any) (volume, error) {
	if e.told() && !p.Prompt.unread(e.wrote.from) && !p.Prompt.writes("output") {
		return c.written(p, e, split, scope)
	}
	if p.Prompt.unread(e) {
		return volume{rows: e.span(split).n, samples: 1, open: true}, nil
	}
	rows := e.count(split)
	prompt, longest, err := c.prompts(p, e, rows, scope)
	if err != nil || e.widths.rows == 0 {
		return volume{}, err
	}
	output, own := e.widths.column("output"), e.widths.conversations
	v := volume{rows: [2]int64{rows, rows}, samples: 1}
	v.longest = within(p.Info, max(longest+output.longest+turnTokens, own.longest))
	v.tokens[1] = min(max(prompt[1]+output.total+rows*turnTokens, own.total), rows*v.longest)
	expected := float64(prompt[0]) + float64(rows)*likely(output, e, p.Info)
	if own.total > 0 {
		expected = float64(rows) * likely(own, e, p.Info)
	}
	v.tokens[0] = min(int64(expected), v.tokens[1])
	return v, nil
}

// told says whether made rows are those that were read, with a model's output.
func (e *entry) told() bool {
	return e.wrote != nil && e.wrote.from.made == nil && e.wrote.column == "output" && len(e.data.Set) == 0 && len(e.data.Columns) == 0
}

// written is given of rows that were read and whose output a model writes. As a text
// that was sampled may be cut into other tokens when it is read again, it counts
// twice.
func (c *Compiler) written(p *Policy, e *entry, split string, scope map[string]any) (volume, error) {
	rows, from := e.span(split).n, e.wrote.from
	all := from.count(e.wrote.split)
	prompt, longest, err := c.prompts(p, from, all, scope)
	if err != nil || all == 0 {
		return volume{}, err
	}
	answer := 2*e.wrote.most + turnTokens
	v := volume{rows: rows, samples: 1, longest: within(p.Info, longest+answer)}
	v.tokens[1] = min(prompt[1]+rows[1]*answer, rows[1]*v.longest)
	v.tokens[0] = min(rows[0]*(prompt[0]/all+int64(likelyOutput*float64(e.wrote.most))), v.tokens[1])
	return v, nil
}

// givenAnswers is how much the texts in some columns are to train on, each as the
// answer to its row.
func (c *Compiler) givenAnswers(p *Policy, e *entry, split string, columns ...string) (volume, error) {
	if p.Prompt.unread(e) {
		return volume{rows: e.span(split).n, samples: 1, open: true}, nil
	}
	rows := e.count(split)
	prompt, longest, err := c.prompts(p, e, rows, c.scope())
	if err != nil || e.widths.rows == 0 {
		return volume{}, err
	}
	v := volume{rows: [2]int64{rows, rows}, samples: 1}
	for _, name := range columns {
		answer := e.widths.column(name)
		most := within(p.Info, longest+answer.longest+turnTokens)
		v.longest = max(v.longest, most)
		v.tokens[0] += prompt[0] + int64(float64(rows)*likely(answer, e, p.Info))
		v.tokens[1] += min(prompt[1]+answer.total+rows*turnTokens, rows*most)
	}
	v.tokens[0] = min(v.tokens[0], v.tokens[1])
	return v, nil
}

// times is training on it so often.
func (v volume) times(n int64) runner.Estimate {
	return runner.Estimate{Trained: [2]int64{v.tokens[0] * n, v.tokens[1] * n}, Open: v.open}
}

// kept is how much of judged samples is left to train on.
func (v volume) kept(how string) volume {
	share := likelyKept
	switch how {
	case "rejected":
		share = 1 - likelyKept
	case "pairs": // two of each row, at most, which are one row
		v.rows[1], v.tokens[1] = v.rows[1]/v.samples, 2*v.tokens[1]/v.samples
		v.rows[0], v.tokens[0] = v.rows[0]/v.samples, 2*v.tokens[0]/v.samples
		share = likelyKept
	case "best": // one of each row, at most
		v.rows[1], v.tokens[1] = v.rows[1]/v.samples, v.tokens[1]/v.samples
		share = 1 / float64(v.samples)
	}
	v.rows[0], v.tokens[0] = int64(share*float64(v.rows[0])), int64(share*float64(v.tokens[0]))
	return v
}

// plus is both together.
func (v volume) plus(o volume) volume {
	for i := range 2 {
		v.rows[i] += o.rows[i]
		v.tokens[i] += o.tokens[i]
	}
	v.longest, v.samples, v.open = max(v.longest, o.longest), max(v.samples, o.samples), v.open || o.open
	return v
}

// estimate is what training on a volume takes.
func (s *SFTHyperparameters) estimate(v volume) runner.Estimate {
	e := runner.Estimate{Open: v.open}
	for i := range 2 {
		e.Trained[i] = v.tokens[i] * int64(s.Epochs)
		if s.Steps > 0 && v.rows[i] > 0 {
			batch := min(int64(s.BatchSize), v.rows[i])
			e.Trained[i] = [2]int64{v.tokens[0] / v.rows[0] * batch, v.longest * batch}[i] * int64(s.Steps)
		}
	}
	if s.UntilLoss > 0 {
		e.Trained[0] = int64(likelyEpochs * float64(e.Trained[0]))
	}
	return e
}

// costs adds the price and the time of what is used of a policy's model. The
// embedded engine costs nothing but time.
func (p *Policy) costs(e runner.Estimate) runner.Estimate {
	r := p.Info.Rates
	for i := range 2 {
		if p.Price != nil {
			e.USD[i] = (float64(e.Prompt[i])*p.Price.Input + float64(e.Output[i])*p.Price.Output) / 1e6
		}
		e.Seconds[i] = over(e.Prompt[i], r.Read) + over(e.Output[i], r.Sample) + over(e.Trained[i], r.Train)
	}
	e.Unpriced = !p.Info.Free && (p.Price == nil && e.Tokens()[1] > 0 || e.Trained[1] > 0)
	e.Untimed = e.Prompt[1] > 0 && r.Read == 0 || e.Output[1] > 0 && r.Sample == 0 || e.Trained[1] > 0 && r.Train == 0
	return e
}

func over(tokens int64, rate float64) float64 {
	if rate == 0 {
		return 0
	}
	return float64(tokens) / rate
}

// paid is what a call cost, in whole nano-dollars; nil when no price is known.
func (p *Policy) paid(c backends.Completion) *int64 {
	if p.Price == nil {
		return nil
	}
	n := p.usage(c.PromptTokens, len(c.Tokens)).NanoUSD
	return &n
}

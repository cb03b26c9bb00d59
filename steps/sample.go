package steps

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"idiolect/backends"
	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

// sampling says what is asked of a policy.
type sampling struct {
	policy  *Policy
	data    *entry
	split   string
	samples int
	wide    *specs.Sampling // one way of sampling for all methods; nil: the policy's own
	// replicate names the noise: "1" in the first repeat, "1.r2" in its second round.
	replicate string
	part      part
	share     portion
	extract   bool           // what is extracted is trained on
	scope     map[string]any // nil: the compiler's own
}

// part cuts the rows of a split into Of parts by key; the zero part is all of them.
type part struct{ Number, Of int }

// has says whether the at-th row, from 1, is in the part.
func (p part) has(at int) bool { return p.Of <= 1 || at%p.Of == p.Number-1 }

// of says how many of so many rows are in the part.
func (p part) of(rows span) span {
	if p.Of <= 1 {
		return rows
	}
	for i, n := range rows.n {
		rows.n[i] = 0
		for at := range int(n) {
			if p.has(at + 1) {
				rows.n[i]++
			}
		}
	}
	return rows
}

// sample adds the step that asks a policy about rows, or the steps of a mix.
func (c *Compiler) sample(id string, s sampling) (*runner.Action, error) {
	if s.policy.variants != nil {
		return c.sampleMix(id, s)
	}
	if name, lacking := s.policy.Prompt.lacks(c.Columns(s.data.id)); lacking {
		return nil, c.Errorf(s.policy.path, "make the column with `set`, or give the method a prompt of its own", "the prompt that was taken over asks about %q - the rows of %s have no such column", name, "data."+s.data.id)
	}
	if s.scope == nil {
		s.scope = c.scope()
	}
	a := runner.Action{
		ID: id, Kind: "sample", Version: 1, Pos: c.Pos(s.policy.path),
		Inputs: []runner.Input{{Name: "rows", From: s.data.action}},
		Lines:  append(s.share.lines(), line("samples", s.samples), line("replicate", s.replicate), c.seed()),
	}
	if s.policy.Action != nil {
		a.Inputs = append(a.Inputs, runner.Input{Name: "policy", From: s.policy.Action})
	}
	// The weights are the input's, but how they are asked and sampled is decided
	// here: a policy's own prompt reaches this step through its artifact, its
	// templates through the plan.
	how := s.policy.asked(s.wide)
	a.Inputs = append(a.Inputs, how.inputs...)
	a.Lines = append(a.Lines, how.lines...)
	a.Lines = append(a.Lines, scopeLines(s.scope, how.readers...)...)
	if s.split != "" && s.split != "all" {
		a.Lines = append(a.Lines, line("split", s.split))
	}
	if s.part.Of > 1 {
		a.Lines = append(a.Lines, line("part", fmt.Sprintf("%d of %d", s.part.Number, s.part.Of)))
	}
	estimate, made, err := c.asksAny(s)
	if err != nil {
		return nil, err
	}
	a.Estimate = estimate
	drawn := s.drawn()
	a.Says = fmt.Sprintf("%s completions on %s", drawn, specs.DataRef{ID: s.data.id, Split: s.split})
	a.Step = &sampleStep{sampling: s, settings: merge(s.policy.Sampling, s.wide), seed: c.Seed, drawn: drawn}
	added := c.add(a)
	c.volumes[added] = made
	return added, nil
}

// drawn says how many completions are asked for.
func (s sampling) drawn() span {
	return s.share.of(s.part.of(s.data.span(s.split))).times(int64(s.samples))
}

// drawn says how many completions a step hands on: its own, or those of the
// steps that it puts together.
func drawn(samples *runner.Action) span {
	if s, ok := samples.Step.(*sampleStep); ok {
		return s.drawn
	}
	sum := exactly(0)
	for _, in := range samples.Inputs {
		sum = sum.plus(drawn(in.From))
	}
	return sum
}

// asked is how a policy is asked.
type asked struct {
	lines   []runner.Line
	inputs  []runner.Input
	readers []reader // of the scope
}

func (p *Policy) asked(wide *specs.Sampling) asked {
	if p.choice != nil {
		return p.askedLater(wide)
	}
	settings := merge(p.Sampling, wide)
	lines := append(settingLines("sampling", &settings, &specs.Sampling{}), identity(p.Backend, p.Info)...)
	return asked{append(lines, p.Prompt.lines()...), p.Prompt.inputs(), p.Prompt.readers()}
}

// merge lays the wider settings over a policy's own; what neither says gets the
// defaults: temperature 1, at most 256 tokens.
func merge(own specs.Sampling, wide *specs.Sampling) specs.Sampling {
	if wide == nil {
		wide = &specs.Sampling{}
	}
	one, most := 1.0, 256
	s := specs.Sampling{
		Temperature: cmp.Or(wide.Temperature, own.Temperature, &one), TopP: cmp.Or(wide.TopP, own.TopP), TopK: cmp.Or(wide.TopK, own.TopK),
		MaxTokens: cmp.Or(wide.MaxTokens, own.MaxTokens, &most), Stop: own.Stop,
	}
	if wide.Stop != nil {
		s.Stop = wide.Stop
	}
	return s
}

type sampleStep struct {
	sampling
	settings specs.Sampling
	seed     int64
	drawn    span // how many completions
}

// ask is one completion to be drawn.
type ask struct {
	row       tables.Row
	fields    map[string]any
	messages  []backends.Message
	replicate int64
	seed      uint64
}

// answer is what the journal keeps of a completion.
type answer struct {
	Completion backends.Completion `json:"completion"`
	Error      string              `json:"error,omitempty"`
	Start      time.Time           `json:"start"`
	Latency    time.Duration       `json:"latency"`
}

// Failure is why there is no completion.
func (a answer) Failure() string { return a.Error }

// chunk bounds how much is in flight at once, so that an interrupted run stops soon.
const chunk = 512

// Run asks for every row and sample once, whatever happens in between.
func (s *sampleStep) Run(ctx context.Context, r *runner.Run) error {
	s, err := s.settled(r)
	if err != nil {
		return err
	}
	asks, err := s.asks(r, "rows")
	if err != nil {
		return err
	}
	sampler, policyID, err := s.open(ctx, r)
	if err != nil {
		return err
	}
	defer sampler.Close()
	answers, err := s.answers(ctx, r, sampler, asks)
	if err != nil {
		return err
	}
	return s.write(r, asks, answers, policyID)
}

// open makes the policy ready to be asked. Its id is "" for a model as it comes.
func (s *sampleStep) open(ctx context.Context, r *runner.Run) (sampler backends.Sampler, policyID string, err error) {
	model := backends.Model{Name: s.policy.Info.Name}
	if s.policy.Action != nil {
		o, err := s.policy.open(r.In("policy"))
		if err != nil {
			return nil, "", err
		}
		model, policyID = o.model, o.ID
	}
	if sampler, err = s.policy.Backend.Sampler(ctx, model); err != nil {
		return nil, "", err
	}
	return s.policy.Limits.Sampler(sampler), policyID, nil
}

// answers asks what the journal does not have the answer of.
func (s *sampleStep) answers(ctx context.Context, r *runner.Run, sampler backends.Sampler, asks []ask) ([]answer, error) {
	key := func(i int) string { return fmt.Sprintf("%s/%d", asks[i].row.RowKey, asks[i].replicate) }
	return runner.Rows(ctx, r, len(asks), key, func(ctx context.Context, todo []int, emit func(int, answer) error) error {
		most := chunk
		if !s.policy.Info.Free { // a few at first, which may all fail
			most = runner.Probe
		}
		for ; len(todo) > 0; most = chunk {
			select {
			case <-r.Stopping():
				return runner.ErrStopped
			default:
			}
			n, err := s.draw(ctx, r, sampler, asks, todo[:min(most, len(todo))], emit)
			if err != nil {
				return err
			}
			todo = todo[n:]
		}
		return nil
	})
}

// draw asks for as many of todo, from the first, as the budget has room for now,
// and says how many.
func (s *sampleStep) draw(ctx context.Context, r *runner.Run, sampler backends.Sampler, asks []ask, todo []int, emit func(int, answer) error) (int, error) {
	reqs, most := make([]backends.Request, len(todo)), make([]runner.Usage, len(todo))
	for i, at := range todo {
		reqs[i] = request(asks[at], s.settings)
		most[i] = s.policy.most(reqs[i])
	}
	settle, err := r.ReserveSome(ctx, most)
	if err != nil {
		return 0, err
	}
	start := time.Now()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	err = sampler.Sample(ctx, reqs[:len(settle)], func(i int, c backends.Completion, err error) {
		settle[i](s.policy.used(reqs[i], c, err))
		a := answer{Completion: c, Start: start, Latency: time.Since(start)}
		if err != nil {
			a.Error = err.Error()
		}
		if err := emit(todo[i], a); err != nil {
			cancel(err)
		}
	})
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return 0, cause
	}
	return len(settle), err
}

func request(a ask, s specs.Sampling) backends.Request {
	r := backends.Request{Messages: a.messages, MaxTokens: *s.MaxTokens, Temperature: *s.Temperature, Stop: s.Stop, Seed: a.seed}
	if s.TopP != nil {
		r.TopP = *s.TopP
	}
	if s.TopK != nil {
		r.TopK = *s.TopK
	}
	return r
}

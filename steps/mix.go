package steps

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"idiolect/internal/rng"
	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

func mix() specs.Kind[Method] {
	return specs.Kind[Method]{
		Name: "mix", Version: 1,
		Doc: "variants that share one stream: each row is answered by one of them",
		New: func() Method { return &Mix{} },
	}
}

// Mix answers each row by one of several methods, whichever the row's own draw
// falls to. A row stays with its variant whatever other rows there are, in every
// round and repeat.
type Mix struct {
	Weights specs.Weights `yaml:"weights" doc:"method: its share of the rows; shares are taken of their sum" required:"true"`
}

// Check refuses what only the variants have.
func (s *Mix) Check(e *specs.Experiment, path string) []*specs.Error {
	return asksNothing(e, path, "its variants have")
}

// asksNothing refuses what says how to ask and train where others do.
func asksNothing(e *specs.Experiment, path, others string) []*specs.Error {
	errs := trainsNothing(e, path)
	if m, ok := e.Methods.Get(strings.TrimPrefix(path, "methods.")); ok && m.Prompt.ID != "" {
		errs = append(errs, e.Errorf(path+".prompt", "leave it out", "prompt: method %s has none, %s", m.Kind, others))
	}
	return errs
}

// variant is a policy of a mix with its rows: those whose draw lies in [low, high).
type variant struct {
	id        string
	policy    *Policy
	low, high float64
}

// Lower makes nothing but the variants: a mix is a way of asking them.
func (s *Mix) Lower(c *Compiler, id string, m *specs.Method) (*Policy, error) {
	p := &Policy{path: id, again: m.Replicate}
	sum, sofar := 0.0, 0.0
	for _, w := range s.Weights {
		sum += w.Weight
	}
	for i, w := range s.Weights {
		policy, err := c.Policy("methods", w.Method.ID)
		if err != nil {
			return nil, err
		}
		if policy.variants != nil {
			return nil, c.Errorf(id+".weights."+w.Method.ID, "weigh its variants", "a mix of mixes: %s is one itself", w.Method.ID)
		}
		v := variant{id: w.Method.ID, policy: policy, low: sofar / sum}
		sofar += w.Weight
		if v.high = sofar / sum; i == len(s.Weights)-1 {
			v.high = 1
		}
		p.variants = append(p.variants, v)
	}
	return p, nil
}

// portion is the part of the rows that a variant answers; the zero portion is all.
type portion struct {
	low, high float64
	stream    string // which draw
}

// has says whether a row's draw lies within.
func (s portion) has(seed int64, rowKey string) bool {
	if s.high == 0 {
		return true
	}
	u := rng.New(seed, rng.Split, rowKey, s.stream).Float64()
	return u >= s.low && u < s.high
}

func (s portion) lines() []runner.Line {
	if s.high == 0 {
		return nil
	}
	return []runner.Line{line("share", fmt.Sprintf("%g to %g of %s", s.low, s.high, s.stream))}
}

// of says how many of some rows fall to it: its width of what is expected, and at
// most all.
func (s portion) of(rows span) span {
	if s.high > 0 {
		rows.n[0], rows.exact = int64(float64(float64(rows.n[0])*(s.high-s.low))+.5), false
	}
	return rows
}

// gathered is what the variants make together: each row is answered by one.
func (v volume) gathered(o volume) volume {
	return volume{
		rows: [2]int64{v.rows[0] + o.rows[0], max(v.rows[1], o.rows[1])}, tokens: [2]int64{v.tokens[0] + o.tokens[0], max(v.tokens[1], o.tokens[1])},
		longest: max(v.longest, o.longest), samples: max(v.samples, o.samples), open: v.open || o.open,
	}
}

// sampleMix asks each variant about its share and puts the answers together.
func (c *Compiler) sampleMix(id string, s sampling) (*runner.Action, error) {
	stream := "mix"
	if s.policy.again > 0 {
		stream = fmt.Sprintf("mix.a%d", s.policy.again)
	}
	a := runner.Action{
		ID: id, Kind: "gather", Version: 1, Pos: c.Pos(s.policy.path), Says: fmt.Sprintf("put the answers of %d variants together", len(s.policy.variants)),
	}
	step, made := &gatherStep{}, volume{}
	for _, v := range s.policy.variants {
		one := s
		one.policy, one.share = v.policy, portion{v.low, v.high, stream}
		if len(s.policy.variants) == 1 {
			one.share = portion{}
		}
		samples, err := c.sample(id+"."+v.id, one)
		if err != nil {
			return nil, err
		}
		made = made.gathered(c.volumes[samples])
		name := "samples." + v.id
		step.inputs = append(step.inputs, name)
		a.Inputs = append(a.Inputs, runner.Input{Name: name, From: samples})
	}
	a.Step = step
	added := c.add(a)
	c.volumes[added] = made
	return added, nil
}

// gatherStep puts samples of several policies together.
type gatherStep struct{ inputs []string }

// Run writes all of them in row-key order, as they are: policy_id says who
// answered.
func (s *gatherStep) Run(ctx context.Context, r *runner.Run) error {
	var all []tables.Sample
	for _, name := range s.inputs {
		samples, err := readTable[tables.Sample](r.In(name), "samples.parquet")
		if err != nil {
			return err
		}
		all = append(all, samples...)
	}
	slices.SortStableFunc(all, func(a, b tables.Sample) int {
		return cmp.Or(cmp.Compare(a.RowKey, b.RowKey), cmp.Compare(a.Replicate, b.Replicate))
	})
	r.Progress(len(all), len(all), "completions")
	return writeTable(r, "samples.parquet", all)
}

package steps

import (
	"fmt"
	"slices"

	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

// askedLater is how a policy is asked when only the run will tell which of several
// it is: how each of them would be.
func (p *Policy) askedLater(wide *specs.Sampling) asked {
	var all asked
	for i, q := range p.choice {
		one := q.asked(wide)
		for _, l := range one.lines {
			all.lines = append(all.lines, line(worn(i)+l.Label, l.Value))
		}
		for _, in := range one.inputs {
			all.inputs = append(all.inputs, runner.Input{Name: worn(i) + in.Name, From: in.From})
		}
		all.readers = append(all.readers, one.readers...)
	}
	return all
}

// worn names what belongs to the i-th candidate.
func worn(i int) string { return fmt.Sprintf("candidate.%d.", i) }

// settled is the step once it is known which candidate its policy is.
func (s *sampleStep) settled(r *runner.Run) (*sampleStep, error) {
	if s.policy.choice == nil {
		return s, nil
	}
	rows, err := readTable[tables.Candidate](r.In("policy"), "candidates.parquet")
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(rows, func(c tables.Candidate) bool { return c.Chosen })
	if i < 0 || i >= len(s.policy.choice) {
		return nil, fmt.Errorf("of %d candidates none is marked as chosen", len(rows))
	}
	p := *s.policy.choice[i]
	p.Action = s.policy.Action
	if p.Prompt != nil {
		asking := *p.Prompt
		asking.worn = worn(i)
		p.Prompt = &asking
	}
	own := *s
	own.policy, own.settings = &p, merge(p.Sampling, s.wide)
	return &own, nil
}

// asksAny is asks for a policy that may be one of several: what the dearest takes.
func (c *Compiler) asksAny(s sampling) (runner.Estimate, volume, error) {
	policies := s.policy.choice
	if policies == nil {
		policies = []*Policy{s.policy}
	}
	var most runner.Estimate
	var made volume
	for _, p := range policies {
		one := s
		one.policy = p
		e, v, err := c.asks(one, int64(*merge(p.Sampling, s.wide).MaxTokens))
		if err != nil {
			return e, v, err
		}
		if e.Tokens()[1] >= most.Tokens()[1] {
			most, made = e, v
		}
	}
	return most, made, nil
}

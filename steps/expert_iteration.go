package steps

import (
	"fmt"

	"idiolect/specs"
)

func expertIteration() specs.Kind[Method] {
	return specs.Kind[Method]{
		Name: "expert_iteration", Version: 1,
		Doc: "rounds of sampling, judging, and training on what the judge accepted",
		New: func() Method {
			s := &ExpertIteration{Keep: "accepted", Start: "restart", Pool: "pool", Rows: "same"}
			s.Hyperparameters.Rounds, s.Hyperparameters.Samples = 1, 1
			return s
		},
	}
}

// ExpertIteration trains a policy on its own accepted completions (rejection
// sampling fine-tuning; Anthony et al. 2017, and TensorZero's haiku example).
// By default every round trains the start policy anew on all that was accepted
// so far: continuing from the last round's policy on its own acceptances alone
// was measured to lose metre and topic from the fourth round on.
type ExpertIteration struct {
	Model specs.ModelRef `yaml:"model" doc:"where it starts" required:"true"`
	Data  specs.DataRef  `yaml:"data" doc:"rows to sample on" required:"true"`
	Judge specs.JudgeRef `yaml:"judge" doc:"who decides what is kept" required:"true"`
	Keep  string         `yaml:"keep" doc:"which completions are trained on; random keeps as many as were accepted, as a control" enum:"accepted,rejected,best,random"`
	Start string         `yaml:"start" doc:"each round trains the start policy anew, or continues from the last round's" enum:"restart,continue"`
	Pool  string         `yaml:"pool" doc:"each round trains on all that was kept so far, or on its own alone" enum:"pool,replace"`
	Rows  string         `yaml:"rows" doc:"every round samples on the same rows, or each on its own share" enum:"same,fresh"`
	Train specs.Nested   `yaml:"train" doc:"the method that trains, such as {kind: sft}" required:"true"`

	Hyperparameters struct {
		Rounds  int `yaml:"rounds" doc:"times everything is done" positive:"true" max:"1000"`
		Samples int `yaml:"samples" doc:"completions per row and round" positive:"true" max:"100000"`
	} `yaml:"hyperparameters" doc:"what tunes it"`
}

// Check refuses a train kind that does not train.
func (s *ExpertIteration) Check(e *specs.Experiment, path string) []*specs.Error {
	if _, ok := s.Train.Settings.(Trained); s.Train.Kind != "" && !ok {
		return []*specs.Error{e.Errorf(path+".train.kind", "use sft", "%q does not train on rows", s.Train.Kind)}
	}
	return nil
}

// Lower unrolls the rounds into steps. Round k of an experiment with more rounds
// is the same step, so methods that differ in rounds alone share all but the last.
func (s *ExpertIteration) Lower(c *Compiler, id string, m *specs.Method) (*Policy, error) {
	base, err := c.start(s.Model, m)
	if err != nil {
		return nil, err
	}
	start := *base
	if start.Prompt, err = c.asking(m.Prompt, base.Prompt); err != nil {
		return nil, err
	}
	data, err := c.entry(s.Data.ID)
	if err != nil {
		return nil, err
	}
	start.path = id
	policy := &start
	var pool []judgedSamples
	for round := 1; round <= s.Hyperparameters.Rounds; round++ {
		js, err := s.round(c, fmt.Sprintf("%s.round%d", id, round), policy, data, round)
		if err != nil {
			return nil, err
		}
		pool = append(pool, js)
		if s.Pool == "replace" {
			pool = pool[len(pool)-1:]
		}
		kept := c.keep(fmt.Sprintf("%s.round%d.kept", id, round), s.Keep, pool, c.draw(&start))
		from := &start
		if s.Start == "continue" {
			from = policy
		}
		made := id
		if round < s.Hyperparameters.Rounds {
			made = fmt.Sprintf("%s.round%d", id, round)
		}
		if policy, err = s.Train.Settings.(Trained).Tune(c, made, from, kept); err != nil {
			return nil, err
		}
		policy.path = id
	}
	return policy, nil
}

// round samples and judges once.
func (s *ExpertIteration) round(c *Compiler, id string, policy *Policy, data *entry, round int) (judgedSamples, error) {
	q := sampling{policy: policy, data: data, split: s.Data.Split, samples: s.Hyperparameters.Samples, replicate: c.draw(policy)}
	if round > 1 {
		q.replicate = fmt.Sprintf("%s.r%d", q.replicate, round)
	}
	if s.Rows == "fresh" {
		q.part = part{round, s.Hyperparameters.Rounds}
	}
	samples, err := c.sample(id+".samples", q)
	if err != nil {
		return judgedSamples{}, err
	}
	verdicts, err := c.verdicts(id+".verdicts", s.Judge, samples)
	return judgedSamples{samples, verdicts, round}, err
}

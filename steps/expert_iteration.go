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
// sampling fine-tuning; Anthony et al. 2017, and TensorZero's haiku example). One
// that trains on preferences gets of each row the completion that the judge values
// most over the one it values least (Yuan et al. 2024, section 3).
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

// pairs says whether what trains takes pairs.
func (s *ExpertIteration) pairs() bool {
	t, ok := s.Train.Settings.(Trained)
	return ok && t.Takes() == "pairs"
}

// Check refuses a train kind that does not train, rows beside those that are kept,
// and pairs where there is nothing to pair.
func (s *ExpertIteration) Check(e *specs.Experiment, path string) []*specs.Error {
	if _, ok := s.Train.Settings.(Trained); s.Train.Kind != "" && !ok {
		return []*specs.Error{e.Errorf(path+".train.kind", "use sft or dpo", "%q does not train on rows", s.Train.Kind)}
	}
	if s.pairs() && e.Pos(path+".keep") != e.Pos(path) {
		return []*specs.Error{e.Errorf(path+".keep", "leave it out", "keep has no effect with %s - of each row it takes the best answer and the worst", s.Train.Kind)}
	}
	if s.pairs() && s.Hyperparameters.Samples < 2 {
		return []*specs.Error{e.Errorf(path+".hyperparameters.samples", "say more", "%d sample a row - %s takes pairs of them, so at least 2", s.Hyperparameters.Samples, s.Train.Kind)}
	}
	if e.Pos(path+".train.data") != e.Pos(path+".train") {
		return []*specs.Error{e.Errorf(path+".train.data", "leave it out", "data has no effect here - the rows are those that the judge left")}
	}
	return nil
}

// Lower unrolls the rounds into steps. Round k of an experiment with more rounds
// is the same step, so methods that differ in rounds alone share all but the last.
func (s *ExpertIteration) Lower(c *Compiler, id string, m *specs.Method) (*Policy, error) {
	asked, err := c.named(s.Model)
	if err != nil {
		return nil, err
	}
	start, err := s.begin(c, id, m, asked)
	if err != nil {
		return nil, err
	}
	t := Training{Start: start}
	if t.Worn, err = c.worn(m, start.Prompt); err != nil {
		return nil, err
	}
	if t.Monitor, err = c.monitor(id, m, start); err != nil {
		return nil, err
	}
	data, err := c.learned(s.Data)
	if err != nil {
		return nil, err
	}
	kept := keeping{how: s.Keep, draw: c.draw(start), target: s.Train.Settings.(Trained).Takes(), anew: s.Train.Settings.(Trained).Begins().ID != ""}
	if s.pairs() {
		kept.how = "pairs"
	}
	sampled := s.sampled(asked, start, m, t.Worn)
	var policy, own *Policy
	if kept.anew || kept.target == "extract" {
		own = start.wearing(t.Worn)
	}
	for round := 1; round <= s.Hyperparameters.Rounds; round++ {
		made := fmt.Sprintf("%s.round%d", id, round)
		if kept.target == "extract" && !sampled.extracts() {
			return nil, c.Errorf(id+".train.target", "give the prompt an `extract:`", "target extract - the method samples with no prompt that extracts")
		}
		js, err := s.round(c, made, sampled, own, data, round)
		if err != nil {
			return nil, err
		}
		kept.rounds = append(kept.rounds, js)
		if s.Pool == "replace" {
			kept.rounds = kept.rounds[len(kept.rounds)-1:]
		}
		t.Data = c.keep(made+".kept", kept)
		if s.Start == "continue" && policy != nil {
			t.Start = policy
		}
		if round == s.Hyperparameters.Rounds {
			made = id
		}
		if policy, err = s.Train.Settings.(Trained).Tune(c, made, t); err != nil {
			return nil, err
		}
		policy.path = id
		sampled = policy.wearing(t.Worn)
	}
	return policy, nil
}

// begin is the policy that training starts from, with the prompt that the trained
// one will be asked with. Unless `train` names a model of its own it is the one
// that is sampled; of a mix of several, one has to be named.
func (s *ExpertIteration) begin(c *Compiler, id string, m *specs.Method, asked *Policy) (*Policy, error) {
	ref, path := s.Model, id
	own := s.Train.Settings.(Trained).Begins()
	switch {
	case own.ID != "":
		ref, path = own, id+".train"
	case asked.variants != nil:
		return nil, c.Errorf(id+".train", "say which: train: {kind: sft, model: writer}", "%s is a mix of several policies - one is trained on what all of them earned", s.Model.ID)
	}
	start, err := c.start(path, ref, m)
	if err != nil {
		return nil, err
	}
	if start.Prompt == nil && asked.choice == nil {
		start.Prompt = asked.Prompt // null for a mix
	}
	if start.Prompt, err = c.asking(m.Prompt, start.Prompt); err != nil {
		return nil, err
	}
	if start.Prompt == nil && asked.variants != nil {
		return nil, c.Errorf(id, "give the method a `prompt:`", "missing key: %s needs %q - what is trained on a mix has to be asked somehow", id, "prompt")
	}
	start.path = id
	return start, nil
}

// sampled is the policy of the first round: what the spec names, asked as the
// method says. The method's prompt is that of what it trains: the variants of a mix
// keep their own, unless one is worn in training.
func (s *ExpertIteration) sampled(asked, start *Policy, m *specs.Method, worn *Asking) *Policy {
	p := *asked
	p.path, p.again = start.path, start.again
	if m.TrainPrompt.ID != "" || m.Prompt.ID != "" && p.variants == nil {
		return p.wearing(worn)
	}
	return &p
}

// round samples and judges once. own is the policy that is trained, where what it is
// trained on is not what was sampled as it stands; else nil.
func (s *ExpertIteration) round(c *Compiler, id string, policy, own *Policy, data *entry, round int) (judgedSamples, error) {
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
	made := c.volumes[samples]
	if own != nil { // its prompts around the same answers, or a part of them
		one := q
		one.policy, one.scope, one.extract = own, c.scope(), s.Train.Settings.(Trained).Takes() == "extract"
		if _, made, err = c.asks(one, policy.longest()); err != nil {
			return judgedSamples{}, err
		}
	}
	verdicts, err := c.verdicts(id+".verdicts", s.Judge, samples)
	return judgedSamples{samples, verdicts, round, made}, err
}

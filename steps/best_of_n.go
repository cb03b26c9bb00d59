package steps

import "idiolect/specs"

func bestOfN() specs.Kind[Method] {
	return specs.Kind[Method]{
		Name: "best_of_n", Version: 1,
		Doc: "several drafts, of which a judge picks one; nothing is trained",
		New: func() Method { s := &BestOfN{}; s.Hyperparameters.N = 4; return s },
	}
}

// BestOfN answers by the draft that a judge likes best: that of the highest value,
// or of the most wins when every two are compared. Its distance to the policy that
// drafts is at most log n - (n-1)/n nats (Stiennon et al. 2020).
type BestOfN struct {
	Model specs.ModelRef `yaml:"model" doc:"who drafts" required:"true"`
	Judge specs.JudgeRef `yaml:"judge" doc:"who picks" required:"true"`

	Hyperparameters struct {
		N int `yaml:"n" doc:"drafts of an answer" min:"2" max:"1000"`
	} `yaml:"hyperparameters" doc:"what tunes it"`
}

// Check refuses what says how to train.
func (s *BestOfN) Check(e *specs.Experiment, path string) []*specs.Error {
	return trainsNothing(e, path)
}

// Lower writes down who drafts, as a prompt does; drafts are drawn and judged wherever
// the policy answers.
func (s *BestOfN) Lower(c *Compiler, id string, m *specs.Method) (*Policy, error) {
	base, err := c.start(id, s.Model, m)
	if err != nil {
		return nil, err
	}
	if base.drafts != nil {
		return nil, c.Errorf(id+".model", "", "best of %d of another best_of_n - its drafts are answers of one model", s.Hyperparameters.N)
	}
	p, err := (&Prompt{Model: s.Model}).Lower(c, id, m)
	if err != nil {
		return nil, err
	}
	own := *p
	own.drafts = &drafts{n: s.Hyperparameters.N, judge: s.Judge}
	return &own, nil
}

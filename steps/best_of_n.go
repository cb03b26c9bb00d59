package steps

import (
	"fmt"

	"idiolect/runner"
	"idiolect/specs"
)

func bestOfN() specs.Kind[Method] {
	return specs.Kind[Method]{
		Name: "best_of_n", Version: 1, Planned: true,
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

// Lower plans the policy; drafts and verdicts are taken wherever it answers.
func (s *BestOfN) Lower(c *Compiler, id string, m *specs.Method) (*Policy, error) {
	base, err := c.start(id, s.Model, m)
	if err != nil {
		return nil, err
	}
	if base.drafts != nil {
		return nil, c.Errorf(id+".model", "", "best of %d of another best_of_n - its drafts are answers of one model", s.Hyperparameters.N)
	}
	p := *base
	if p.Prompt, err = c.asking(m.Prompt, base.Prompt); err != nil {
		return nil, err
	}
	a := runner.Action{ID: id, Kind: m.Kind, Pos: c.Pos(id), Lines: []runner.Line{line("n", s.Hyperparameters.N)}}
	p.ask(&a, c)
	one, err := c.consult(&a, "judge", s.Judge)
	if err != nil {
		return nil, err
	}
	p.drafts = &drafts{n: int64(s.Hyperparameters.N), questions: int64(s.Hyperparameters.N), judge: one}
	if c.isPairwise(s.Judge) {
		p.drafts.questions = Tournament{Pattern: "all"}.pairs(s.Hyperparameters.N)
	}
	p.path = id
	a.Says = fmt.Sprintf("best of %d by %s, picked by %s", p.drafts.n, label(p.Info), s.Judge.ID)
	return c.trained(a, &p), nil
}

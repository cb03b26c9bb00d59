package steps

import "idiolect/specs"

func pairwise() specs.Kind[Judge] {
	return specs.Kind[Judge]{
		Name: "pairwise", Version: 1,
		Doc: "which of two answers is better: a, b or a tie",
		New: func() Judge { return &Pairwise{Orders: "both", Form: "verdict"} },
	}
}

// Pairwise compares two answers to the same row.
type Pairwise struct {
	Orders string `yaml:"orders" doc:"a model sees every two answers in both orders, or in one that is drawn; a program has no order" enum:"both,one"`
	Form   string `yaml:"form" doc:"verdict: a model sees both answers; read: it reads each alone, one criterion at a time, and probabilities are compared. A reward_model judges in the form that it was trained in" enum:"verdict,read"`

	Hyperparameters struct {
		TieMargin *float64 `yaml:"tie_margin" doc:"values of two answers that differ by no more are a tie: scores of a program, probabilities of a model; 0 by default, .1 under form read, where what is below is noise" min:"0" max:"1"`
		Flip      float64  `yaml:"flip" doc:"share of a program's preferences that are turned around, drawn: a noisy judge, for experiments about judges" min:"0" max:"1"`
		First     float64  `yaml:"first" doc:"share of a program's verdicts that prefer what is shown first, whatever it is: a biased judge, for experiments about judges" min:"0" max:"1"`
	} `yaml:"hyperparameters" doc:"what tunes it"`
}

// noise are its dials.
func (p *Pairwise) noise(seed int64) noise {
	n := noise{flip: p.Hyperparameters.Flip, first: p.Hyperparameters.First, orders: []string{"ab", "ba"}, seed: seed}
	if p.Orders == "one" {
		n.orders = n.orders[:1]
	}
	return n
}

// readMargin is the tie_margin of form read: a judge that is sure of both answers
// still differs by a few hundredths, which is noise and no preference.
const readMargin = .1

// margin is the tie_margin in effect.
func (p *Pairwise) margin(reads bool) float64 {
	switch {
	case p.Hyperparameters.TieMargin != nil:
		return *p.Hyperparameters.TieMargin
	case reads:
		return readMargin
	}
	return 0
}

// Check refuses a form that a program does not have.
func (p *Pairwise) Check(e *specs.Experiment, path string) []*specs.Error {
	return needsModel(e, path, p.Form)
}

// Title says what is decided.
func (p *Pairwise) Title() string { return "compare pairs" }

// Label is the column of a person's own preferences.
func (p *Pairwise) Label() string { return preferenceLabel }

// Decide scores one of the two by the rubric's expr; the higher score wins.
func (p *Pairwise) Decide(r *specs.Rubric) (Decide, error) { return (&Score{}).Decide(r) }

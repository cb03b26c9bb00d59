package steps

import "idiolect/specs"

func pairwise() specs.Kind[Judge] {
	return specs.Kind[Judge]{
		Name: "pairwise", Version: 1,
		Doc: "which of two answers is better: a, b or a tie",
		New: func() Judge { return &Pairwise{Orders: "both"} },
	}
}

// Pairwise compares two answers to the same row.
type Pairwise struct {
	Orders string `yaml:"orders" doc:"a model sees every two answers in both orders, or in one that is drawn; a program has no order" enum:"both,one"`

	Hyperparameters struct {
		TieMargin float64 `yaml:"tie_margin" doc:"a program calls scores that differ by no more than this a tie" min:"0" max:"1"`
	} `yaml:"hyperparameters" doc:"what tunes it"`
}

// Title says what is decided.
func (p *Pairwise) Title() string { return "compare pairs" }

// Label is the column of a person's own preferences.
func (p *Pairwise) Label() string { return preferenceLabel }

// Decide scores one of the two by the rubric's expr; the higher score wins.
func (p *Pairwise) Decide(r *specs.Rubric) (Decide, error) { return (&Score{}).Decide(r) }

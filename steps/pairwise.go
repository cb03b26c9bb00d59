package steps

import (
	"errors"

	"idiolect/specs"
)

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

// Decide judges one completion, which a comparison cannot.
func (p *Pairwise) Decide(*specs.Rubric) (Decide, error) {
	return nil, errors.New("a pairwise judge compares two answers - an accept or score judge judges one")
}

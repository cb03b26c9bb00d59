package steps

import "idiolect/specs"

func accept() specs.Kind[Judge] {
	return specs.Kind[Judge]{
		Name: "accept", Version: 1,
		Doc: "yes or no, with the reason",
		New: func() Judge { a := &Accept{}; a.Hyperparameters.Threshold = 1; return a },
	}
}

// Accept says yes when every hard criterion holds and the score of all reaches
// the threshold.
type Accept struct {
	Hyperparameters struct {
		Threshold float64 `yaml:"threshold" doc:"least score that is accepted; 1: every criterion holds" min:"0" max:"1"`
	} `yaml:"hyperparameters" doc:"what tunes it"`
}

// Title says what is decided.
func (a *Accept) Title() string { return "accept or reject" }

// Label is the column that says what a person accepted.
func (a *Accept) Label() string { return acceptedLabel }

// Decide judges by the rubric's expr.
func (a *Accept) Decide(r *specs.Rubric) (Decide, error) {
	if err := programmed(r); err != nil {
		return nil, err
	}
	return func(env map[string]any) (Outcome, error) {
		w, err := weigh(r, env)
		if err != nil {
			return Outcome{}, err
		}
		yes := len(w.hard) == 0 && w.score >= a.Hyperparameters.Threshold
		return Outcome{Accepted: &yes, Criteria: w.values, Reason: reason(w.failed)}, nil
	}, nil
}

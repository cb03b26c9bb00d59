package steps

import "idiolect/specs"

func score() specs.Kind[Judge] {
	return specs.Kind[Judge]{
		Name: "score", Version: 1,
		Doc: "from 0 to 1: the weighted mean of the criteria, 0 when a hard one fails",
		New: func() Judge { return &Score{} },
	}
}

// Score grades by criteria.
type Score struct{}

// Title says what is decided.
func (s *Score) Title() string { return "score" }

// Label is the column of a person's own scores.
func (s *Score) Label() string { return scoreLabel }

// Decide grades by the rubric's expr.
func (s *Score) Decide(r *specs.Rubric) (Decide, error) {
	if err := programmed(r); err != nil {
		return nil, err
	}
	return func(env map[string]any) (Outcome, error) {
		w, err := weigh(r, env)
		if err != nil {
			return Outcome{}, err
		}
		if len(w.hard) > 0 {
			w.score = 0
		}
		return Outcome{Score: &w.score, Criteria: w.values, Reason: reason(w.failed)}, nil
	}, nil
}

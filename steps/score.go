package steps

import (
	"strings"

	"idiolect/specs"
)

func score() specs.Kind[Judge] {
	return specs.Kind[Judge]{
		Name: "score", Version: 1,
		Doc: "from 0 to 1: the weighted mean of the criteria, 0 when a hard one fails",
		New: func() Judge { return &Score{Form: "verdict"} },
	}
}

// Score grades by criteria. A model is asked about each criterion by itself.
type Score struct {
	Form string `yaml:"form" doc:"how a model is asked about a criterion. verdict: for a level on its scale; read: the text is read alone, and the probability of the criterion's answer counts" enum:"verdict,read"`
}

// Check refuses a form that a program does not have.
func (s *Score) Check(e *specs.Experiment, path string) []*specs.Error {
	return needsModel(e, path, s.Form)
}

// needsModel refuses form read for a program, which reads what its expr says.
func needsModel(e *specs.Experiment, path, form string) []*specs.Error {
	j, ok := e.Judges.Get(strings.TrimPrefix(path, "judges."))
	if !ok || j.Model.ID != "" || form != "read" {
		return nil
	}
	return []*specs.Error{e.Errorf(path+".form", "name who reads: `model`", "form read without a model - a program judges by the expr of its criteria")}
}

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

package specs

import (
	"fmt"
	"strings"
)

// Experiment is a spec that was read: plain values. Where a value stands in the
// file is asked by its path ([Experiment.Pos]).
type Experiment struct {
	Path   string // as given to Read
	Dir    string // directory of the spec; relative paths in it start here
	Source []byte // the file as read, with ${VAR} unexpanded

	Name        string         `yaml:"name" doc:"an id; runs are kept under it" required:"true"`
	Description string         `yaml:"description" doc:"for people"`
	Seed        int64          `yaml:"seed" doc:"the experiment's randomness" min:"0"`
	Repeats     int            `yaml:"repeats" doc:"retrain and resample on fixed data" positive:"true" max:"1000"`
	Vars        map[string]any `yaml:"vars" doc:"values for templates and expressions: vars.name"`

	Models  Section[*Model]  `yaml:"models" doc:"id -> a model at a backend"`
	Data    Section[*Data]   `yaml:"data" doc:"id -> a source and what is done to its rows"`
	Prompts Section[*Prompt] `yaml:"prompts" doc:"id -> how a model is asked"`
	Rubrics Section[*Rubric] `yaml:"rubrics" doc:"id -> what a judge looks for"`
	Judges  Section[*Judge]  `yaml:"judges" doc:"id -> who is asked what about a completion"`
	Methods Section[*Method] `yaml:"methods" doc:"id -> a way to a policy"`
	Evals   Section[*Eval]   `yaml:"evals" doc:"id -> what is compared, on what, by whom"`
	Expect  []*Claim         `yaml:"expect" doc:"claims the experiment is to confirm"`

	places map[string]place
}

// Defaults runs everything once.
func (e *Experiment) Defaults() { e.Repeats = 1 }

// Pos is where the value at a path stands, such as
// "methods.tuned.train.hyperparameters.learning_rate"; list items are counted
// from 0 ("rubrics.hidden.criteria.2.expr"). For a path the spec does not write
// it is the place of the nearest ancestor that it does write.
func (e *Experiment) Pos(path string) Pos { return e.place(path).Pos }

func (e *Experiment) place(path string) place {
	for {
		if p, ok := e.places[path]; ok {
			return p
		}
		cut := strings.LastIndexByte(path, '.')
		if cut < 0 {
			if p, ok := e.places[""]; ok {
				return p
			}
			return place{Pos: Pos{File: e.Path, Line: 1, Col: 1}}
		}
		path = path[:cut]
	}
}

// Errorf is a mistake at a path; hint may be empty.
func (e *Experiment) Errorf(path, hint, format string, args ...any) *Error {
	p := e.place(path)
	return &Error{Pos: p.Pos, Message: fmt.Sprintf(format, args...), Hint: hint, Width: p.width, Source: p.source}
}

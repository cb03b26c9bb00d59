package specs

import (
	"fmt"
	"strings"
	"time"
)

// Experiment is a spec that was read: plain values. Where a value stands in the
// file is asked by its path ([Experiment.Pos]).
type Experiment struct {
	Path   string // as given to Read
	Dir    string // directory of the spec; relative paths in it start here
	Source []byte // the file as read, with ${VAR} unexpanded

	Name        string         `yaml:"name" doc:"an id; runs are kept under it" required:"true" id:"true"`
	Description string         `yaml:"description" doc:"for people"`
	Extends     string         `yaml:"extends" doc:"a spec whose values stand where this one says nothing; null removes one" file:"true"`
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
	Users   *Users           `yaml:"users" doc:"the experiment is done for each of these persons"`
	Sweep   Sweep            `yaml:"sweep" doc:"path: list of values; every combination is a cell of the experiment"`
	Expect  []*Claim         `yaml:"expect" doc:"claims the experiment is to confirm"`
	Budget  Budget           `yaml:"budget" doc:"the run stops before it passes one of these"`
	Report  Report           `yaml:"report" doc:"what the report holds"`

	Cells   []*Cell  // of the sweep, in its order; one without choices when there is no sweep
	Parents []Parent // the specs this one extends, nearest first

	columns map[string][]string // of each entry of data; nil where they are not known
	tree    *node
	lang    Language
	places  map[string]place
	trail   map[string]Pos // of a parent's file: where it is extended
	part    bool           // a parent could not be read
}

// Users makes the experiment one per person.
type Users struct {
	Data DataRef `yaml:"data" doc:"one row per person; that row is profile in templates and expressions" required:"true"`
	ID   string  `yaml:"id" doc:"the column that names the person; data that has it is cut to the person" required:"true"`
}

// Budget holds limits of a run; zero is none.
type Budget struct {
	USD    float64       `yaml:"usd" doc:"dollars" positive:"true"`
	Calls  int           `yaml:"calls" doc:"calls of models" positive:"true"`
	Tokens int           `yaml:"tokens" doc:"tokens of prompts, completions and training" positive:"true"`
	Wall   time.Duration `yaml:"wall" doc:"time on the clock, such as 2h" positive:"true"`
}

// Report says what the report holds.
type Report struct {
	Tables   []string `yaml:"tables" doc:"ids of the evals whose tables are told; all when left out"`
	Figures  []Figure `yaml:"figures" doc:"what is drawn"`
	Formats  []string `yaml:"formats" doc:"files to write" enum:"md,csv,html,tex"`
	Template string   `yaml:"template" doc:"a Jinja file to fill: a write-up of one's own" file:"true"`
}

// Figure is something drawn of an eval.
type Figure struct {
	Kind  string `yaml:"kind" doc:"what is drawn" enum:"line,bars,heat" required:"true"`
	Eval  string `yaml:"eval" doc:"the eval it is about" required:"true"`
	Judge string `yaml:"judge" doc:"the judge it is about"`
	X     string `yaml:"x" doc:"what runs along the axis: a path of the sweep"`
	By    string `yaml:"by" doc:"one line or bar for each of these"`
}

// Parent is a spec that was extended.
type Parent struct {
	Path   string // as messages name it
	Source []byte
}

// Defaults runs everything once.
func (e *Experiment) Defaults() { e.Repeats = 1 }

// Columns are those of the rows of an entry of data, after all that is done to
// them; nil when nobody knows before the run.
func (e *Experiment) Columns(data string) []string { return e.columns[data] }

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
	return &Error{Pos: p.Pos, Message: fmt.Sprintf(format, briefly(args)...), Hint: hint, Width: p.width, Source: p.source, Trail: e.extendedAt(p.File)}
}

// extendedAt leads from a parent's file to the spec: where each is extended.
func (e *Experiment) extendedAt(file string) []Pos {
	var trail []Pos
	for at, ok := e.trail[file]; ok; at, ok = e.trail[at.File] {
		trail = append(trail, at)
	}
	return trail
}

package reports

import (
	"errors"
	"fmt"
	"slices"

	"idiolect/runner"
)

// Diff is what differs between two runs: in their specs, their steps and their results.
type Diff struct {
	Old     string         `json:"old"` // run directories
	New     string         `json:"new"`
	Spec    []ValueChange  `json:"spec"`
	Steps   runner.Changes `json:"steps"`
	Results []ResultChange `json:"results"`
	OldOnly []string       `json:"old_only,omitempty"` // figures of one run alone, as eval.method.judge
	NewOnly []string       `json:"new_only,omitempty"`
}

// ResultChange is a method under a judge in both runs. Shares and scores lie from 0 to 1.
type ResultChange struct {
	Eval   string `json:"eval"`
	Cell   string `json:"cell,omitempty"` // of the sweep; empty where it does not touch the method
	Method string `json:"method"`
	Judge  string `json:"judge"`
	Old    Figure `json:"old"`
	New    Figure `json:"new"`
	// New minus old, with its 95% interval; null where it has none.
	Difference *float64 `json:"difference"`
	Low        *float64 `json:"low"`
	High       *float64 `json:"high"`
	P          *float64 `json:"p"`      // bare; null unless paired
	Paired     bool     `json:"paired"` // by row, or by person: both runs have the same ones
	Same       bool     `json:"same"`   // both have the very same verdicts
	test       string
}

// Figure is a mean with its 95% interval over n judgements.
type Figure struct {
	Mean *float64 `json:"mean"`
	Low  *float64 `json:"low"`
	High *float64 `json:"high"`
	N    int64    `json:"n"`
}

// Compare says what differs between two runs, from their directories alone.
func Compare(oldDir, newDir string) (*Diff, error) {
	d := &Diff{Old: oldDir, New: newDir, Spec: []ValueChange{}, Results: []ResultChange{}}
	before, err := openSource(oldDir)
	if err != nil {
		return nil, err
	}
	after, err := openSource(newDir)
	if err != nil {
		return nil, err
	}
	if d.Spec, err = specChanges(before.in, after.in); err != nil {
		return nil, err
	}
	previous, err := runner.ReadPrevious(oldDir)
	if err != nil {
		return nil, err
	}
	d.Steps = after.in.Plan.Since(previous)
	return d, d.results(before, after)
}

func openSource(dir string) (*source, error) {
	in, err := Open(dir)
	if err != nil {
		return nil, err
	}
	return newSource(in), nil
}

// results compares what both runs judged. Evals and cells are the same where they are called the same.
func (d *Diff) results(before, after *source) error {
	olds, err := before.evaluations()
	if err != nil {
		return fmt.Errorf("%s: %w", d.Old, err)
	}
	news, err := after.evaluations()
	if err != nil {
		return fmt.Errorf("%s: %w", d.New, err)
	}
	was, told := map[string]*evaluation{}, map[string]int{}
	for _, e := range olds {
		was[e.name()] = e
	}
	for _, e := range news {
		for m, j := range e.judged() {
			old := was[e.name()]
			if old == nil || !old.judges(m, j) {
				d.NewOnly = append(d.NewOnly, e.figureName(m, j))
				continue
			}
			same := e.ID + m + "." + j + old.verdictsOf(m, j) + e.verdictsOf(m, j)
			if i, seen := told[same]; seen { // the sweep does not touch this method
				d.Results[i].Cell = ""
				continue
			}
			r, err := resultChange(before, after, old, e, m, j)
			if err != nil {
				return err
			}
			told[same] = len(d.Results)
			d.Results = append(d.Results, r)
		}
	}
	for _, e := range olds {
		for m, j := range e.judged() {
			if now := slices.IndexFunc(news, func(n *evaluation) bool { return n.name() == e.name() }); now < 0 || !news[now].judges(m, j) {
				d.OldOnly = append(d.OldOnly, e.figureName(m, j))
			}
		}
	}
	return nil
}

func (e *evaluation) judges(method, judge string) bool {
	return slices.Contains(e.Methods, method) && slices.Contains(e.Judges, judge)
}

// figureName names a figure as claims do, and its cell: held_out.tuned.hidden at epochs=2.
func (e *evaluation) figureName(method, judge string) string {
	name := e.ID + "." + method + "." + judge
	if e.at != "" {
		name += " at " + e.at
	}
	return name
}

func (r ResultChange) name() string {
	return (&evaluation{EvalInfo: EvalInfo{ID: r.Eval}, at: r.Cell}).figureName(r.Method, r.Judge)
}

// judged yields every method under every judge.
func (e *evaluation) judged() func(yield func(method, judge string) bool) {
	return func(yield func(method, judge string) bool) {
		for _, j := range e.Judges {
			for _, m := range e.Methods {
				if !yield(m, j) {
					return
				}
			}
		}
	}
}

func resultChange(before, after *source, old, e *evaluation, method, judge string) (ResultChange, error) {
	r := ResultChange{Eval: e.ID, Cell: e.at, Method: method, Judge: judge, Old: old.figure(method, judge), New: e.figure(method, judge)}
	if r.Old.Mean == nil || r.New.Mean == nil {
		return r, nil
	}
	if r.Same = old.verdictsOf(method, judge) == e.verdictsOf(method, judge); r.Same {
		return r, nil
	}
	a, err := before.outcomes(old, method, judge)
	if err == nil {
		b, failed := after.outcomes(e, method, judge)
		if err = failed; err == nil {
			s := shifted(a, b, e.name()+" "+method+" "+judge)
			r.Difference, r.Low, r.High, r.P, r.Paired, r.test = &s.Difference, s.low, s.high, s.P, s.Paired, s.Test
		}
	}
	if errors.Is(err, errAbsent) {
		err = nil
	}
	return r, err
}

func (e *evaluation) figure(method, judge string) Figure {
	s := e.score(method, judge, "", 0)
	if s == nil {
		return Figure{}
	}
	return Figure{s.Mean, s.Low, s.High, s.N}
}

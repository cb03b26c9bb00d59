package reports

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

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

// Terminal writes the differences for people, as [Report.Terminal] does a report.
func (d *Diff) Terminal(w io.Writer, width int, color bool) error {
	sections := []section{d.specSection(), d.stepSection(), d.resultSection()}
	sections = slices.DeleteFunc(sections, func(s section) bool { return len(s.blocks) == 0 })
	return writeTerminal(w, sections, width, color)
}

func (d *Diff) specSection() section {
	s := section{title: "Spec"}
	if len(d.Spec) == 0 {
		s.blocks = append(s.blocks, para("No value differs."))
		return s
	}
	var list items
	for _, c := range d.Spec {
		list = append(list, item{text: c.Path + ": ", data: c.told()})
	}
	s.blocks = append(s.blocks, list)
	return s
}

// stepSection tells causes first, those that read alike together, then what follows from them.
func (d *Diff) stepSection() section {
	s := section{title: "Steps"}
	var order, follow []string
	causes := map[string][]string{}
	for _, c := range d.Steps.Changed {
		if len(c.Own) == 0 {
			follow = append(follow, c.Step)
			continue
		}
		var own []string
		for _, change := range c.Own {
			own = append(own, change.String())
		}
		says := strings.Join(own, "; ")
		if causes[says] == nil {
			order = append(order, says)
		}
		causes[says] = append(causes[says], c.Step)
	}
	var list items
	for _, says := range order {
		list = append(list, item{text: enumerate(causes[says], 3) + ": ", data: says})
	}
	for _, part := range []struct {
		steps []string
		says  string
	}{{follow, "reads what differs"}, {d.Steps.Added, "is in the new run alone"}, {d.Steps.Removed, "is in the old run alone"}} {
		if n := len(part.steps); n > 0 {
			list = append(list, item{text: fmt.Sprintf("%s (%s) %s.", of(int64(n), "step"), enumerate(part.steps, 4), plural(n, part.says))})
		}
	}
	if len(list) == 0 {
		s.blocks = append(s.blocks, para("All steps are the same: nothing that decides a result differs."))
		return s
	}
	s.blocks = append(s.blocks, list)
	return s
}

// plural puts the verb of a sentence about n steps into its number.
func plural(n int, says string) string {
	if n == 1 {
		return says
	}
	return strings.NewReplacer("reads ", "read ", "is ", "are ").Replace(says)
}

func (d *Diff) resultSection() section {
	s := section{title: "Results"}
	if len(d.Results) > 0 {
		s.blocks = append(s.blocks, d.resultTable())
	}
	var list items
	for _, only := range []struct {
		names []string
		where string
	}{{d.OldOnly, "old"}, {d.NewOnly, "new"}} {
		if len(only.names) > 0 {
			list = append(list, item{text: fmt.Sprintf("In the %s run alone: %s.", only.where, enumerate(only.names, 8))})
		}
	}
	if len(list) > 0 {
		s.blocks = append(s.blocks, list)
	}
	return s
}

func (d *Diff) resultTable() table {
	t := table{columns: []column{
		{name: "figure", left: true},
		{name: "old\n[95% interval]"}, {name: "new\n[95% interval]"}, {name: "new minus old,\npoints"}, {name: "p"},
	}}
	paired, unpaired := false, false
	for _, r := range d.Results {
		row := []string{r.name(), r.Old.String(), r.New.String(), points(r.Difference, r.Low, r.High), pValue(r.P, r.test)}
		switch {
		case r.Same:
			row[3], row[4] = "the same", ""
		case r.Difference != nil && !r.Paired:
			row[4] = "unpaired"
			unpaired = true
		case r.Paired:
			paired = true
		}
		t.rows = append(t.rows, row)
	}
	if slices.ContainsFunc(d.Results, func(r ResultChange) bool { return r.Same }) {
		t.notes = append(t.notes, "The same: both runs have the very same verdicts.")
	}
	if paired {
		t.notes = append(t.notes, "Differences are paired by row (by person where there are persons); P is not corrected for the number of comparisons.")
	}
	if unpaired {
		t.notes = append(t.notes, "Unpaired: the runs have different rows; the interval takes them as independent.")
	}
	return t
}

func (f Figure) String() string { return share(f.Mean, f.Low, f.High) }

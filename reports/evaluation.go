package reports

import (
	"errors"
	"fmt"
	"slices"

	"idiolect/runner"
	"idiolect/runner/tables"
)

// evaluation is an eval with its tables, in one cell of the sweep or in several where they do not differ.
type evaluation struct {
	EvalInfo
	cells       [][]int
	at          string // names its cells among those of the sweep; empty: there is no sweep, or it is the same in all
	step        *runner.Action
	arms        []arm
	people      []string
	scores      []tables.Score // nil: the eval has no figures
	differences []tables.Difference
	panel       []tables.Panel       // what else changed; empty where nothing was trained
	health      []tables.Health      // of judges that are models or compare; nil: there are none
	rates       []tables.WinRate     // at equal lengths, under judges that compare
	strengths   []tables.Strength    // where every two of several methods were compared
	policies    map[string][]*policy // method -> its policies of each person and repeat; those that can be read
	kinds       map[string]string    // judge -> accept, score or pairwise
	controls    map[string]string    // method -> what was kept for it (random, rejected), for those trained to compare with
	repeats     int

	scoreAt map[scoreKey]int
	diffAt  map[diffKey]int
}

type scoreKey struct {
	method, judge, criterion string
	person                   string
	repeat                   int
}

type diffKey struct {
	method, against, judge string
	repeat                 int
}

// eval is an eval in a cell of the sweep; it may be nil.
func (r *Report) eval(id string, cell []int) *evaluation {
	for _, e := range r.evals {
		if e.ID == id && slices.ContainsFunc(e.cells, func(c []int) bool { return slices.Equal(c, cell) }) {
			return e
		}
	}
	return nil
}

// evaluations reads all evals, of a sweep each that differs.
func (s *source) evaluations() ([]*evaluation, error) {
	var all []*evaluation
	byStep := map[string]*evaluation{}
	for _, info := range s.in.Evals {
		step := s.find("evals."+info.ID, info.Cell, "", 0)
		same := ""
		if step != nil {
			same = info.ID + " " + string(step.Key())
		}
		if e := byStep[same]; e != nil {
			e.cells = append(e.cells, info.Cell)
			continue
		}
		e, err := s.evaluation(info, step)
		if err != nil {
			return nil, fmt.Errorf("eval %s: %w", info.ID, err)
		}
		all = append(all, e)
		if step != nil {
			byStep[same] = e
		}
	}
	for _, e := range all {
		e.at = s.in.told(e.cells)
	}
	return all, nil
}

// evaluation reads the tables of an eval; without them it has no scores.
func (s *source) evaluation(info EvalInfo, step *runner.Action) (*evaluation, error) {
	e := &evaluation{EvalInfo: info, cells: [][]int{info.Cell}, policies: map[string][]*policy{}, kinds: map[string]string{}, controls: map[string]string{}}
	if e.Baseline == "" {
		e.Baseline = e.Methods[0]
	}
	if step == nil {
		return e, nil
	}
	e.step = step
	s.trace(e)
	if err := s.readPolicies(e); err != nil {
		return nil, err
	}
	scores, err := read[tables.Score](s, step, scoresFile)
	if err == nil {
		e.differences, err = read[tables.Difference](s, step, differencesFile)
	}
	if errors.Is(err, errAbsent) {
		return e, nil
	}
	e.scores = scores
	e.index()
	if err == nil {
		e.health, err = readOptional[tables.Health](s, step, healthFile)
	}
	if err == nil {
		e.rates, err = readOptional[tables.WinRate](s, step, ratesFile)
	}
	if err == nil {
		e.strengths, err = readOptional[tables.Strength](s, step, strengthsFile)
	}
	if err != nil {
		return e, err
	}
	return e, s.readPanel(e)
}

func (e *evaluation) index() {
	e.scoreAt, e.diffAt = map[scoreKey]int{}, map[diffKey]int{}
	for i, s := range e.scores {
		e.scoreAt[scoreKey{s.Method, s.Judge, text(s.Criterion), text(s.User), repeatOf(s.Repeat)}] = i
	}
	for i, d := range e.differences {
		e.diffAt[diffKey{d.Method, d.Against, d.Judge, repeatOf(d.Repeat)}] = i
	}
}

// score is a row of the scores; criterion "" is the whole verdict, repeat 0 is pooled. It may be nil.
func (e *evaluation) score(method, judge, criterion string, repeat int) *tables.Score {
	return e.scoreOf("", method, judge, criterion, repeat)
}

// scoreOf is a person's row of the scores, or everybody's for person "". It may be nil.
func (e *evaluation) scoreOf(person, method, judge, criterion string, repeat int) *tables.Score {
	i, ok := e.scoreAt[scoreKey{method, judge, criterion, person, repeat}]
	if !ok {
		return nil
	}
	return &e.scores[i]
}

// name is the eval with its place in the sweep.
func (e *evaluation) name() string {
	if e.at == "" {
		return e.ID
	}
	return e.ID + " at " + e.at
}

// title heads what is told of the eval: also what a reader must know before any figure.
func (e *evaluation) title() string {
	return "Eval " + e.name() + e.caveat()
}

func (e *evaluation) caveat() string {
	told := map[string]string{
		"policy": " (control: every person is answered by another person's policy)", "profile": " (control: every person is asked about with another person's profile)",
	}[e.Swap]
	if e.Seen {
		told += " (rows that were trained on)"
	}
	return told
}

// pooled says over what the figures of a table are taken together.
func (e *evaluation) pooled() string {
	switch persons := len(e.people) > 0; {
	case persons && e.repeats > 1:
		return ", pooled over persons and repeats"
	case persons:
		return ", pooled over the persons"
	case e.repeats > 1:
		return ", pooled over the repeats"
	}
	return ""
}

// thing is what was drawn at random, the clusters of all intervals and tests.
func (e *evaluation) thing() string {
	if len(e.people) > 0 {
		return "person"
	}
	return "topic"
}

// difference is how far method is above against; the table has each two methods once, so the row may have
// to be turned round. It may be nil.
func (e *evaluation) difference(method, against, judge string, repeat int) *tables.Difference {
	if i, ok := e.diffAt[diffKey{method, against, judge, repeat}]; ok {
		return &e.differences[i]
	}
	i, ok := e.diffAt[diffKey{against, method, judge, repeat}]
	if !ok {
		return nil
	}
	return turned(e.differences[i])
}

// turned exchanges the sides of a difference.
func turned(d tables.Difference) *tables.Difference {
	d.Method, d.Against = d.Against, d.Method
	d.Difference, d.Low, d.High = negated(d.Difference), negated(d.High), negated(d.Low)
	d.Relative, d.RelLow, d.RelHigh = inverted(d.Relative), inverted(d.RelHigh), inverted(d.RelLow)
	return &d
}

func negated(x *float64) *float64 {
	if x == nil {
		return nil
	}
	y := -*x
	return &y
}

// inverted is the relative gain seen from the other side: a ratio r-1 becomes 1/r-1, which is exact for
// the ends of an interval that was made on the log of the ratio.
func inverted(gain *float64) *float64 {
	if gain == nil || *gain <= -1 {
		return nil
	}
	y := 1/(1+*gain) - 1
	return &y
}

func repeatOf(r *int64) int {
	if r == nil {
		return 0
	}
	return int(*r)
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

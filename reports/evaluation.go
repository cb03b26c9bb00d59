package reports

import (
	"errors"

	"idiolect/runner"
	"idiolect/runner/tables"
)

// evaluation is an eval with its tables.
type evaluation struct {
	EvalInfo
	step        *runner.Action
	cells       []cell
	scores      []tables.Score // nil: the eval has no figures
	differences []tables.Difference
	policies    map[string][]*policy // method -> its policy in each repeat; those that can be read
	kinds       map[string]string    // judge -> accept or score
	controls    map[string]string    // method -> what was kept for it (random, rejected), for those trained to compare with
	repeats     int

	scoreAt map[scoreKey]int
	diffAt  map[diffKey]int
}

type scoreKey struct {
	method, judge, criterion string
	repeat                   int
}

type diffKey struct {
	method, against, judge string
	repeat                 int
}

func (r *Report) eval(id string) *evaluation {
	for _, e := range r.evals {
		if e.ID == id {
			return e
		}
	}
	return nil
}

// evaluation reads the tables of an eval; without them it has no scores.
func (s *source) evaluation(info EvalInfo) (*evaluation, error) {
	e := &evaluation{EvalInfo: info, policies: map[string][]*policy{}, kinds: map[string]string{}, controls: map[string]string{}}
	if e.Baseline == "" {
		e.Baseline = e.Methods[0]
	}
	step, ok := s.in.Plan.Find("evals." + info.ID)
	if !ok {
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
	return e, err
}

func (e *evaluation) index() {
	e.scoreAt, e.diffAt = map[scoreKey]int{}, map[diffKey]int{}
	for i, s := range e.scores {
		e.scoreAt[scoreKey{s.Method, s.Judge, text(s.Criterion), repeatOf(s.Repeat)}] = i
	}
	for i, d := range e.differences {
		e.diffAt[diffKey{d.Method, d.Against, d.Judge, repeatOf(d.Repeat)}] = i
	}
}

// score is a row of the scores; criterion "" is the whole verdict, repeat 0 is pooled. It may be nil.
func (e *evaluation) score(method, judge, criterion string, repeat int) *tables.Score {
	i, ok := e.scoreAt[scoreKey{method, judge, criterion, repeat}]
	if !ok {
		return nil
	}
	return &e.scores[i]
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

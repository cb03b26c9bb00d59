package reports

import (
	"errors"
	"strconv"
	"strings"

	"idiolect/runner"
	"idiolect/runner/tables"
)

// cell is one method under one judge in one repeat, with the steps that made its verdicts.
type cell struct {
	method, judge             string
	repeat                    int
	verdicts, samples, policy *runner.Action
}

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

// policy is a row of a policies table.
type policy struct {
	tables.Policy
	repeat int
	step   *runner.Action
}

// untrained says whether training had nothing to train on, so that this is the policy it began with.
func (p *policy) untrained() bool { return p.Rows == 0 && p.Note != nil }

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

// trace finds the cells of an eval among the inputs of its compare step: method.judge.repeat.
func (s *source) trace(e *evaluation) {
	for _, in := range e.step.Inputs {
		parts := strings.Split(in.Name, ".")
		if len(parts) != 3 {
			continue
		}
		repeat, err := strconv.Atoi(parts[2])
		if err != nil {
			continue
		}
		c := cell{method: parts[0], judge: parts[1], repeat: repeat, verdicts: in.From, samples: input(in.From, "samples")}
		if c.samples != nil {
			c.policy = input(c.samples, "policy")
		}
		e.cells = append(e.cells, c)
		e.repeats = max(e.repeats, repeat)
		e.kinds[c.judge], _, _ = strings.Cut(label(in.From, "judge"), "/")
		if kept := keptFor(c.policy); kept == "random" || kept == "rejected" {
			e.controls[c.method] = kept
		}
	}
}

// keptFor is what the step that trained the policy was given to train on; empty when nothing was chosen for it.
func keptFor(p *runner.Action) string {
	for p != nil && p.Kind == "policy" { // asked otherwise, trained before
		p = input(p, "base")
	}
	if p == nil {
		return ""
	}
	return label(input(p, "rows"), "keep")
}

func (s *source) readPolicies(e *evaluation) error {
	for _, c := range e.cells {
		if c.judge != e.cells[0].judge || c.policy == nil {
			continue
		}
		p, err := s.policy(c.policy)
		if errors.Is(err, errAbsent) {
			continue
		}
		if err != nil {
			return err
		}
		p.repeat = c.repeat
		e.policies[c.method] = append(e.policies[c.method], p)
	}
	return nil
}

func (s *source) policy(a *runner.Action) (*policy, error) {
	rows, err := read[tables.Policy](s, a, policiesFile)
	if err != nil {
		return nil, err
	}
	if len(rows) != 1 {
		return nil, errors.New("step " + a.ID + ": its policies table has " + strconv.Itoa(len(rows)) + " rows - want one")
	}
	return &policy{Policy: rows[0], step: a}, nil
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

// input is the step that an action reads under that name, nil if there is none.
func input(a *runner.Action, name string) *runner.Action {
	if a == nil {
		return nil
	}
	for _, in := range a.Inputs {
		if in.Name == name {
			return in.From
		}
	}
	return nil
}

// label is the value of one of an action's key lines, empty if it has none.
func label(a *runner.Action, name string) string {
	if a == nil {
		return ""
	}
	for _, l := range a.Lines {
		if l.Label == name {
			return l.Value
		}
	}
	return ""
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

package steps

import (
	"fmt"

	"idiolect/runner"
	"idiolect/specs"
)

// judgesOne refuses a judge that compares where one completion is judged.
func (c *Compiler) judgesOne(ref specs.JudgeRef) error {
	if !c.isPairwise(ref) {
		return nil
	}
	return &specs.Error{Pos: ref.Pos, Message: fmt.Sprintf("judge %s compares two answers - here one is judged, by an accept or score judge", ref.ID)}
}

// isPairwise says whether a judge compares.
func (c *Compiler) isPairwise(ref specs.JudgeRef) bool {
	j, _ := c.Judges.Get(ref.ID)
	if j == nil {
		return false
	}
	_, ok := j.Settings.(*Pairwise)
	return ok
}

// paired is a method's samples in the unit being lowered.
type paired struct {
	method  string
	samples *runner.Action
}

// meeting is two methods under a pairwise judge.
type meeting struct {
	cell    // of the first
	against string
	in      string // the input that has the verdicts, on the first against the other
}

// pairs adds the comparisons of an eval's methods in the unit: each with the
// baseline, or every two.
func (c *Compiler) pairs(path string, e *specs.Eval, methods []paired) (met []meeting, inputs []runner.Input, err error) {
	for k, ref := range e.Judges {
		if !c.isPairwise(ref) {
			continue
		}
		if e.Pairs == "baseline" && e.Baseline.ID == "" {
			return nil, nil, c.Errorf(fmt.Sprintf("%s.judges.%d", path, k), "say which method is the `baseline`, or `pairs: all`", "%s compares two methods - whom each is compared with is not said", ref.ID)
		}
		for i, against := range methods {
			for _, m := range methods[i+1:] {
				one, other := m, against
				if e.Pairs == "baseline" && one.method == e.Baseline.ID {
					one, other = other, one
				}
				if e.Pairs == "baseline" && other.method != e.Baseline.ID {
					continue
				}
				v, err := c.compared(path, e, ref, one, other)
				if err != nil {
					return nil, nil, err
				}
				m := meeting{cell: cell{Method: one.method, Judge: ref.ID, Repeat: c.repeat}, against: other.method}
				if c.person != nil {
					m.User = c.person.label
				}
				if m.in = m.input(); e.Pairs == "all" {
					m.in = one.method + "~" + other.method + m.in[len(one.method):]
				}
				met, inputs = append(met, m), append(inputs, runner.Input{Name: m.in, From: v})
			}
		}
	}
	return met, inputs, nil
}

// compared adds a judge's verdicts on two methods' answers, row by row.
func (c *Compiler) compared(path string, e *specs.Eval, ref specs.JudgeRef, one, other paired) (*runner.Action, error) {
	id := fmt.Sprintf("%s.%s.%s", path, one.method, ref.ID)
	if e.Pairs == "all" {
		id = fmt.Sprintf("%s.%s.%s.%s", path, one.method, other.method, ref.ID)
	}
	about := []runner.Input{{Name: "samples", From: one.samples}, {Name: "against", From: other.samples}}
	return c.refereed(id, ref, about, drawn(one.samples), ofPairs{})
}

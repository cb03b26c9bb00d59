package reports

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"idiolect/runner"
	"idiolect/runner/tables"
)

// arm is one method under one judge for one person in one repeat, with the steps that made its verdicts.
type arm struct {
	method, judge             string
	person                    string // "" when there are no persons
	repeat                    int
	verdicts, samples, policy *runner.Action
}

// policy is a row of a policies table.
type policy struct {
	tables.Policy
	arm  arm
	step *runner.Action
}

// untrained says whether training had nothing to train on, so that this is the policy it began with.
func (p *policy) untrained() bool {
	return p.Rows == 0 && p.Note != nil && strings.HasPrefix(*p.Note, "no rows to train on")
}

// trace finds the arms of an eval among the inputs of its compare step: method.judge.repeat, or with persons
// method.judge.person.repeat. A person's name may have dots.
func (s *source) trace(e *evaluation) {
	for _, in := range e.step.Inputs {
		parts := strings.Split(in.Name, ".")
		if len(parts) < 3 {
			continue
		}
		last := len(parts) - 1
		repeat, err := strconv.Atoi(parts[last])
		if err != nil {
			continue
		}
		c := arm{method: parts[0], judge: parts[1], person: strings.Join(parts[2:last], "."), repeat: repeat, verdicts: in.From, samples: input(in.From, "samples")}
		if c.samples != nil {
			c.policy = input(c.samples, "policy")
		}
		e.arms = append(e.arms, c)
		e.repeats = max(e.repeats, repeat)
		if c.person != "" && !slices.Contains(e.people, c.person) {
			e.people = append(e.people, c.person)
		}
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
	for _, c := range e.arms {
		if c.judge != e.arms[0].judge || c.policy == nil {
			continue
		}
		p, err := s.policy(c.policy)
		if errors.Is(err, errAbsent) {
			continue
		}
		if err != nil {
			return err
		}
		p.arm = c
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

package steps

import (
	"fmt"
	"slices"
	"strings"

	"idiolect/runner"
	"idiolect/specs"
)

// trainingOn is a training on the rows of a data entry: where it starts, how the
// policy is asked, what it wears in training, who watches, and the rank of its
// adapters, if it may have any.
func (c *Compiler) trainingOn(id string, m *specs.Method, model specs.ModelRef, data specs.DataRef, adapters *LoRA) (Training, *entry, error) {
	start, err := c.start(id, model, m)
	if err != nil {
		return Training{}, nil, err
	}
	asked := *start
	if asked.Prompt, err = c.asking(m.Prompt, start.Prompt); err != nil {
		return Training{}, nil, err
	}
	t := Training{Start: &asked, split: data.Split}
	if t.Worn, err = c.worn(m, asked.Prompt); err != nil {
		return t, nil, err
	}
	e, err := c.learned(data)
	if err != nil {
		return t, nil, err
	}
	t.Data, asked.path = e.action, id
	if t.Monitor, err = c.monitor(id, m, &asked); err == nil && adapters != nil {
		t.rank, err = adapters.rank(c, id, &asked)
	}
	return t, e, err
}

// tunes adds the step that trains a policy on rows by an objective: to what the
// method says in a it adds where training starts, how the policy is asked, then and
// while it trains, who watches, and which repeat it is.
func (c *Compiler) tunes(a runner.Action, t Training, o func() objective) (*Policy, error) {
	start := t.Start
	if err := c.trains(start.path, a.Kind, start); err != nil {
		return nil, err
	}
	p := *start
	step := &tuneStep{Training: t, kind: a.Kind, objective: o, seed: c.Seed, draw: c.draw(start), scope: c.scope()}
	a.Step = step
	a.Inputs = append([]runner.Input{{Name: "rows", From: t.Data}}, append(start.Prompt.inputs(), a.Inputs...)...)
	readers := start.Prompt.readers()
	if t.Worn != start.Prompt {
		a.Inputs = append(a.Inputs, t.Worn.inputs()...)
		a.Lines = append(a.Lines, t.Worn.lines()...)
		readers = append(readers, t.Worn.readers()...)
	}
	if m := t.Monitor; m != nil {
		a.Inputs = append(a.Inputs, runner.Input{Name: "monitor", From: m.data.action})
		a.Inputs = append(a.Inputs, m.asked.Inputs...)
		a.Lines = append(a.Lines, m.lines()...)
		readers = append(readers, m.readers()...)
		a.Says += fmt.Sprintf(", watched on %s rows", m.data.span(m.split))
		a.Estimate = a.Estimate.Add(m.estimate(t.steps))
	}
	if t.rank > 0 {
		a.Lines = append(a.Lines, line("rank", t.rank))
	}
	a.Lines = append(a.Lines, drawLine(step.draw)...)
	a.Lines = append(a.Lines, start.Prompt.lines()...)
	a.Lines = append(a.Lines, scopeLines(step.scope, readers...)...)
	a.Lines = append(a.Lines, settingLines("sampling", &start.Sampling, &specs.Sampling{})...)
	a.Lines = append(a.Lines, identity(start.Backend, start.Info)...)
	if t.split != "" && t.split != "all" {
		a.Lines = append(a.Lines, line("split", t.split))
	}
	if start.Action != nil {
		a.Inputs = append(a.Inputs, runner.Input{Name: "start", From: start.Action})
	}
	p.Action = c.add(a)
	p.path, p.drafts = a.ID, nil
	return &p, nil
}

// trainsNothing refuses what says how to train where nothing is trained.
func trainsNothing(e *specs.Experiment, path string) (errs []*specs.Error) {
	m, ok := e.Methods.Get(strings.TrimPrefix(path, "methods."))
	if !ok {
		return nil // nested in another
	}
	for _, said := range []struct {
		key string
		set bool
	}{{"train_prompt", m.TrainPrompt.ID != ""}, {"monitor", m.Monitor != nil}, {"checkpoint", m.Checkpoint.Best.ID != ""}} {
		if said.set {
			errs = append(errs, e.Errorf(path+"."+said.key, "leave it out", "%s: method %s trains nothing", said.key, m.Kind))
		}
	}
	return errs
}

// needColumns refuses rows that are known not to have what a method reads: all
// columns of one of the lists.
func needColumns(e *specs.Experiment, path string, ref specs.DataRef, lists ...[]string) []*specs.Error {
	have := e.Columns(ref.ID)
	if have == nil {
		return nil
	}
	var texts []string
	for _, want := range lists {
		if !slices.ContainsFunc(want, func(c string) bool { return !slices.Contains(have, c) }) {
			return nil
		}
		texts = append(texts, strings.Join(want, ", "))
	}
	return []*specs.Error{e.Errorf(path+".data", "`columns: {new: old}` renames", "rows with %s are needed - those of %s have %s", strings.Join(texts, ", or "), ref, strings.Join(have, ", "))}
}

// preferenceColumns are those of rows that say which of two answers is better.
func preferenceColumns() []string { return []string{"input", "a", "b", "preference"} }

package steps

import (
	"context"

	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

func prompt() specs.Kind[Method] {
	return specs.Kind[Method]{
		Name: "prompt", Version: 1,
		Doc: "a model with a system prompt and few-shot examples; nothing is trained",
		New: func() Method { return &Prompt{} },
	}
}

// Prompt is a policy made by asking: a model and how it is asked.
type Prompt struct {
	Model specs.ModelRef `yaml:"model" doc:"who answers: a model, or the policy of a method" required:"true"`
}

// Check refuses what says how to train.
func (s *Prompt) Check(e *specs.Experiment, path string) []*specs.Error {
	return trainsNothing(e, path)
}

// Lower adds the step that writes the policy down.
func (s *Prompt) Lower(c *Compiler, id string, m *specs.Method) (*Policy, error) {
	base, err := c.start(id, s.Model, m)
	if err != nil {
		return nil, err
	}
	p := *base
	if p.Prompt, err = c.asking(m.Prompt, base.Prompt); err != nil {
		return nil, err
	}
	p.path = id
	step := &askStep{policy: &p, scope: c.scope()}
	a := runner.Action{
		ID: id, Kind: "policy", Version: 2, Step: step, Pos: c.Pos(p.path),
		Says:   "ask " + label(p.Info),
		Lines:  append(p.Prompt.lines(), settingLines("sampling", &p.Sampling, &specs.Sampling{})...),
		Inputs: p.Prompt.inputs(),
	}
	a.Lines = append(a.Lines, scopeLines(step.scope, p.Prompt.readers()...)...)
	if base.Action == nil {
		a.Lines = append(a.Lines, identity(p.Backend, p.Info)...)
	} else {
		a.Inputs = append(a.Inputs, runner.Input{Name: "base", From: base.Action})
		step.trained = true
	}
	p.Action = c.add(a)
	return &p, nil
}

// askStep writes down a policy that needs no training.
type askStep struct {
	policy  *Policy
	scope   map[string]any
	trained bool // it asks the policy of another method
}

// Run writes one policies row; the weights of a trained policy are copied.
func (s *askStep) Run(ctx context.Context, r *runner.Run) error {
	shots, err := s.policy.Prompt.shots(r, s.scope)
	if err != nil {
		return err
	}
	asked, err := s.policy.Prompt.stored(s.scope, shots.rows)
	if err != nil {
		return err
	}
	row := tables.Policy{
		ID: tables.ID(string(r.Key()), "", 0), Backend: s.policy.Backend.Name(), Model: label(s.policy.Info), Revision: s.policy.Info.Revision,
		Prompt: asked, Method: "prompt", Settings: "{}",
		Sampling: settingsJSON(settingLines("sampling", &s.policy.Sampling, &specs.Sampling{}), "sampling"),
	}
	if s.trained {
		base, err := s.policy.open(r.In("base"))
		if err != nil {
			return err
		}
		row.Parent, row.Rows, row.Note = &base.ID, base.Rows, base.Note
		if row.Checkpoint, err = copyCheckpoint(r, base); err != nil {
			return err
		}
	}
	return writeTable(r, "policies.parquet", []tables.Policy{row})
}

package steps

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"idiolect/backends"
	"idiolect/runner"
	"idiolect/specs"
)

// Compile lowers an experiment to a plan. What only the machines can know (a
// model that does not exist, a method that a backend cannot run) is reported
// here, all of it at once, at the places in the spec: the error is specs.Errors.
func Compile(ctx context.Context, exp *specs.Experiment, machines Machines) (*runner.Plan, error) {
	c := &Compiler{
		Experiment: exp, ctx: ctx, machines: machines, plan: runner.NewBuilder(exp.Name),
		data: map[string]*entry{}, policies: map[string]*Policy{},
	}
	c.refuse()
	for id := range exp.Data.All() {
		c.note(c.entry(id))
	}
	for repeat := 1; repeat <= exp.Repeats; repeat++ {
		for id := range exp.Methods.All() {
			c.note(c.Policy("methods", id, repeat))
		}
		if err := c.bounded("repeats"); err != nil {
			return nil, err
		}
	}
	for id, e := range exp.Evals.All() {
		c.note(nil, c.eval(id, e))
		if err := c.bounded("evals." + id); err != nil {
			return nil, err
		}
	}
	if len(c.mistakes) > 0 {
		return nil, c.mistakes
	}
	return c.plan.Plan()
}

// Compiler is what lowering works with: the experiment, and the plan so far.
type Compiler struct {
	*specs.Experiment
	ctx      context.Context
	machines Machines
	plan     *runner.Builder
	data     map[string]*entry
	policies map[string]*Policy
	mistakes specs.Errors
}

// maxSteps bounds a plan: repeats times rounds would fill the memory before
// anybody saw how much they ask for.
const maxSteps = 20_000

// bounded refuses a plan that has grown too large, at what made it grow.
func (c *Compiler) bounded(path string) error {
	if c.plan.Len() <= maxSteps {
		return nil
	}
	return specs.Errors{c.Errorf(path, "fewer repeats, rounds or methods", "more than %d steps - a plan has at most that many", maxSteps)}
}

// note collects a mistake; one that two paths lead to is reported once.
func (c *Compiler) note(_ any, err error) {
	if err == nil {
		return
	}
	e, ok := err.(*specs.Error)
	if !ok {
		e = &specs.Error{Pos: c.Pos(""), Message: err.Error()}
	}
	if !slices.ContainsFunc(c.mistakes, func(o *specs.Error) bool { return o.Pos == e.Pos && o.Message == e.Message }) {
		c.mistakes = append(c.mistakes, e)
		slices.SortStableFunc(c.mistakes, func(a, b *specs.Error) int {
			return cmp.Or(cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Col, b.Pos.Col))
		})
	}
}

// id is the path of something that is made anew in each repeat.
func (c *Compiler) id(path string, repeat int) string {
	if c.Repeats == 1 {
		return path
	}
	return fmt.Sprintf("%s@%d", path, repeat)
}

// seed is the line that names the experiment's seed, for steps that draw.
func (c *Compiler) seed() runner.Line { return line("seed", c.Seed) }

func line(label string, value any) runner.Line {
	return runner.Line{Label: label, Value: fmt.Sprint(value)}
}

// repeatLine tells repeats apart in a key; the first has none, so that adding
// repeats to an experiment keeps what it has.
func repeatLine(repeat int) []runner.Line {
	if repeat == 1 {
		return nil
	}
	return []runner.Line{line("repeat", repeat)}
}

// Policy lowers an entry of models or methods, once for each repeat.
func (c *Compiler) Policy(section, id string, repeat int) (*Policy, error) {
	memo := fmt.Sprintf("%s.%s@%d", section, id, repeat)
	if p, ok := c.policies[memo]; ok {
		return p, nil
	}
	p, err := c.lower(section, id, repeat)
	if err != nil {
		return nil, err
	}
	c.policies[memo] = p
	return p, nil
}

func (c *Compiler) lower(section, id string, repeat int) (*Policy, error) {
	path := section + "." + id
	if section == "models" {
		m, _ := c.Models.Get(id)
		return c.model(path, m)
	}
	m, ok := c.Methods.Get(id)
	if !ok {
		return nil, c.Errorf(path, "", "there is no method %q", id)
	}
	return m.Settings.(Method).Lower(c, path, m, repeat)
}

// Start is the policy that a reference to a model or method names.
func (c *Compiler) Start(ref specs.ModelRef, repeat int) (*Policy, error) {
	if _, ok := c.Models.Get(ref.ID); ok {
		return c.Policy("models", ref.ID, repeat)
	}
	return c.Policy("methods", ref.ID, repeat)
}

// model resolves a model at its backend. It adds no step: what is asked of a
// model is asked of a policy.
func (c *Compiler) model(path string, m *specs.Model) (*Policy, error) {
	b, ok := c.machines.Find(m.Backend)
	if !ok {
		return nil, c.Errorf(path+".backend", "", "there is no backend %q here - one of %s", m.Backend, strings.Join(c.machines.Names(), ", "))
	}
	info, err := b.Resolve(c.ctx, m.Name)
	if err != nil {
		return nil, c.Errorf(path+".name", "", "%v", err)
	}
	return &Policy{Backend: b, Info: info, Sampling: m.Sampling, path: path}, nil
}

// trains refuses, at the user's line, a policy whose backend cannot train by token.
func (c *Compiler) trains(path, kind string, p *Policy) error {
	if p.Info.Trains {
		return nil
	}
	does := "only samples"
	if len(p.Info.Jobs) > 0 {
		does = "fine-tunes by job (" + strings.Join(p.Info.Jobs, ", ") + ")"
	}
	return c.Errorf(path+".kind", "use a model of a backend that trains, such as local",
		"method %s trains token by token; backend %s %s", kind, p.Backend.Name(), does)
}

// identity says in a key which weights and which arithmetic are meant.
func identity(b backends.Backend, i backends.Info) []runner.Line {
	lines := []runner.Line{line("backend", b.Name()), line("model", label(i)), line("revision", i.Revision)}
	if i.Numerics != "" {
		lines = append(lines, line("numerics", i.Numerics))
	}
	return lines
}

// label is a model's name without the folder that it may lie in: what it is,
// its revision says.
func label(i backends.Info) string { return path.Base(i.Name) }

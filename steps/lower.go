package steps

// How the methods and models of a spec become policies, each once for a unit.

import (
	"cmp"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"idiolect/backends"
	"idiolect/runner"
	"idiolect/specs"
)

// draw names the randomness of a policy's training and sampling: the repeat,
// and which of several equal methods it is.
func (c *Compiler) draw(p *Policy) string {
	if p.again > 0 {
		return fmt.Sprintf("%d.a%d", c.repeat, p.again)
	}
	return fmt.Sprint(c.repeat)
}

// drawLine tells draws apart in a key; the first has none, so that adding
// repeats to an experiment keeps what it has.
func drawLine(draw string) []runner.Line {
	if draw == "1" {
		return nil
	}
	return []runner.Line{line("repeat", draw)}
}

// Policy lowers an entry of models or methods, once for each unit.
func (c *Compiler) Policy(section, id string) (*Policy, error) {
	if section == "models" { // the same for all persons and repeats
		defer func(u unit) { c.unit = u }(c.unit)
		c.unit = c.place(nil, 0)
	}
	memo := c.memo(section + "." + id)
	if p, ok := c.policies[memo]; ok {
		return p, nil
	}
	p, err := c.lower(section, id)
	if err != nil {
		return nil, err
	}
	c.policies[memo] = p
	return p, nil
}

func (c *Compiler) lower(section, id string) (*Policy, error) {
	path := section + "." + id
	if section == "models" {
		m, _ := c.Models.Get(id)
		if m.Run != "" || m.Checkpoint != "" {
			return c.imported(path, m)
		}
		return c.model(path, m)
	}
	m, ok := c.Methods.Get(id)
	if !ok {
		return nil, c.Errorf(path, "", "there is no method %q", id)
	}
	if kind, _ := Methods().Find(m.Kind); kind.Planned {
		c.comesLater(path+".kind", "", "method %s comes with a later release - planned, not carried out", m.Kind)
	}
	return m.Settings.(Method).Lower(c, path, m)
}

// Start is the one policy that a reference to a model or method names.
func (c *Compiler) Start(ref specs.ModelRef) (*Policy, error) {
	p, err := c.named(ref)
	if err == nil && p.variants != nil {
		err = &specs.Error{Pos: ref.Pos, Message: fmt.Sprintf("%s is a mix of several policies - here one is asked", ref.ID)}
	}
	return p, err
}

// named is Start, or a mix.
func (c *Compiler) named(ref specs.ModelRef) (*Policy, error) {
	if _, ok := c.Models.Get(ref.ID); ok {
		return c.Policy("models", ref.ID)
	}
	return c.Policy("methods", ref.ID)
}

// start is the policy that a method begins with: its own copy. path is the
// method's.
func (c *Compiler) start(path string, ref specs.ModelRef, m *specs.Method) (*Policy, error) {
	p, err := c.named(ref)
	if err != nil {
		return nil, err
	}
	own := *p
	if m.Replicate > 0 {
		own.again = m.Replicate
	}
	switch {
	case own.variants != nil:
		return nil, c.Errorf(path+".model", "name one of its variants", "%s is a mix of several policies - a method begins with one", ref.ID)
	case own.choice != nil && (m.Prompt.ID == "" || !alike(own.choice)):
		return nil, c.Errorf(path+".model", "give this method a prompt of its own, or select among settings that change neither model nor prompt",
			"how %s is asked is known only when one of its candidates was chosen", ref.ID)
	}
	own.choice = nil
	return &own, nil
}

// model resolves a model at its backend. It adds no step: what is asked of a
// model is asked of a policy.
func (c *Compiler) model(path string, m *specs.Model) (*Policy, error) {
	b, ok := c.machines.Find(m.Backend)
	if !ok {
		return nil, c.Errorf(path+".backend", "", "there is no backend %q here - one of %s", m.Backend, strings.Join(c.machines.Names(), ", "))
	}
	name := m.Name
	if backends.IsPlanned(b) {
		name = cmp.Or(name, m.Checkpoint)
		c.comesLater(path+".backend", "", "backend %s comes with a later release - planned with, not asked", m.Backend)
	}
	if strings.HasPrefix(name, ".") && c.Dir != "." { // a folder beside the spec
		name = "./" + filepath.ToSlash(filepath.Join(c.Dir, name))
		if filepath.IsAbs(c.Dir) {
			name = filepath.Join(c.Dir, m.Name)
		}
	}
	info, known := c.infos[b.Name()+"\n"+name]
	if !known {
		var err error
		if info, err = b.Resolve(c.ctx, name); err != nil {
			return nil, c.Errorf(path+".name", "", "%v", err)
		}
		c.infos[b.Name()+"\n"+name] = info
	}
	if m.Checkpoint != "" {
		info.Revision += " " + m.Checkpoint
	}
	if c.Budget.USD > 0 && m.Price == nil && !info.Free {
		return nil, c.Errorf(path, "price: {input: ..., output: ...}, in dollars per million tokens", "budget.usd cannot hold what has no price: model %s of backend %s", m.Name, m.Backend)
	}
	return &Policy{Backend: b, Info: info, Sampling: m.Sampling, Price: m.Price, Limits: c.limit(path, m), path: path}, nil
}

// limit is what holds all steps that ask one model, in whatever cell or repeat.
func (c *Compiler) limit(path string, m *specs.Model) *backends.Limits {
	l, ok := c.limits[path]
	if !ok {
		l = backends.NewLimits(m.Concurrency, m.RequestsPerMinute, m.TokensPerMinute)
		c.limits[path] = l
	}
	return l
}

// trains refuses, at the user's line, a policy whose backend cannot train by token,
// unless its service does this kind of training by job.
func (c *Compiler) trains(path, kind string, p *Policy) error {
	if p.Info.Trains || slices.Contains(p.Info.Jobs, kind) {
		return nil
	}
	does := "only samples"
	if len(p.Info.Jobs) > 0 {
		does = "fine-tunes by job (" + strings.Join(p.Info.Jobs, ", ") + ")"
	}
	return c.Errorf(path+".kind", "", "method %s trains token by token; backend %s %s - use local or tinker", kind, p.Backend.Name(), does)
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

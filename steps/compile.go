package steps

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"

	"idiolect/backends"
	"idiolect/datasets"
	"idiolect/runner"
	"idiolect/specs"
)

// Compile lowers an experiment to a plan. What only the machines can know (a
// model that does not exist, a method that a backend cannot run) is reported
// here, all of it at once, at the places in the spec: the error is specs.Errors.
// What the language has and this release does not carry out is in the plan all
// the same, and told by its Later.
func Compile(ctx context.Context, exp *specs.Experiment, machines Machines) (*runner.Plan, error) {
	c := &Compiler{Experiment: exp, data: map[string]*entry{}, policies: map[string]*Policy{}}
	c.shared = &shared{
		ctx: ctx, machines: machines, sums: map[string]string{}, told: map[string]bool{}, limits: map[string]*backends.Limits{}, infos: map[string]backends.Info{}, lines: map[any][]runner.Line{},
		read: map[string]*datasets.Collection{}, widths: map[string]*widths{}, rendered: map[string]width{}, volumes: map[*runner.Action]volume{},
	}
	defer c.close()
	people, err := c.readPeople()
	if c.note(people, err); err != nil {
		return nil, c.mistakes
	}
	c.people = people
	c.plan = runner.NewBuilder(exp.Name, c.axes()...)
	for _, cell := range exp.Cells {
		if err := c.cell(cell); err != nil {
			return nil, err
		}
	}
	if len(c.mistakes) > 0 {
		return nil, c.mistakes
	}
	return c.plan.Plan()
}

// Compiler is what lowering works with: a cell of the experiment, whose person
// and which repeat is being lowered, and the plan so far.
type Compiler struct {
	*specs.Experiment
	*shared
	unit
	here     *specs.Cell
	data     map[string]*entry
	policies map[string]*Policy
}

// shared is what is the same for all cells.
type shared struct {
	ctx      context.Context
	machines Machines
	people   []*person
	plan     *runner.Builder
	mistakes specs.Errors
	sums     map[string]string               // SHA-256 by path of a file
	read     map[string]*datasets.Collection // entries of data, by all that decides their rows
	file     *os.File                        // holds the rows of those that others combine; nil: there are none
	told     map[string]bool                 // what was said to come later
	limits   map[string]*backends.Limits     // of each model
	infos    map[string]backends.Info        // what a backend says of a name
	lines    map[any][]runner.Line           // that settings are in a key, by pointer to the settings
	widths   map[string]*widths              // how long the texts of those are
	rendered map[string]width                // how long prompts get, by template and rows
	volumes  map[*runner.Action]volume       // how much the steps that make rows to train on make
}

// cell lowers one cell of the sweep: everything once for each person and repeat,
// then the evals, which bring them together.
func (c *Compiler) cell(cell *specs.Cell) error {
	c.Experiment = cell.Experiment
	c.here = cell
	c.refuse()
	for u := range c.units() {
		c.unit = u
		for id := range c.Data.All() {
			c.note(c.entry(id))
		}
		for id := range c.Methods.All() {
			c.note(c.Policy("methods", id))
		}
		if err := c.bounded("repeats"); err != nil {
			return err
		}
	}
	for id, j := range c.Judges.All() {
		c.note(nil, c.ownLabels(id, j))
	}
	for id, e := range c.Evals.All() {
		c.note(nil, c.eval(id, e))
		if err := c.bounded("evals." + id); err != nil {
			return err
		}
	}
	return nil
}

// add puts an action of the unit being lowered into the plan.
func (c *Compiler) add(a runner.Action) *runner.Action {
	a.At = slices.Clone(c.at)
	return c.plan.Add(a)
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
			return cmp.Or(cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Col, b.Pos.Col))
		})
	}
}

// seed is the line that names the experiment's seed, for steps that draw.
func (c *Compiler) seed() runner.Line { return line("seed", c.Seed) }

func line(label string, value any) runner.Line {
	return runner.Line{Label: label, Value: fmt.Sprint(value)}
}

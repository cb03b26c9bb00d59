package steps

import (
	"fmt"

	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

// eval lowers an eval: every method is sampled and judged in every repeat, and
// one step compares them all.
func (c *Compiler) eval(id string, e *specs.Eval) error {
	path := "evals." + id
	if len(e.Methods) == 0 {
		return c.Errorf(path, "name the methods it compares", "eval %q has no methods - judging the judges comes with a later release", id)
	}
	data, err := c.entry(e.Data.ID)
	if err != nil {
		return err
	}
	compare := &compareStep{eval: id, seed: c.Seed, repeats: c.Repeats, baseline: e.Baseline.ID, pairs: e.Pairs}
	var inputs []runner.Input
	for repeat := 1; repeat <= c.Repeats; repeat++ {
		for _, m := range e.Methods {
			p, err := c.Policy("methods", m.ID, repeat)
			if err != nil {
				return err
			}
			base := fmt.Sprintf("%s.%s", path, m.ID)
			samples := c.sample(c.id(base+".samples", repeat), sampling{
				policy: p, data: data, split: e.Data.Split, samples: e.Samples, wide: e.Sampling, replicate: fmt.Sprint(repeat),
			})
			for _, j := range e.Judges {
				v, err := c.verdicts(c.id(base+"."+j.ID, repeat), j, samples)
				if err != nil {
					return err
				}
				cell := cell{Method: m.ID, Judge: j.ID, Repeat: repeat}
				compare.cells = append(compare.cells, cell)
				inputs = append(inputs, runner.Input{Name: cell.input(), From: v})
			}
		}
	}
	c.plan.Add(runner.Action{
		ID: path, Kind: "compare", Version: 2, Step: compare, Inputs: inputs, Pos: c.Pos(path),
		// The tables name methods and judges, so here ids do decide the result.
		Lines: []runner.Line{line("eval", id), line("order", compare.order()), line("family", compare.family()), c.seed()},
		Says:  fmt.Sprintf("compare %d methods", len(e.Methods)), Estimate: runner.Estimate{Exact: true},
	})
	return nil
}

// cell is one method under one judge in one repeat.
type cell struct {
	Method, Judge string
	Repeat        int
}

func (c cell) input() string { return fmt.Sprintf("%s.%s.%d", c.Method, c.Judge, c.Repeat) }

// order is the spec's order of methods and judges, which the tables keep.
func (s *compareStep) order() string {
	text := ""
	for _, m := range s.methods() {
		text += m + " "
	}
	for _, j := range s.judges() {
		text += "/ " + j
	}
	return text
}

// family names the comparisons that Holm's correction is over: those with the
// baseline, or all when the spec asks for all pairs or names no baseline.
func (s *compareStep) family() string {
	if s.pairs == "all" || s.baseline == "" {
		return "all"
	}
	return s.baseline
}

func (s *compareStep) methods() []string {
	return s.distinct(func(c cell) string { return c.Method })
}
func (s *compareStep) judges() []string { return s.distinct(func(c cell) string { return c.Judge }) }

func (s *compareStep) distinct(name func(cell) string) []string {
	var names []string
	seen := map[string]bool{}
	for _, c := range s.cells {
		if n := name(c); !seen[n] {
			seen[n] = true
			names = append(names, n)
		}
	}
	return names
}

// outcomes are the verdicts of one cell.
type outcomes struct {
	cell
	verdicts []tables.Verdict
}

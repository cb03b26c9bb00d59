package steps

import (
	"fmt"
	"slices"
	"strings"

	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

// eval lowers an eval: every method is sampled and judged for every person in
// every repeat, one step compares them all, and where some were trained another
// looks for what no judge was asked about.
func (c *Compiler) eval(id string, e *specs.Eval) error {
	path := "evals." + id
	if len(e.Methods) == 0 {
		return c.judgeEval(id, e)
	}
	compare := &compareStep{eval: id, seed: c.Seed, repeats: c.Repeats, baseline: e.Baseline.ID, pairs: e.Pairs}
	for _, m := range e.Methods {
		compare.methodIDs = append(compare.methodIDs, m.ID)
	}
	for _, j := range e.Judges {
		compare.judgeIDs = append(compare.judgeIDs, j.ID)
	}
	look := &panelStep{eval: id, seed: c.Seed}
	trained := map[string]bool{}
	var inputs, looked []runner.Input
	for u := range c.units() {
		var drawn []paired
		for _, m := range e.Methods {
			c.unit = u
			samples, cells, verdicts, err := c.judgedMethod(path, e, m)
			if err != nil {
				return err
			}
			for i, cell := range cells {
				compare.cells = append(compare.cells, cell)
				inputs = append(inputs, runner.Input{Name: cell.input(), From: verdicts[i]})
			}
			drawn = append(drawn, paired{m.ID, samples})
			trained[m.ID] = trained[m.ID] || wasTrained(samples)
			looked = append(looked, look.see(c, m.ID, samples, cells, verdicts)...)
		}
		met, pairs, err := c.pairs(path, e, drawn)
		if err != nil {
			return err
		}
		compare.met, inputs = append(compare.met, met...), append(inputs, pairs...)
		if len(met) > 0 {
			inputs = append(inputs, compare.reads(drawn)...)
		}
	}
	c.unit = c.place(nil, 0)
	a := runner.Action{
		ID: path, Kind: "compare", Version: 4, Step: compare, Inputs: inputs, Pos: c.Pos(path),
		// The tables name methods and judges, so here ids do decide the result.
		Lines: []runner.Line{line("eval", id), line("order", compare.order()), line("family", compare.family()), c.seed()},
		Says:  fmt.Sprintf("compare %d methods", len(e.Methods)),
	}
	if len(compare.met) > 0 { // of judges of one answer, the panel's step says it
		a.Lines = append(a.Lines, c.pleased(e)...)
	}
	if c.Users != nil {
		a.Lines = append(a.Lines, line("clusters", "persons"))
		a.Says += fmt.Sprintf(" over %d persons", len(c.people))
	}
	c.add(a)
	c.panel(path, e, look, looked, trained)
	return nil
}

// pleased says of each method which of the eval's judges that compare had a hand in it.
func (c *Compiler) pleased(e *specs.Eval) (lines []runner.Line) {
	for _, m := range e.Methods {
		var had []string
		hands := c.pleases("methods", m.ID)
		for _, j := range e.Judges {
			if c.isPairwise(j) && slices.Contains(hands, j.ID) {
				had = append(had, j.ID)
			}
		}
		if len(had) > 0 {
			lines = append(lines, line("proxies."+m.ID, strings.Join(had, " ")))
		}
	}
	return lines
}

// reads gives a comparison of pairs their texts, whose lengths it looks at.
func (s *compareStep) reads(drawn []paired) (inputs []runner.Input) {
	for _, p := range drawn {
		name := fmt.Sprintf("texts.%d", len(s.texts))
		s.texts, inputs = append(s.texts, name), append(inputs, runner.Input{Name: name, From: p.samples})
	}
	return inputs
}

// judgedMethod samples and judges one method in the unit. With swap another
// person takes part: answered by that person's policy, or asked about as if the
// rows were that person's. The judge stays this person's.
func (c *Compiler) judgedMethod(path string, e *specs.Eval, m specs.MethodRef) (samples *runner.Action, cells []cell, verdicts []*runner.Action, err error) {
	data, err := c.entry(e.Data.ID)
	if err != nil {
		return nil, nil, nil, err
	}
	mine := c.unit
	asked := sampling{data: data, split: e.Data.Split, samples: e.Samples, wide: e.Sampling}
	if e.Swap != "" {
		if len(c.people) < 2 {
			return nil, nil, nil, c.Errorf(path+".swap", "", "one person cannot be swapped with another - users has one row")
		}
		other := c.stranger(c.person)
		asked.scope = c.scopeOf(other)
		if e.Swap == "policy" {
			c.unit = c.place(other, mine.repeat)
		}
	}
	asked.policy, err = c.Policy("methods", m.ID)
	c.unit = mine
	if err != nil {
		return nil, nil, nil, err
	}
	asked.replicate = c.draw(asked.policy)
	samples, err = c.sample(fmt.Sprintf("%s.%s.samples", path, m.ID), asked)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, j := range e.Judges {
		if c.isPairwise(j) {
			continue // see pairs
		}
		v, err := c.verdicts(fmt.Sprintf("%s.%s.%s", path, m.ID, j.ID), j, samples)
		if err != nil {
			return nil, nil, nil, err
		}
		cell := cell{Method: m.ID, Judge: j.ID, Repeat: c.repeat}
		if c.person != nil {
			cell.User = c.person.label
		}
		cells, verdicts = append(cells, cell), append(verdicts, v)
	}
	return samples, cells, verdicts, nil
}

// cell is one method under one judge for one person in one repeat.
type cell struct {
	Method, Judge string
	User          string // "" when there are no users
	Repeat        int
}

func (c cell) input() string {
	if c.User != "" {
		return fmt.Sprintf("%s.%s.%s.%d", c.Method, c.Judge, c.User, c.Repeat)
	}
	return fmt.Sprintf("%s.%s.%d", c.Method, c.Judge, c.Repeat)
}

// order is the spec's order of methods and judges, which the tables keep.
func (s *compareStep) order() string {
	text := ""
	for _, m := range s.methodIDs {
		text += m + " "
	}
	for _, j := range s.judgeIDs {
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

// outcomes are the verdicts of one cell.
type outcomes struct {
	cell
	verdicts []tables.Verdict
}

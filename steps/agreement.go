package steps

import (
	"context"
	"fmt"
	"slices"

	"idiolect/datasets"
	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

// judgeEval lowers an eval without methods: every judge judges the rows, and one
// step compares what they say with the labels.
func (c *Compiler) judgeEval(id string, e *specs.Eval) error {
	path := "evals." + id
	step := &agreementStep{eval: id, seed: c.Seed, data: e.Data.String()}
	var inputs []runner.Input
	for _, j := range e.Judges {
		in, err := c.rate(step, path+".data", fmt.Sprintf("%s.%s", path, j.ID), j, e.Data)
		if err != nil {
			return err
		}
		inputs = append(inputs, in...)
	}
	c.agree(path, step, inputs, "compare with the labels")
	return nil
}

// ownLabels adds how well a judge agrees with the labels that it names itself.
func (c *Compiler) ownLabels(id string, j *specs.Judge) error {
	if j.Labels.ID == "" {
		return nil
	}
	path := "judges." + id
	step := &agreementStep{seed: c.Seed, data: j.Labels.String(), least: j.MinAgreement}
	inputs, err := c.rate(step, path+".labels", path+".verdicts", specs.JudgeRef{ID: id, Pos: c.Pos(path)}, j.Labels)
	if err != nil {
		return err
	}
	c.agree(path+".agreement", step, inputs, "compare with the labels")
	return nil
}

// rate judges the labelled rows for every person; a judge that is the same in
// every repeat judges once. path is where the spec names the rows.
func (c *Compiler) rate(step *agreementStep, path, id string, ref specs.JudgeRef, data specs.DataRef) ([]runner.Input, error) {
	var inputs []runner.Input
	for u := range c.units() {
		c.unit = u
		e, err := c.entry(data.ID)
		if err != nil {
			return nil, err
		}
		j, ok := c.Judges.Get(ref.ID)
		if !ok {
			return nil, &specs.Error{Pos: ref.Pos, Message: fmt.Sprintf("there is no judge %q", ref.ID)}
		}
		label, err := c.labelOf(path, ref.ID, j.Settings.(Judge).Label(), data)
		if err != nil {
			return nil, err
		}
		if u.repeat == 1 {
			if err := c.labelled(path, e, data, label, step.least > 0); err != nil {
				return nil, err
			}
		}
		verdicts, err := c.rowVerdicts(id, ref, e, data.Split, label)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(inputs, func(in runner.Input) bool { return in.From == verdicts }) {
			continue
		}
		r := rated{judge: ref.ID, label: label, split: data.Split, at: len(step.rated)}
		if p := c.owner(data.ID); p != nil {
			r.user = p.label
		}
		step.rated = append(step.rated, r)
		inputs = append(inputs, runner.Input{Name: r.input("rows"), From: e.action}, runner.Input{Name: r.input("verdicts"), From: verdicts})
	}
	c.unit = c.place(nil, 0)
	return inputs, nil
}

func (c *Compiler) agree(id string, step *agreementStep, inputs []runner.Input, says string) {
	a := runner.Action{
		ID: id, Kind: "agreement", Version: 1, Step: step, Inputs: inputs, Pos: c.Pos(id), Says: says,
		// As with the tables of an eval over methods, ids do decide the result.
		Lines: []runner.Line{line("eval", step.eval), line("order", step.order()), line("data", step.data), c.seed()},
	}
	if step.least > 0 {
		a.Lines = append(a.Lines, line("min_agreement", step.least))
	}
	c.add(a)
}

// rated are the verdicts of one judge on the labelled rows of one person.
type rated struct {
	judge, user string // user is "" for rows that are everybody's
	label       string // the column of the labels
	split       string
	at          int
}

func (r rated) input(what string) string {
	name := fmt.Sprintf("%s.%s.%d", r.judge, what, r.at)
	if r.user != "" {
		name += "." + r.user
	}
	return name
}

// agreementStep says how well judges agree with labels. What was drawn at random
// is the input (the person, where there are users): several labels of one input
// are one cluster of all intervals.
type agreementStep struct {
	eval  string // "" for a judge's own labels
	data  string
	rated []rated
	least float64
	seed  int64
}

func (s *agreementStep) order() string {
	text := ""
	for _, r := range s.rated {
		text += fmt.Sprintf("%s by %s, ", r.judge, r.label)
	}
	return text
}

// judgement is a label beside the verdict on the same row.
type judgement struct {
	cluster       string
	label, judged opinion
	failed        bool // there is no verdict
	fields        map[string]any
	verdict       tables.Verdict
}

// Run reads labels and verdicts and writes a row for each judge.
func (s *agreementStep) Run(ctx context.Context, r *runner.Run) error {
	var out []tables.Agreement
	var health []tables.Health
	for i, x := range s.rated {
		if i > 0 && x.judge == s.rated[i-1].judge {
			continue
		}
		var all []judgement
		for _, y := range s.rated {
			if y.judge != x.judge {
				continue
			}
			js, err := y.read(r)
			if err != nil {
				return err
			}
			all = append(all, js...)
		}
		row := tables.Agreement{
			ID: tables.ID(string(r.Key()), "", int64(len(out))), Replicate: int64(len(out)), Eval: optional(s.eval), Judge: x.judge,
			Data: s.data, Label: x.label, Confusion: "{}",
		}
		if s.least > 0 {
			row.MinAgreement = &s.least
		}
		s.measure(&row, all)
		out = append(out, row)
		sound, err := s.sound(r, x.judge, x.label, all)
		if err != nil {
			return err
		}
		health = append(health, sound...)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	if err := writeTable(r, "agreements.parquet", out); err != nil || health == nil {
		return err
	}
	for i := range health {
		health[i].ID, health[i].Replicate, health[i].Eval = tables.ID(string(r.Key()), "health", int64(i)), int64(i), optional(s.eval)
	}
	return writeTable(r, "health.parquet", health)
}

// read pairs labels with verdicts.
func (x rated) read(r *runner.Run) ([]judgement, error) {
	rows, err := readTable[tables.Row](r.In(x.input("rows")), "rows.parquet")
	if err != nil {
		return nil, err
	}
	verdicts, err := readTable[tables.Verdict](r.In(x.input("verdicts")), "verdicts.parquet")
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(row tables.Row) bool { return !inSplit(x.split, deref(row.Split)) })
	if len(rows) != len(verdicts) {
		return nil, fmt.Errorf("%d labels and %d verdicts of %s", len(rows), len(verdicts), x.judge)
	}
	out := make([]judgement, len(rows))
	for i, row := range rows {
		if verdicts[i].SampleID != row.ID {
			return nil, fmt.Errorf("verdict %s is about row %s - want %s", verdicts[i].ID, verdicts[i].SampleID, row.ID)
		}
		fields, err := datasets.Fields(row.Fields)
		if err != nil {
			return nil, err
		}
		j := judgement{cluster: "row " + row.RowKey, fields: fields, verdict: verdicts[i]}
		if j.label, err = readLabel(fields, x.label); err != nil {
			return nil, fmt.Errorf("%s: %w", placeOf(row), err)
		}
		if row.Input != nil {
			j.cluster = "input " + *row.Input
		}
		if x.user != "" {
			j.cluster = "person " + x.user
		}
		said, ok := readVerdict(verdicts[i], x.label)
		j.judged, j.failed = said, !ok
		out[i] = j
	}
	return out, nil
}

package steps

import (
	"context"
	"fmt"
	"math"

	"idiolect/datasets"
	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

// rowVerdicts adds the step in which a judge judges rows that hold what is judged:
// an output, or the answers a and b. Which it is, the column of their labels says.
func (c *Compiler) rowVerdicts(id string, ref specs.JudgeRef, data *entry, split, label string) (*runner.Action, error) {
	if c.byModel(ref) {
		asked := data.span(split)
		if label == preferenceLabel && !c.isPairwise(ref) { // each of the two is judged by itself
			asked = asked.times(2)
		}
		return c.refereed(id, ref, []runner.Input{{Name: "rows", From: data.action}}, asked, ofRows{split, label == preferenceLabel})
	}
	p, err := c.program(ref)
	if err != nil {
		return nil, err
	}
	step := &judgeRowsStep{program: p, split: split, pairs: label == preferenceLabel, scope: c.scope()}
	a := runner.Action{
		ID: id, Kind: "judge_rows", Version: 1, Pos: p.pos, Step: step,
		Inputs: []runner.Input{{Name: "rows", From: data.action}},
		Lines:  append(p.lines, scopeLines(step.scope, p.readers...)...),
		Says:   fmt.Sprintf("%s by program, %s rows", p.title, data.span(split)),
	}
	if step.pairs {
		a.Lines = append(a.Lines, line("judged", "a and b"))
	}
	if split != "" && split != "all" {
		a.Lines = append(a.Lines, line("split", split))
	}
	return c.add(a), nil
}

// judgeRowsStep judges rows as they are; their labels it does not see.
type judgeRowsStep struct {
	*program
	split string
	pairs bool
	scope map[string]any
}

// Run judges every row of the split. Its verdicts name the row where those on
// completions name the sample.
func (s *judgeRowsStep) Run(ctx context.Context, r *runner.Run) error {
	rows, err := readTable[tables.Row](r.In("rows"), "rows.parquet")
	if err != nil {
		return err
	}
	var out []tables.Verdict
	for i, row := range rows {
		if i%256 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			r.Progress(i, len(rows), "verdicts")
		}
		if !inSplit(s.split, deref(row.Split)) {
			continue
		}
		v := tables.Verdict{
			ID: tables.ID(string(r.Key()), row.RowKey, row.Replicate), RowKey: row.RowKey, Replicate: row.Replicate, SampleID: row.ID,
			Judge: s.name, Kind: s.kind, Criteria: "{}", User: row.User,
		}
		if err := s.judge(row, &v); err != nil {
			v.Error = optional(err.Error())
		}
		out = append(out, v)
	}
	r.Progress(len(rows), len(rows), "verdicts")
	return writeTable(r, "verdicts.parquet", out)
}

func (s *judgeRowsStep) judge(row tables.Row, v *tables.Verdict) error {
	fields, err := datasets.Fields(row.Fields)
	if err != nil {
		return err
	}
	if s.pairs {
		return s.compare(fields, v)
	}
	o, err := s.of(fields, "output")
	if err != nil {
		return err
	}
	o.tell(v)
	return nil
}

// of decides about the text in a column.
func (s *judgeRowsStep) of(fields map[string]any, column string) (Outcome, error) {
	text, ok := fields[column].(string)
	if !ok {
		return Outcome{}, fmt.Errorf("the row has no text in a column %s", column)
	}
	env := datasets.Env(unlabelled(fields), s.scope)
	env["output"] = text
	return s.decide(env)
}

// compare judges both answers by themselves and prefers the one with the higher
// value. So a program knows no order: nothing is gained by showing it both.
func (s *judgeRowsStep) compare(fields map[string]any, v *tables.Verdict) error {
	a, err := s.of(fields, "a")
	if err != nil {
		return fmt.Errorf("a: %w", err)
	}
	b, err := s.of(fields, "b")
	if err != nil {
		return fmt.Errorf("b: %w", err)
	}
	prefers := preferred(a.value(), b.value(), s.margin)
	criteria := map[string]float64{}
	for name, x := range a.Criteria {
		criteria[name] = map[string]float64{saysA: 1, saysB: 0, saysTie: .5}[preferred(x, b.Criteria[name], 0)]
	}
	v.Prefers, v.Reason, v.ParseOK, v.Criteria = &prefers, optional("a: "+a.Reason+"; b: "+b.Reason), true, mustJSON(criteria)
	return nil
}

// preferred is the answer with the higher value. Values that differ by less than
// the arithmetic of a weighted mean does are equal.
func preferred(a, b, margin float64) string {
	switch d := a - b; {
	case math.Abs(d) <= max(margin, 1e-9):
		return saysTie
	case d > 0:
		return saysA
	}
	return saysB
}

// value is an outcome as a number: accepted is 1, a score is itself.
func (o Outcome) value() float64 {
	switch {
	case o.Score != nil:
		return *o.Score
	case o.Accepted != nil && *o.Accepted:
		return 1
	}
	return 0
}

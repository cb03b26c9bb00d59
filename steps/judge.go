package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"idiolect/datasets"
	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

// Decide judges one completion: env holds the row's columns, the scope, and output.
type Decide func(env map[string]any) (Outcome, error)

// Outcome is what a judge says of a completion.
type Outcome struct {
	Accepted *bool              // accept
	Score    *float64           // score, 0 to 1
	Criteria map[string]float64 // each criterion's own value, 0 to 1
	Reason   string
}

// program is a judge without a model, ready to judge: what decides, and what a
// key says of it.
type program struct {
	decide  Decide
	name    string // kind and version, as verdicts tell it
	kind    string
	title   string
	label   string  // see Judge.Label
	margin  float64 // values of two texts that differ by no more are a tie
	lines   []runner.Line
	readers []reader
	pos     specs.Pos

	defaults func() []runner.Line
}

// program finds a judge and compiles its rubric.
func (c *Compiler) program(ref specs.JudgeRef) (*program, error) {
	j, ok := c.Judges.Get(ref.ID)
	if !ok {
		return nil, &specs.Error{Pos: ref.Pos, Message: fmt.Sprintf("there is no judge %q", ref.ID)}
	}
	path := "judges." + ref.ID
	rubric, ok := c.Rubrics.Get(j.Rubric.ID)
	if !ok {
		return nil, c.Errorf(path, "", "judge %q names no rubric", ref.ID)
	}
	kind, _ := Judges().Find(j.Kind)
	settings := j.Settings.(Judge)
	decide, err := settings.Decide(rubric)
	if err != nil {
		return nil, c.Errorf(path, "", "%v", err)
	}
	p := &program{
		decide: decide, name: fmt.Sprintf("%s/%d", j.Kind, kind.Version), kind: j.Kind, title: settings.Title(), label: settings.Label(),
		readers: ofExprs(rubricExprs(rubric)...), pos: c.Pos(path),
	}
	if pairs, ok := settings.(*Pairwise); ok {
		p.margin = pairs.margin(false)
	}
	p.lines = append(c.rubricLines(rubric), line("judge", p.name))
	p.lines = append(p.lines, c.said("judge", settings, kind.New())...)
	p.defaults = func() []runner.Line { return settingLines("judge", kind.New(), nil) }
	return p, nil
}

// verdicts adds the step in which a judge judges samples.
func (c *Compiler) verdicts(id string, ref specs.JudgeRef, samples *runner.Action) (*runner.Action, error) {
	if err := c.judgesOne(ref); err != nil {
		return nil, err
	}
	if c.byModel(ref) {
		return c.refereed(id, ref, []runner.Input{{Name: "samples", From: samples}}, drawn(samples), ofSamples{})
	}
	p, err := c.program(ref)
	if err != nil {
		return nil, err
	}
	return c.add(runner.Action{
		ID: id, Kind: "judge", Version: 1, Pos: p.pos,
		Inputs: []runner.Input{{Name: "samples", From: samples}},
		Lines:  append(p.lines, scopeLines(c.scope(), p.readers...)...),
		Says:   p.title + " by program", Defaults: p.defaults,
		Step: &judgeStep{program: p, scope: c.scope()},
	}), nil
}

func rubricExprs(r *specs.Rubric) []*specs.Expr {
	var exprs []*specs.Expr
	for _, k := range r.Criteria {
		exprs = append(exprs, k.Expr)
	}
	return exprs
}

// rubricLines are what of a rubric a program reads: what `says` says does not
// change what `expr` decides.
func (c *Compiler) rubricLines(r *specs.Rubric) []runner.Line {
	lines, known := c.lines[r]
	if known {
		return lines
	}
	for i, k := range r.Criteria {
		text := fmt.Sprintf("%s: %s (weight %g", k.Name, k.Expr, k.Weight)
		if k.Scale != (specs.Scale{}) {
			text += fmt.Sprintf(", scale %g to %g", k.Scale.Low, k.Scale.High)
		}
		if k.Hard {
			text += ", hard"
		}
		text += ")"
		lines = append(lines, line(fmt.Sprintf("criterion.%d", i), text))
	}
	lines = slices.Clip(lines)
	c.lines[r] = lines
	return lines
}

type judgeStep struct {
	*program
	scope map[string]any
}

// judgedColumns are what a judge reads of a sample.
type judgedColumns struct {
	ID         string  `parquet:"id"`
	RowKey     string  `parquet:"row_key"`
	Replicate  int64   `parquet:"replicate"`
	PolicyID   string  `parquet:"policy_id"`
	Completion *string `parquet:"completion,optional"`
	Extracted  *string `parquet:"extracted,optional"`
	Fields     string  `parquet:"fields"`
	Error      *string `parquet:"error,optional"`
	User       *string `parquet:"user,optional"`
}

// judgedAtOnce is how many samples one core takes at a time.
const judgedAtOnce = 64

// Run judges every sample, on all cores, in the order of the samples. A program's
// verdicts are not journaled: they cost less than their journal would, and come
// out the same.
func (s *judgeStep) Run(ctx context.Context, r *runner.Run) error {
	path, err := r.In("samples").Path("samples.parquet")
	if err != nil {
		return err
	}
	samples, err := tables.Open[judgedColumns](path)
	if err != nil {
		return err
	}
	defer samples.Close()
	out, err := create[tables.Verdict](r, "verdicts.parquet")
	if err != nil {
		return err
	}
	done := 0
	next := func() ([]judgedColumns, error) {
		batch := make([]judgedColumns, judgedAtOnce)
		n, err := samples.Read(batch)
		return batch[:n], err
	}
	judge := func(batch []judgedColumns) ([]tables.Verdict, error) { return s.verdicts(string(r.Key()), batch) }
	err = inOrder(ctx, next, judge, func(verdicts []tables.Verdict) error {
		done += len(verdicts)
		return errors.Join(out.Write(verdicts), progress(r, done, samples.Len(), "verdicts"))
	})
	if err != nil {
		return err
	}
	return out.Close()
}

func (s *judgeStep) verdicts(key string, samples []judgedColumns) ([]tables.Verdict, error) {
	out := make([]tables.Verdict, len(samples))
	for i, x := range samples {
		var err error
		if out[i], err = s.verdict(key, x); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *judgeStep) verdict(key string, x judgedColumns) (tables.Verdict, error) {
	v := tables.Verdict{
		ID: tables.ID(key, x.RowKey, x.Replicate), RowKey: x.RowKey, Replicate: x.Replicate, SampleID: x.ID, PolicyID: x.PolicyID,
		Judge: s.name, Kind: s.kind, Criteria: "{}", User: x.User,
	}
	if x.Error != nil {
		v.Error = optional("there is no completion: " + *x.Error)
		return v, nil
	}
	fields, err := datasets.Fields(x.Fields)
	if err != nil {
		return v, err
	}
	env := datasets.Env(fields, s.scope)
	env["output"] = judged(x.Extracted, x.Completion)
	o, err := s.decide(env)
	if err != nil {
		v.Error = optional(err.Error())
		return v, nil
	}
	o.tell(&v)
	return v, nil
}

// tell writes an outcome into a verdict.
func (o Outcome) tell(v *tables.Verdict) {
	v.Accepted, v.Score, v.Reason, v.ParseOK, v.Criteria = o.Accepted, o.Score, optional(o.Reason), true, mustJSON(o.Criteria)
}

// judged is the text that is judged of a sample that has a completion.
func judged(extracted, completion *string) string {
	if extracted != nil {
		return *extracted
	}
	return *completion
}

package steps

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"idiolect/datasets"
	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

func answers() specs.Kind[Maker] {
	return specs.Kind[Maker]{
		Name: "answer", Version: 1,
		Doc: "the rows of data, each with what a model answers",
		New: func() Maker { return &Answer{Column: "output"} },
	}
}

// Answer asks a model about rows and puts what it says into a column. Answers
// may be chained: one is about the column that another made (a draft, its
// critique, the revision: Bai et al. 2022). Rows without an answer are left out, and
// so are those whose answer was cut off: trained on, it would teach the end where
// there is none.
type Answer struct {
	Data   specs.DataRef   `yaml:"data" doc:"the rows" required:"true"`
	Model  specs.ModelRef  `yaml:"model" doc:"who answers" required:"true"`
	Prompt specs.PromptRef `yaml:"prompt" doc:"how it is asked; {{ input }} by default, or as the method that answers is"`
	Column string          `yaml:"column" doc:"where the answer goes; what stood there is replaced"`
	Keep   specs.JudgeRef  `yaml:"keep" doc:"only answers that this judge accepts, or gives the full score"`
}

// ColumnsFrom are those of the rows, and the answer's.
func (s *Answer) ColumnsFrom(of func(specs.DataRef) []string) []string {
	columns := of(s.Data)
	if columns == nil || slices.Contains(columns, s.Column) {
		return columns
	}
	return append(slices.Clone(columns), s.Column)
}

// Make samples the answers, judges them, and makes the rows of them.
func (s *Answer) Make(c *Compiler, id string) (*making, error) {
	from, err := c.entry(s.Data.ID)
	if err != nil {
		return nil, err
	}
	writer, err := c.writer(id, s.Model, s.Prompt)
	if err != nil {
		return nil, err
	}
	samples, err := c.sample(id+".samples", sampling{policy: writer, data: from, split: s.Data.Split, samples: 1, replicate: "1"})
	if err != nil {
		return nil, err
	}
	m := &making{
		action: runner.Action{
			ID: id, Kind: "answer", Pos: c.Pos(id), Says: fmt.Sprintf("answered by %s", label(writer.Info)),
			Inputs: []runner.Input{{Name: "rows", From: from.action}, {Name: "samples", From: samples}},
		},
		rows: drawn(samples).unsure(), records: s.records, // an answer may fail
		wrote: &wrote{from, s.Data.Split, s.Column, within(writer.Info, writer.longest())},
	}
	if s.Keep.ID == "" {
		return m, nil
	}
	verdicts, err := c.verdicts(id+".verdicts", s.Keep, samples)
	if err != nil {
		return nil, err
	}
	m.action.Inputs = append(m.action.Inputs, runner.Input{Name: "verdicts", From: verdicts})
	m.action.Says += ", kept by " + s.Keep.ID
	return m, nil
}

// answeredColumns are what of a sample becomes part of a row.
type answeredColumns struct {
	ID         string  `parquet:"id"`
	RowID      string  `parquet:"row_id"`
	Completion *string `parquet:"completion,optional"`
	Extracted  *string `parquet:"extracted,optional"`
	Finish     *string `parquet:"finish,optional"`
	Error      *string `parquet:"error,optional"`
}

// without says why a sample is no answer, "" if it is one.
func (x answeredColumns) without() string {
	switch {
	case x.Error != nil:
		return *x.Error
	case x.Finish != nil && *x.Finish == "length":
		return "the answer was cut off at max_tokens"
	case strings.TrimSpace(judged(x.Extracted, x.Completion)) == "":
		return "the answer is empty"
	}
	return ""
}

// verdictColumns are what of a verdict keeps an answer.
type verdictColumns struct {
	SampleID string   `parquet:"sample_id"`
	Accepted *bool    `parquet:"accepted,optional"`
	Score    *float64 `parquet:"score,optional"`
	Error    *string  `parquet:"error,optional"`
}

// records are the rows with their answers. Those without one are told as left out;
// what the judge did not keep is counted alone.
func (s *Answer) records(r *runner.Run, f *funnel) (iter.Seq2[datasets.Record, error], error) {
	samples, err := readTable[answeredColumns](r.In("samples"), "samples.parquet")
	if err != nil {
		return nil, err
	}
	kept, err := s.kept(r)
	if err != nil {
		return nil, err
	}
	of := make(map[string]answeredColumns, len(samples))
	answered, fine := 0, 0
	for _, x := range samples {
		of[x.RowID] = x
		if x.without() == "" {
			answered++
			if kept == nil || kept[x.ID] {
				fine++
			}
		}
	}
	f.add("asked", "rows", len(samples))
	f.add("answered", "rows", answered)
	if kept != nil {
		f.add("judged", "rows", fine)
	}
	return func(yield func(datasets.Record, error) bool) {
		for row, err := range eachRow[tables.Row](r.In("rows"), "rows.parquet") {
			if err != nil {
				yield(datasets.Record{}, err)
				return
			}
			x, asked := of[row.ID]
			if !asked || kept != nil && x.without() == "" && !kept[x.ID] {
				continue
			}
			rec, err := s.record(row, x)
			if !yield(rec, err) {
				return
			}
		}
	}, nil
}

// kept are the samples that the judge accepts or gives the full score; nil without
// a judge.
func (s *Answer) kept(r *runner.Run) (map[string]bool, error) {
	if s.Keep.ID == "" {
		return nil, nil
	}
	verdicts, err := readTable[verdictColumns](r.In("verdicts"), "verdicts.parquet")
	if err != nil {
		return nil, err
	}
	kept := map[string]bool{}
	for _, v := range verdicts {
		kept[v.SampleID] = v.Error == nil && verdictValue(tables.Verdict{Accepted: v.Accepted, Score: v.Score}) >= 1
	}
	return kept, nil
}

// record is a row with its answer. It keeps where it was read and whose it is; a
// conversation that it brought says something else now.
func (s *Answer) record(row tables.Row, x answeredColumns) (rec datasets.Record, err error) {
	rec.Origin = datasets.Origin{Place: placeOf(row), Made: row.Source == nil, User: deref(row.User), Parent: x.ID}
	if why := x.without(); why != "" {
		return rec, &datasets.BadRow{Place: rec.Place, Err: errors.New(why), LeftOut: true}
	}
	if rec.Fields, err = datasets.Fields(row.Fields); err == nil {
		rec.Fields[s.Column] = judged(x.Extracted, x.Completion)
	}
	return rec, err
}

// writer is the model or method that makes rows, and how it is asked for them.
// Rows are made once: what a method trains is taken from the first repeat.
func (c *Compiler) writer(id string, model specs.ModelRef, prompt specs.PromptRef) (*Policy, error) {
	defer func(u unit) { c.unit = u }(c.unit)
	c.unit = c.place(c.person, 1)
	p, err := c.Start(model)
	if err != nil {
		return nil, err
	}
	own := *p
	own.path = id
	own.Prompt, err = c.asking(prompt, p.Prompt)
	return &own, err
}

// ask puts into an action who answers in it and how, and says how long one answer
// is at most, in tokens.
func (p *Policy) ask(a *runner.Action, c *Compiler) int64 {
	how := p.asked(nil)
	a.Lines = append(append(a.Lines, how.lines...), scopeLines(c.scope(), how.readers...)...)
	a.Inputs = append(a.Inputs, how.inputs...)
	if p.Action != nil {
		a.Inputs = append(a.Inputs, runner.Input{Name: "policy", From: p.Action})
	}
	return p.longest()
}

// splitLine names the split of an input that is read; all of it needs no line.
func splitLine(input, split string) []runner.Line {
	if split == "" || split == "all" {
		return nil
	}
	return []runner.Line{line(input+".split", split)}
}

package steps

import (
	"fmt"
	"slices"

	"idiolect/runner"
	"idiolect/specs"
)

func answers() specs.Kind[Maker] {
	return specs.Kind[Maker]{
		Name: "answer", Version: 1, Planned: true,
		Doc: "the rows of data, each with what a model answers",
		New: func() Maker { return &Answer{Column: "output"} },
	}
}

// Answer asks a model about rows and puts what it says into a column. Answers
// may be chained: one is about the column that another made (a draft, its
// critique, the revision: Bai et al. 2022). Rows without an answer are left out.
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

// Make samples the answers, judges them, and plans the rows made of them.
func (s *Answer) Make(c *Compiler, id string) (runner.Action, span, error) {
	a := runner.Action{ID: id, Kind: "answer", Pos: c.Pos(id)}
	from, err := c.entry(s.Data.ID)
	if err != nil {
		return a, span{}, err
	}
	writer, err := c.writer(id, s.Model, s.Prompt)
	if err != nil {
		return a, span{}, err
	}
	samples, err := c.sample(id+".samples", sampling{policy: writer, data: from, split: s.Data.Split, samples: 1, replicate: "1"})
	if err != nil {
		return a, span{}, err
	}
	a.Inputs = []runner.Input{{Name: "rows", From: from.action}, {Name: "samples", From: samples}}
	a.Says = fmt.Sprintf("answered by %s", label(writer.Info))
	rows := drawn(samples).unsure() // an answer may fail
	if s.Keep.ID == "" {
		return a, rows, nil
	}
	verdicts, err := c.verdicts(id+".verdicts", s.Keep, samples)
	if err != nil {
		return a, span{}, err
	}
	a.Inputs = append(a.Inputs, runner.Input{Name: "verdicts", From: verdicts})
	a.Says += ", kept by " + s.Keep.ID
	return a, rows, nil
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
	settings := merge(p.Sampling, nil)
	a.Lines = append(a.Lines, settingLines("sampling", &settings, &specs.Sampling{})...)
	a.Lines = append(a.Lines, identity(p.Backend, p.Info)...)
	a.Lines = append(a.Lines, p.Prompt.lines()...)
	a.Lines = append(a.Lines, scopeLines(c.scope(), p.Prompt.readers()...)...)
	a.Inputs = append(a.Inputs, p.Prompt.inputs()...)
	if p.Action != nil {
		a.Inputs = append(a.Inputs, runner.Input{Name: "policy", From: p.Action})
	}
	return int64(*settings.MaxTokens)
}

// splitLine names the split of an input that is read; all of it needs no line.
func splitLine(input, split string) []runner.Line {
	if split == "" || split == "all" {
		return nil
	}
	return []runner.Line{line(input+".split", split)}
}

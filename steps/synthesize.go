package steps

import (
	"fmt"
	"iter"
	"slices"

	"idiolect/datasets"
	"idiolect/runner"
	"idiolect/specs"
)

func synthesize() specs.Kind[Maker] {
	return specs.Kind[Maker]{
		Name: "synthesize", Version: 1,
		Doc: "rows that a model writes, several a call, as a JSON list",
		New: func() Maker { return &Synthesize{PerCall: 1, Fields: []string{"input"}} },
	}
}

// Synthesize has a model write rows: each call is about one topic, shows some
// examples, and asks for a JSON list of new items, as Self-Instruct does (Wang et
// al. 2023). What is no list of that form (see [datasets.Items]) is asked for again,
// with other noise.
type Synthesize struct {
	Model    specs.ModelRef  `yaml:"model" doc:"who writes" required:"true"`
	Prompt   specs.PromptRef `yaml:"prompt" doc:"how it is asked: its user sees topic, examples, count, and the other columns of a row of topics" required:"true"`
	Examples *specs.Examples `yaml:"examples" doc:"rows shown in each call; random draws others for every call"`
	Topics   specs.Texts     `yaml:"topics" doc:"what to write about: texts, or rows with a column topic"`
	PerTopic int             `yaml:"per_topic" doc:"rows for each topic" positive:"true" max:"1000000"`
	Calls    int             `yaml:"calls" doc:"calls in all, each about a topic that is drawn; instead of per_topic" positive:"true" max:"1000000"`
	PerCall  int             `yaml:"per_call" doc:"rows asked for in one call; more are cut off" positive:"true" max:"1000"`
	Retries  int             `yaml:"retries" doc:"tries after the first for an answer that is no list of the right form" min:"0" max:"100"`
	Fields   []string        `yaml:"fields" doc:"columns of an item: one takes a text, several an object with these keys"`
}

// ColumnsFrom are the fields, and those of the topic.
func (s *Synthesize) ColumnsFrom(of func(specs.DataRef) []string) []string {
	columns := slices.Clone(s.Fields)
	topics, known := s.topic(of)
	if !known {
		return nil
	}
	for _, t := range topics {
		if !slices.Contains(columns, t) {
			columns = append(columns, t)
		}
	}
	return columns
}

// topic is the columns that a topic brings.
func (s *Synthesize) topic(of func(specs.DataRef) []string) (columns []string, known bool) {
	switch {
	case s.Topics.Data.ID != "":
		columns = of(s.Topics.Data)
		return columns, columns != nil
	case len(s.Topics.List) > 0:
		return []string{"topic"}, true
	}
	return nil, true
}

// Check wants one of per_topic and calls, and a prompt that reads what a call has.
func (s *Synthesize) Check(e *specs.Experiment, path string) []*specs.Error {
	var errs []*specs.Error
	fail := func(at, hint, format string, args ...any) { errs = append(errs, e.Errorf(at, hint, format, args...)) }
	topics := len(s.Topics.List) > 0 || s.Topics.Data.ID != ""
	switch {
	case s.PerTopic > 0 && s.Calls > 0:
		fail(path+".calls", "leave one out", "per_topic and calls - either says how many rows are written")
	case s.PerTopic == 0 && s.Calls == 0:
		fail(path, "calls: 20", "missing key: %s needs \"per_topic\" or \"calls\"", path)
	case s.PerTopic > 0 && !topics:
		fail(path+".per_topic", "say `calls`, or name topics", "per_topic without topics")
	}
	if x := s.Examples; x != nil && x.Choose == "nearest" {
		fail(path+".examples.choose", "use random", "nearest to what? A call of synthesize has no row - first or random")
	}
	columns, known := s.topic(func(r specs.DataRef) []string { return e.Columns(r.ID) })
	if p, ok := e.Prompts.Get(s.Prompt.ID); ok && known {
		errs = append(errs, s.reads(e, p, columns)...)
		if s.Topics.Data.ID != "" && !slices.Contains(columns, "topic") {
			fail(path+".topics", "columns: {topic: ...} renames one", "the rows of %s have no column topic - they have %v", s.Topics.Data, columns)
		}
	}
	return errs
}

// reads checks what the prompt's templates read.
func (s *Synthesize) reads(e *specs.Experiment, p *specs.Prompt, columns []string) (errs []*specs.Error) {
	path := "prompts." + s.Prompt.ID
	if p.User == nil {
		return append(errs, e.Errorf(path, "user: \"Write {{ count }} ...\"", "prompt %s has no user - synthesize has no input to ask about", s.Prompt.ID))
	}
	known := append([]string{"count", "vars", "profile"}, columns...)
	if s.Examples != nil {
		known = append(known, "examples")
	}
	for at, t := range map[string]*specs.Template{".system": p.System, ".user": p.User} {
		if t == nil {
			continue
		}
		for _, name := range t.Names() {
			if !slices.Contains(known, name) {
				errs = append(errs, e.Errorf(path+at, "", "unknown variable: %q - a call of synthesize has %v", name, known))
			}
		}
	}
	return errs
}

// Make plans the calls, in a step of their own: what is done to the rows afterwards
// asks for none of them again.
func (s *Synthesize) Make(c *Compiler, id string) (*making, error) {
	writer, err := c.writer(id, s.Model, s.Prompt)
	if err != nil {
		return nil, err
	}
	if writer.variants != nil || writer.drafts != nil {
		return nil, c.Errorf(id+".model", "name one of the methods that it is made of", "%s is no single policy - a call of synthesize is one completion of one", s.Model.ID)
	}
	kind, _ := Makers().Find("synthesize")
	a := runner.Action{ID: id + ".samples", Kind: "write", Version: 1, Pos: c.Pos(id), Lines: settingLines("source", s, kind.New())}
	if x := s.Examples; x != nil {
		shown, err := c.entry(x.Data.ID)
		if err == nil {
			err = c.enough(id+".examples", x, shown)
		}
		if err != nil {
			return nil, err
		}
		a.Inputs = append(a.Inputs, runner.Input{Name: "shown", From: shown.action})
		a.Lines = append(a.Lines, splitLine("shown", x.Data.Split)...)
	}
	calls, rows := exactly(int64(s.Calls)), exactly(int64(s.Calls*s.PerCall))
	topics := exactly(int64(len(s.Topics.List)))
	if ref := s.Topics.Data; ref.ID != "" {
		from, err := c.entry(ref.ID)
		if err != nil {
			return nil, err
		}
		topics = from.span(ref.Split)
		a.Inputs = append(a.Inputs, runner.Input{Name: "topics", From: from.action})
		a.Lines = append(a.Lines, splitLine("topics", ref.Split)...)
	}
	if s.PerTopic > 0 {
		calls, rows = topics.times(int64(s.callsPerTopic())), topics.times(int64(s.PerTopic))
	}
	tokens := writer.ask(&a, c)
	a.Says = fmt.Sprintf("%s writes lists in %s calls", label(writer.Info), calls)
	calls.n[1] *= int64(1 + s.Retries)
	a.Estimate = writer.costs(calls.of(tokens))
	a.Estimate.Open = true // how long the prompts are
	a.Lines = append(a.Lines, c.seed())
	a.Step = &synthesizeStep{
		sampleStep: &sampleStep{sampling: sampling{policy: writer, scope: c.scope()}, settings: merge(writer.Sampling, nil), seed: c.Seed}, source: s,
	}
	return &making{
		action: runner.Action{
			ID: id, Kind: "synthesize", Pos: c.Pos(id), Says: fmt.Sprintf("written by %s", label(writer.Info)),
			Inputs: []runner.Input{{Name: "samples", From: c.add(a)}},
		},
		rows: rows.unsure(), records: func(r *runner.Run, f *funnel) (iter.Seq2[datasets.Record, error], error) { // an answer may be no list, or too short
			return s.records(r, f, label(writer.Info))
		},
	}, nil
}

// callsPerTopic is how many calls are asked for what one topic needs.
func (s *Synthesize) callsPerTopic() int { return (s.PerTopic + s.PerCall - 1) / s.PerCall }

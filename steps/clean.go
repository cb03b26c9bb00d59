package steps

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"idiolect/datasets"
	"idiolect/internal/text"
	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

// learned is an entry as methods train on it: without the rows that are copies of
// what evals ask about, where the spec says so, or says nothing and steps made them
// (docs/decisions/003-made-data.md). A step of its own leaves them out, so that
// another eval changes what is trained on and not what models are asked for it.
func (c *Compiler) learned(ref specs.DataRef) (*entry, error) {
	e, err := c.entry(ref.ID)
	if err != nil {
		return nil, err
	}
	clean := e.data.Clean
	if !clean.On && (clean.Set || !c.isMade(ref.ID)) {
		return e, nil
	}
	asked := c.askedAbout(ref)
	if len(asked) == 0 {
		return e, nil
	}
	step := &cleanStep{clean: clean, split: ref.Split}
	a := runner.Action{
		ID: "data." + ref.String() + ".clean", Kind: "clean", Version: 1, Pos: c.Pos("data." + ref.ID), Step: step,
		Inputs: []runner.Input{{Name: "rows", From: e.action}},
		Lines:  append(splitLine("rows", ref.Split), line("words", clean.Words), line("rouge_l", clean.RougeL)),
		Says:   fmt.Sprintf("leave out copies of %s", among(asked)),
	}
	for i, of := range asked {
		held, err := c.entry(of.ID)
		if err != nil {
			return nil, err
		}
		name := fmt.Sprintf("asked.%d", i)
		step.asked = append(step.asked, of.Split)
		a.Inputs = append(a.Inputs, runner.Input{Name: name, From: held.action})
		a.Lines = append(a.Lines, splitLine(name, of.Split)...)
	}
	own := *e
	own.action = c.add(a)
	own.made = maps.Clone(e.made)
	for name, rows := range own.made {
		own.made[name] = rows.unsure()
	}
	return &own, nil
}

// askedAbout are the rows that evals ask about and that were not meant to be seen in
// training: each once, in the order of the evals, and never the rows themselves.
func (c *Compiler) askedAbout(trained specs.DataRef) []specs.DataRef {
	var out []specs.DataRef
	for _, e := range c.Evals.All() {
		ref := specs.DataRef{ID: e.Data.ID, Split: e.Data.Split}
		all := func(split string) bool { return split == "" || split == "all" }
		own := ref.ID == trained.ID && (ref.Split == trained.Split || all(ref.Split) || all(trained.Split))
		if !e.Seen && !own && !slices.Contains(out, ref) {
			out = append(out, ref)
		}
	}
	return out
}

func among(refs []specs.DataRef) string {
	var names []string
	for _, r := range refs {
		names = append(names, r.String())
	}
	return strings.Join(names, ", ")
}

// cleanStep hands on the rows of a split that are no copies of other rows.
type cleanStep struct {
	clean specs.Clean
	split string
	asked []string // the split of each asked.N
}

// cleanColumns are what rows are compared by.
type cleanColumns struct {
	Input  *string `parquet:"input,optional"`
	Output *string `parquet:"output,optional"`
	Fields string  `parquet:"fields"`
	Split  *string `parquet:"split,optional"`
}

// Run compares what is asked (the column input, or all texts of a row without one)
// with what evals ask, and outputs with theirs: of those only runs of words, since
// a short answer may well be the same.
func (s *cleanStep) Run(ctx context.Context, r *runner.Run) error {
	inputs, outputs, err := s.known(r)
	if err != nil {
		return err
	}
	out, err := create[tables.Row](r, "rows.parquet")
	if err != nil {
		return err
	}
	skipped := &skippedRows{run: r}
	read, kept := 0, 0
	for row, err := range eachRow[tables.Row](r.In("rows"), "rows.parquet") {
		if err == nil && !inSplit(s.split, deref(row.Split)) {
			continue
		}
		if read++; err == nil && read%256 == 0 {
			err = errors.Join(ctx.Err(), progress(r, read, 0, "rows compared"))
		}
		if err != nil {
			return err
		}
		why, err := copied(cleanColumns{row.Input, row.Output, row.Fields, row.Split}, inputs, outputs)
		if err == nil && why != "" {
			err = skipped.add(&datasets.BadRow{Place: placeOf(row), Err: errors.New(why)})
		} else if err == nil {
			kept++
			err = out.Write([]tables.Row{row})
		}
		if err != nil {
			return err
		}
	}
	f := &funnel{}
	f.add("to train on", "rows", read)
	f.add("clean", "rows", kept)
	if kept == 0 {
		return fmt.Errorf("no row is left to train on: %s\nhint: clean: {words: 0, rouge_l: 0.9} on the entry of data takes fewer rows for copies", f)
	}
	return errors.Join(out.Close(), skipped.close(), f.write(r))
}

// known are the texts that evals ask about, and the answers they expect.
func (s *cleanStep) known(r *runner.Run) (inputs, outputs *text.Copies, err error) {
	inputs, outputs = text.NewCopies(s.clean.Words, s.clean.RougeL), text.NewCopies(s.clean.Words, 0)
	for i, split := range s.asked {
		for row, err := range eachRow[cleanColumns](r.In(fmt.Sprintf("asked.%d", i)), "rows.parquet") {
			if err == nil && !inSplit(split, deref(row.Split)) {
				continue
			}
			var asked string
			if err == nil {
				asked, err = row.asked()
			}
			if err != nil {
				return nil, nil, err
			}
			inputs.Add(asked)
			outputs.Add(deref(row.Output))
		}
	}
	return inputs, outputs, nil
}

// copied says what of a row is a copy, "" if nothing is.
func copied(row cleanColumns, inputs, outputs *text.Copies) (string, error) {
	asked, err := row.asked()
	if err != nil {
		return "", err
	}
	if why := inputs.Why(asked); why != "" {
		return "its input is that of a row that an eval asks about: " + why, nil
	}
	if why := outputs.Run(deref(row.Output)); why != "" {
		return "its output is that of a row that an eval asks about: " + why, nil
	}
	return "", nil
}

// asked is the text that a row is compared by.
func (row cleanColumns) asked() (string, error) {
	if row.Input != nil {
		return *row.Input, nil
	}
	fields, err := datasets.Fields(row.Fields)
	if err != nil {
		return "", err
	}
	var texts []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if x, ok := fields[name].(string); ok && name != "output" {
			texts = append(texts, x)
		}
	}
	return strings.Join(texts, "\n"), nil
}

package steps

import (
	"fmt"
	"iter"
	"os"
	"slices"

	"idiolect/datasets"
	"idiolect/runner"
	"idiolect/specs"
)

// counted says how many rows each split has; equal entries are read once. The
// rows of one that others combine are kept until the plan is made.
func (c *Compiler) counted(e *entry, a runner.Action, kept bool) error {
	if c.fromMade(e) {
		return e.fits()
	}
	e.lines = fmt.Sprint(a.Lines)
	for _, in := range a.Inputs {
		e.lines += string(in.From.Key())
	}
	known, ok := c.read[e.lines]
	if !ok {
		rows := c.rows(e)
		c.widths[e.lines] = newWidths()
		rows.Kept = c.widths[e.lines].add
		var err error
		if known, err = c.readRows(rows, kept); err != nil {
			return err
		}
		c.read[e.lines] = known
	}
	e.rows, e.widths = known.Count, c.widths[e.lines]
	return nil
}

// rows are an entry's rows, to be read.
func (c *Compiler) rows(e *entry) datasets.Entry {
	return datasets.Entry{Records: c.records(e), Data: e.data, Seed: c.Seed, Scope: c.scope()}
}

func (c *Compiler) readRows(rows datasets.Entry, kept bool) (*datasets.Collection, error) {
	if !kept {
		n, err := rows.Count(c.ctx)
		return &datasets.Collection{Count: n}, err
	}
	file, err := c.scratch()
	if err != nil {
		return nil, err
	}
	return rows.Collect(c.ctx, file)
}

// readAgain says whether another entry is made of this one's rows, or judges are
// measured by them.
func (c *Compiler) readAgain(id string) bool {
	for _, j := range c.Judges.All() {
		if j.Labels.ID == id {
			return true
		}
	}
	for _, e := range c.Evals.All() {
		if len(e.Methods) == 0 && e.Data.ID == id {
			return true
		}
	}
	for _, d := range c.Data.All() {
		s, ok := d.Source.(datasets.Combined)
		if ok && slices.ContainsFunc(s.Refs(), func(r specs.DataRef) bool { return r.ID == id }) {
			return true
		}
	}
	return false
}

// scratch is the file that rows are kept in while the plan is made.
func (c *Compiler) scratch() (_ *os.File, err error) {
	if c.file == nil {
		if c.file, err = os.CreateTemp("", "idiolect-rows-"); err != nil {
			return nil, fmt.Errorf("a temporary file for rows: %w", nameless(err))
		}
		_ = os.Remove(c.file.Name()) // where the system does not allow it now, close does it
	}
	return c.file, nil
}

// close ends what the plan was made with.
func (s *shared) close() {
	if s.file != nil {
		_ = s.file.Close()
		_ = os.Remove(s.file.Name())
	}
}

// records are what an entry makes its rows of.
func (c *Compiler) records(e *entry) iter.Seq2[datasets.Record, error] {
	if e.source != nil {
		return e.source.Read(c.Dir)
	}
	var of []iter.Seq2[datasets.Record, error]
	for _, p := range e.pieces {
		of = append(of, p.records(c.read[p.of.lines].All()))
	}
	return e.data.Source.(datasets.Combined).Combine(of)
}

// records are the rows of one piece, as the step that combines them finds them.
func (p piece) records(rows iter.Seq2[datasets.Stored, error]) iter.Seq2[datasets.Record, error] {
	return func(yield func(datasets.Record, error) bool) {
		for s, err := range rows {
			if err == nil && !inSplit(p.Split, s.Split) {
				continue
			}
			rec := datasets.Record{Origin: s.Origin}
			if rec.Place = p.String() + ": " + datasets.Line(s.Place); s.Made {
				rec.Place = p.String() + ": row " + s.Key
			}
			if err == nil {
				rec.Fields, err = datasets.Fields(s.Fields)
			}
			if !yield(rec, err) || err != nil {
				return
			}
		}
	}
}

package steps

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"idiolect/datasets"
	"idiolect/runner"
	"idiolect/runner/tables"
)

// readStep writes the rows of a data entry.
type readStep struct {
	entry *entry
	dir   string
	seed  int64
	scope map[string]any
	made  func(r *runner.Run, f *funnel) (iter.Seq2[datasets.Record, error], error) // see making; nil: the rows are read
}

// Run reads the source again, so that a plan holds no rows. What it read has to
// be what the step's key says: the artifact would else stand for another file,
// in every later run too. Rows wait in a file until their order is known.
func (s *readStep) Run(ctx context.Context, r *runner.Run) error {
	out, err := create[tables.Row](r, "rows.parquet")
	if err != nil {
		return err
	}
	skipped, stages := &skippedRows{run: r}, &funnel{}
	records, err := s.records(r, stages)
	if err != nil {
		return err
	}
	rows := datasets.Entry{
		Records: records, Data: s.entry.data, Seed: s.seed, Scope: s.scope, Skip: skipped.add, Tally: new(datasets.Tally),
		Read: func(n int) error { return progress(r, n, 0, "rows read") },
	}
	file, err := r.Scratch()
	if err != nil {
		return err
	}
	defer file.Close()
	c, err := rows.Collect(ctx, file)
	if err != nil {
		return err
	}
	if err := s.unchanged(); err != nil {
		return err
	}
	if err := s.write(ctx, r, c, out); err != nil {
		return err
	}
	if err := errors.Join(out.Close(), skipped.close()); err != nil || s.made == nil {
		return err
	}
	stages.entry(s.entry.data, *rows.Tally, c.Count)
	if c.Rows == 0 {
		return fmt.Errorf("no row is left: %s", stages)
	}
	return stages.write(r)
}

// records are what the step makes its rows of.
func (s *readStep) records(r *runner.Run, f *funnel) (iter.Seq2[datasets.Record, error], error) {
	if s.made != nil {
		return s.made(r, f)
	}
	if s.entry.source != nil {
		return s.entry.source.Read(s.dir), nil
	}
	var of []iter.Seq2[datasets.Record, error]
	for i, p := range s.entry.pieces {
		of = append(of, p.records(storedRows(r.In(pieceName(i)))))
	}
	return s.entry.data.Source.(datasets.Combined).Combine(of), nil
}

// unchanged says whether the files are those of the plan.
func (s *readStep) unchanged() error {
	if s.entry.source == nil {
		return nil
	}
	sums, err := fileHashes(s.entry.source, s.dir, nil)
	if err != nil {
		return err
	}
	for i, f := range s.entry.source.Files(s.dir) {
		if sums[i] != s.entry.sums[i] {
			return fmt.Errorf("%s was changed after the plan was made - run again", f.Name)
		}
	}
	return nil
}

func (s *readStep) write(ctx context.Context, r *runner.Run, c *datasets.Collection, out *output[tables.Row]) error {
	n := 0
	for stored, err := range c.All() {
		if err != nil {
			return err
		}
		if n%1024 == 0 {
			if err := errors.Join(ctx.Err(), progress(r, n, c.Rows, "rows")); err != nil {
				return err
			}
		}
		n++
		row := tableRow(string(r.Key()), stored)
		if p := s.entry.data.Person; p != nil {
			row.User = optional(fmt.Sprint(p.Value))
		}
		if err := out.Write([]tables.Row{row}); err != nil {
			return err
		}
	}
	return progress(r, n, n, "rows")
}

func tableRow(key string, row datasets.Stored) tables.Row {
	t := tables.Row{
		ID: tables.ID(key, row.Key, 0), RowKey: row.Key, Fields: row.Fields, Input: row.Input, Output: row.Output,
		Split: optional(row.Split), User: optional(row.User), Messages: optional(row.Messages), Parent: optional(row.Parent),
	}
	if !row.Made {
		t.Source = optional(datasets.Line(row.Place))
	}
	return t
}

// rowColumns are the columns of a rows table that a row is made of again.
type rowColumns struct {
	RowKey   string  `parquet:"row_key"`
	Fields   string  `parquet:"fields"`
	Split    *string `parquet:"split,optional"`
	Source   *string `parquet:"source,optional"`
	User     *string `parquet:"user,optional"`
	Messages *string `parquet:"messages,optional"`
	Parent   *string `parquet:"parent,optional"`
}

// storedRows are the rows of another read step.
func storedRows(art *runner.Artifact) iter.Seq2[datasets.Stored, error] {
	return func(yield func(datasets.Stored, error) bool) {
		for row, err := range eachRow[rowColumns](art, "rows.parquet") {
			s := datasets.Stored{Key: row.RowKey, Split: deref(row.Split), Fields: row.Fields}
			s.Origin = datasets.Origin{Place: deref(row.Source), Made: row.Source == nil, User: deref(row.User), Messages: deref(row.Messages), Parent: deref(row.Parent)}
			if !yield(s, err) || err != nil {
				return
			}
		}
	}
}

// skippedRows is the table of the rows that were left out, made with the first.
type skippedRows struct {
	run *runner.Run
	out *output[tables.Skipped]
	n   int64
}

func (s *skippedRows) add(b *datasets.BadRow) (err error) {
	if s.out == nil {
		if s.out, err = create[tables.Skipped](s.run, "skipped.parquet"); err != nil {
			return err
		}
	}
	row := tables.Skipped{
		ID: tables.ID(string(s.run.Key()), "", s.n), Replicate: s.n, Source: optional(datasets.Line(b.Place)), Reason: b.Err.Error(),
	}
	s.n++
	return s.out.Write([]tables.Skipped{row})
}

func (s *skippedRows) close() error {
	if s.out == nil {
		return nil
	}
	return s.out.Close()
}

// optional is null for "".
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

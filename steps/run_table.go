package steps

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"idiolect/datasets"
	"idiolect/runner/tables"
	"idiolect/specs"
)

func runTable() specs.Kind[datasets.Source] {
	return specs.Kind[datasets.Source]{
		Name: "run", Version: 1,
		Doc: "a table of a finished run: the columns of its rows, of its samples with what was answered as output, or those that hold one value",
		New: func() datasets.Source { return &RunTable{} },
	}
}

// RunTable reads a table of a finished run. Of a rows table come the columns of
// its rows; of samples those of their rows, and as output what was judged of the
// completion: samples without one are left out. Of any other table come the
// columns that hold one value. What the table holds is in the key, not where the
// run is.
type RunTable struct {
	Run   string `yaml:"run" doc:"the run's directory, or its experiment's for the newest: from the spec, else from the working directory" required:"true" key:"-" file:"dot"`
	Table string `yaml:"table" doc:"the step whose table it is, such as evals.held_out.tuned.samples" required:"true" key:"-"`
}

// Files is the table's file.
func (s *RunTable) Files(dir string) []datasets.File {
	path, err := s.find(dir)
	if err != nil { // Columns has told it
		path = s.Table
	}
	return []datasets.File{{Name: s.Run + ": " + s.Table, Path: path}}
}

// find is where the table's file is.
func (s *RunTable) find(dir string) (string, error) {
	run, err := findRun(dir, s.Run)
	if err != nil {
		return "", err
	}
	path := filepath.Join(run, "artifacts", s.Table+".parquet")
	if _, err := os.Stat(path); err == nil && filepath.Base(path) == s.Table+".parquet" {
		return path, nil
	}
	have, err := filepath.Glob(filepath.Join(run, "artifacts", "*.parquet"))
	for i, file := range have {
		have[i] = strings.TrimSuffix(filepath.Base(file), ".parquet")
	}
	return "", errors.Join(fmt.Errorf("%s has no table %q - it has %s", s.Run, s.Table, strings.Join(have, ", ")), err)
}

// Columns are those of the first row.
func (s *RunTable) Columns(dir string) ([]string, error) {
	for rec, err := range s.Read(dir) {
		var bad *datasets.BadRow
		if errors.As(err, &bad) {
			continue
		}
		return slices.Sorted(maps.Keys(rec.Fields)), err
	}
	return nil, fmt.Errorf("%s: %s has no rows", s.Run, s.Table)
}

// Read yields the rows, in the order of the table.
func (s *RunTable) Read(dir string) iter.Seq2[datasets.Record, error] {
	return func(yield func(datasets.Record, error) bool) {
		path, err := s.find(dir)
		if err != nil {
			yield(datasets.Record{}, err)
			return
		}
		columns, err := tables.Scalars(path)
		if err != nil {
			yield(datasets.Record{}, fmt.Errorf("%s: %s: %w", s.Run, s.Table, nameless(err)))
			return
		}
		row := func(rec datasets.Record) (datasets.Record, error) { return rec, nil }
		switch {
		case slices.Contains(columns, "fields") && slices.Contains(columns, "completion"):
			row, columns = sampleRow, sampleColumns
		case slices.Contains(columns, "fields"):
			row, columns = unfolded, rowsColumns
		}
		file := &datasets.Parquet{Path: filepath.Base(path), Fields: columns}
		for rec, err := range file.Read(filepath.Dir(path)) {
			var bad *datasets.BadRow
			if err == nil {
				rec, err = row(rec)
			}
			if more := yield(rec, err); !more || err != nil && !errors.As(err, &bad) {
				return
			}
		}
	}
}

// What is read of a rows table and of samples.
var (
	rowsColumns   = []string{"fields", "output", "split", "user", "messages"}
	sampleColumns = []string{"fields", "completion", "extracted", "error", "user"}
)

// unfolded is a row of a rows table: the columns of its row, its split among them.
// What stands in the column output may be younger than what the row says: a
// completion that was kept.
func unfolded(rec datasets.Record) (datasets.Record, error) {
	out, err := fieldsOf(rec)
	if err != nil {
		return out, err
	}
	if text := textIn(rec, "output"); text != nil {
		out.Fields["output"] = *text
	}
	if _, taken := out.Fields["split"]; !taken && rec.Fields["split"] != nil {
		out.Fields["split"] = rec.Fields["split"]
	}
	out.Messages = deref(textIn(rec, "messages"))
	return out, nil
}

// sampleRow is the row of a sample with what was answered.
func sampleRow(rec datasets.Record) (datasets.Record, error) {
	completion, extracted := textIn(rec, "completion"), textIn(rec, "extracted")
	if failed := textIn(rec, "error"); failed != nil || completion == nil {
		return rec, &datasets.BadRow{Place: rec.Place, Err: fmt.Errorf("there is no completion: %s", deref(failed)), LeftOut: true}
	}
	out, err := fieldsOf(rec)
	if err != nil {
		return out, err
	}
	out.Fields["output"] = judged(extracted, completion)
	return out, nil
}

func fieldsOf(rec datasets.Record) (datasets.Record, error) {
	fields, err := datasets.Fields(deref(textIn(rec, "fields")))
	if err != nil {
		return rec, &datasets.BadRow{Place: rec.Place, Err: err}
	}
	out := datasets.Record{Fields: fields, Origin: rec.Origin}
	out.User = deref(textIn(rec, "user"))
	return out, nil
}

func textIn(rec datasets.Record, column string) *string {
	if text, ok := rec.Fields[column].(string); ok {
		return &text
	}
	return nil
}

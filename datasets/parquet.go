package datasets

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"runtime"
	"slices"

	"github.com/parquet-go/parquet-go"

	"idiolect/specs"
)

func parquetFile() specs.Kind[Source] {
	return specs.Kind[Source]{
		Name: "parquet", Version: 1,
		Doc: "a Parquet file, all its columns or those named",
		New: func() Source { return &Parquet{} },
	}
}

// Parquet reads a Parquet file, a few rows at a time.
type Parquet struct {
	Path   string   `yaml:"path" doc:"the file, relative to the spec" required:"true" key:"-" file:"true"` // its content is in the key
	Fields []string `yaml:"fields" doc:"the columns to read; without it all"`
}

// parquetBatch is how many rows are held at once.
const parquetBatch = 64

// Columns are those that are read, in the order of the file; those that fields
// names, by name.
func (s *Parquet) Columns(dir string) ([]string, error) {
	var columns []string
	f, _, schema, err := s.open(dir)
	if err != nil {
		return nil, err
	}
	for _, c := range schema.Fields() {
		columns = append(columns, c.Name())
	}
	return columns, f.Close()
}

// Files is the file.
func (s *Parquet) Files(dir string) []File { return []File{{s.Path, resolve(dir, s.Path)}} }

// Read yields the rows; places count them from 1.
func (s *Parquet) Read(dir string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		f, pf, schema, err := s.open(dir)
		if err != nil {
			yield(Record{}, err)
			return
		}
		defer f.Close()
		n := 0
		for _, group := range pf.RowGroups() {
			for row, err := range s.group(group, schema) {
				n++
				place := fmt.Sprintf("%s: row %d", s.Path, n)
				var fields map[string]any
				if err == nil {
					if fields, err = parquetFields(row); err != nil {
						err = ofRow(place, err)
					}
				}
				if !goOn(yield(record(fields, place), err), err) {
					return
				}
			}
		}
	}
}

// group yields the rows of one row group as they were stored. What parquet-go
// does is guarded, what the caller does with a row is not.
func (s *Parquet) group(group parquet.RowGroup, schema *parquet.Schema) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		var r *parquet.GenericReader[any]
		err := s.guard(func() error {
			r = parquet.NewGenericRowGroupReader[any](group, schema)
			return nil
		})
		if err != nil {
			yield(nil, err)
			return
		}
		defer func() { _ = s.guard(r.Close) }()
		left := group.NumRows()
		for left > 0 {
			rows := make([]any, parquetBatch)
			n := 0
			err := s.guard(func() (err error) {
				if n, err = r.Read(rows); n > 0 && errors.Is(err, io.EOF) {
					err = nil
				}
				return err
			})
			if err == nil && n == 0 || errors.Is(err, io.EOF) {
				err = fmt.Errorf("%s: damaged Parquet: %d of %d rows of a row group are missing", s.Path, left, group.NumRows())
			}
			for _, row := range rows[:n] {
				if !yield(row, nil) {
					return
				}
			}
			if err != nil {
				yield(nil, err)
				return
			}
			left -= int64(n)
		}
	}
}

// open opens the file; the schema is that of the columns to read.
func (s *Parquet) open(dir string) (f *os.File, pf *parquet.File, schema *parquet.Schema, err error) {
	if f, err = Open(resolve(dir, s.Path)); err != nil {
		return nil, nil, nil, pathError(err, s.Path)
	}
	err = s.guard(func() error {
		info, err := f.Stat()
		if err != nil {
			return err
		}
		if pf, err = parquet.OpenFile(io.NewSectionReader(f, 0, info.Size()), info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true)); err != nil {
			return fmt.Errorf("not a whole Parquet file: %w", err)
		}
		schema, err = s.project(pf.Schema())
		return err
	})
	if err != nil {
		return nil, nil, nil, errors.Join(err, f.Close())
	}
	return f, pf, schema, nil
}

// project is the part of a schema that is read, once each column is known to
// hold what a row can.
func (s *Parquet) project(whole *parquet.Schema) (*parquet.Schema, error) {
	var have []string
	part := parquet.Group{}
	for _, c := range whole.Fields() {
		have = append(have, c.Name())
		if len(s.Fields) > 0 && !slices.Contains(s.Fields, c.Name()) {
			continue
		}
		if err := readable(c, c.Name()); err != nil {
			return nil, err
		}
		part[c.Name()] = c
	}
	for _, name := range s.Fields {
		if !slices.Contains(have, name) {
			return nil, fmt.Errorf("fields: no column %q - it has %q", name, have)
		}
	}
	if len(s.Fields) == 0 {
		return whole, nil
	}
	return parquet.NewSchema(whole.Name(), part), nil
}

// guard runs a piece of parquet-go, which panics on some damaged files, and
// names the file in its errors.
func (s *Parquet) guard(read func() error) (err error) {
	defer func() {
		p := recover()
		if _, ours := p.(runtime.Error); ours {
			p = "it does not decode" // what Go says of that is no help
		}
		if p != nil {
			err = fmt.Errorf("%s: damaged Parquet: %v", s.Path, p)
		}
	}()
	if err = read(); err == nil {
		return nil
	}
	var pe *os.PathError
	if errors.As(err, &pe) { // the path that the system was given stays out of messages
		err = pe.Err
	}
	return fmt.Errorf("%s: %w", s.Path, err)
}

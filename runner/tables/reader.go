package tables

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"

	"github.com/parquet-go/parquet-go"
)

// Reader reads a table a few rows at a time. Of a file with more columns than T
// only those that T names are read. The file's columns must be the schema's: a
// missing required column or another type is an error that names it (parquet-go
// would fill zeros silently).
type Reader[T any] struct {
	path   string
	file   *os.File
	groups []parquet.RowGroup
	rows   *parquet.GenericReader[T] // of the first of groups; nil before it is begun
	left   int64                     // rows of it to come
	total  int64
}

// Open opens a table; the caller closes it.
func Open[T any](path string) (*Reader[T], error) {
	f, pf, err := open(path)
	if err != nil {
		return nil, err
	}
	if err := guard(path, func() error { return checkColumns[T](pf) }); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &Reader[T]{path: path, file: f, groups: pf.RowGroups(), total: pf.NumRows()}, nil
}

// open reads the footer of a Parquet file.
func open(path string) (*os.File, *parquet.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	var pf *parquet.File
	err = guard(path, func() error {
		st, err := f.Stat()
		if err != nil {
			return err
		}
		pf, err = parquet.OpenFile(f, st.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
		return err
	})
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return f, pf, nil
}

// Len is the number of rows in the table.
func (r *Reader[T]) Len() int { return int(r.total) }

// Read fills the slice with the next rows and says how many there were; at the
// end of the table it is io.EOF, with no rows.
func (r *Reader[T]) Read(rows []T) (n int, err error) {
	clear(rows)
	for n == 0 && len(rows) > 0 {
		if len(r.groups) == 0 {
			return 0, io.EOF
		}
		if err := guard(r.path, r.begin); err != nil {
			return 0, err
		}
		if r.left > 0 {
			err = guard(r.path, func() error {
				n, err = r.rows.Read(rows[:min(int64(len(rows)), r.left)])
				if n == 0 && (err == nil || errors.Is(err, io.EOF)) {
					return fmt.Errorf("damaged Parquet: %d of %d rows of a row group are missing", r.left, r.groups[0].NumRows())
				}
				if errors.Is(err, io.EOF) {
					err = nil
				}
				return err
			})
			if err != nil {
				return 0, err
			}
		}
		if r.left -= int64(n); r.left == 0 {
			if err := guard(r.path, r.rows.Close); err != nil {
				return 0, err
			}
			r.groups, r.rows = r.groups[1:], nil
		}
	}
	return n, nil
}

// begin makes the first row group ready to be read.
func (r *Reader[T]) begin() error {
	if r.rows == nil {
		r.rows = parquet.NewGenericRowGroupReader[T](r.groups[0])
		r.left = r.groups[0].NumRows()
	}
	return nil
}

// Close closes the file.
func (r *Reader[T]) Close() error {
	var err error
	if r.rows != nil {
		err = guard(r.path, r.rows.Close)
	}
	return errors.Join(err, r.file.Close())
}

// Scalars are the columns of a table that hold one value in each row, in file order.
func Scalars(path string) ([]string, error) {
	f, pf, err := open(path)
	if err != nil {
		return nil, err
	}
	var columns []string
	for _, c := range pf.Schema().Fields() {
		if c.Leaf() && !c.Repeated() {
			columns = append(columns, c.Name())
		}
	}
	return columns, f.Close()
}

// Each yields the rows of a table in order and ends after the first error.
func Each[T any](path string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		r, err := Open[T](path)
		if err != nil {
			yield(zero, err)
			return
		}
		defer r.Close()
		rows := make([]T, batchRows)
		for {
			n, err := r.Read(rows)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(zero, err)
				return
			}
			for _, row := range rows[:n] {
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

// At reads one row of a table, counted from 0, without those before it.
func At[T any](path string, row int) (T, error) {
	var out [1]T
	r, err := Open[T](path)
	if err != nil {
		return out[0], err
	}
	defer r.Close()
	at := int64(row)
	for len(r.groups) > 0 && at >= r.groups[0].NumRows() {
		at -= r.groups[0].NumRows()
		r.groups = r.groups[1:]
	}
	if row < 0 || len(r.groups) == 0 {
		return out[0], fmt.Errorf("%s: row %d of %d", path, row, r.Len())
	}
	err = guard(path, func() error {
		if err := r.begin(); err != nil {
			return err
		}
		r.left -= at
		return r.rows.SeekToRow(at)
	})
	if err == nil {
		_, err = r.Read(out[:])
	}
	return out[0], err
}

// Read reads a whole table.
func Read[T any](path string) ([]T, error) {
	r, err := Open[T](path)
	if err != nil {
		return nil, err
	}
	return r.rest()
}

// rest reads all rows and closes the reader. It grows as rows come: a damaged
// footer may promise any number.
func (r *Reader[T]) rest() (rows []T, err error) {
	defer func() { err = errors.Join(err, r.Close()) }()
	for at := 0; ; {
		rows = slices.Grow(rows, min(max(r.Len()-at, 0), 1<<16)+1)
		n, err := r.Read(rows[at:cap(rows)])
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		at += n
		rows = rows[:at]
	}
}

// checkColumns compares a file's columns with those of T.
func checkColumns[T any](f *parquet.File) error {
	have := map[string]parquet.Field{}
	for _, c := range f.Schema().Fields() {
		have[c.Name()] = c
	}
	for _, want := range parquet.SchemaOf(new(T)).Fields() {
		got, ok := have[want.Name()]
		switch {
		case !ok && want.Optional():
		case !ok:
			return fmt.Errorf("there is no column %q", want.Name())
		case want.Leaf() && got.Leaf() && want.Type().String() != got.Type().String():
			return fmt.Errorf("column %q holds %s - want %s", want.Name(), got.Type(), want.Type())
		}
	}
	return nil
}

// guard runs a piece of parquet-go, which panics on some damaged files, and
// names the file in its errors.
func guard(path string, read func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: damaged Parquet: %v", path, p)
		}
	}()
	if err = read(); err != nil {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return err
}

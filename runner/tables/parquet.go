package tables

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/parquet-go/parquet-go"
)

// Write writes rows as one zstd-compressed Parquet file. The same rows give the
// same bytes: the footer holds a constant created_by and no time.
func Write[T any](w io.Writer, rows []T) error {
	pw := parquet.NewGenericWriter[T](w,
		parquet.Compression(&parquet.Zstd),
		parquet.CreatedBy("idiolect", strconv.Itoa(Version), "tables"),
		parquet.KeyValueMetadata("idiolect.tables", strconv.Itoa(Version)),
	)
	if _, err := pw.Write(rows); err != nil {
		return errors.Join(err, pw.Close())
	}
	return pw.Close()
}

// Read reads a whole table. The file's columns must be the schema's: a missing
// required column or another type is an error that names it (parquet-go would
// fill zeros silently). parquet-go panics on some damaged files; that too comes
// out as an error.
func Read[T any](path string) (rows []T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: damaged Parquet: %v", path, p)
		}
	}()
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	pf, err := parquet.OpenFile(f, st.Size())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := checkColumns[T](pf); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	r := parquet.NewGenericReader[T](pf)
	defer r.Close()
	rows = make([]T, r.NumRows())
	n, err := r.Read(rows)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if n != len(rows) {
		return nil, fmt.Errorf("%s: %d of %d rows could be read", path, n, len(rows))
	}
	return rows, nil
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

package tables

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/parquet-go/parquet-go"
)

// ReadAny reads a table whose schema is not known: its columns in file order,
// and its rows by column. Lists come back as []any, missing values as nil.
func ReadAny(path string) (columns []string, rows []map[string]any, err error) {
	defer func() {
		if p := recover(); p != nil { // see Read
			err = fmt.Errorf("%s: damaged Parquet: %v", path, p)
		}
	}()
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	pf, err := parquet.OpenFile(f, st.Size())
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, c := range pf.Schema().Fields() {
		columns = append(columns, c.Name())
	}
	r := parquet.NewGenericReader[any](pf, pf.Schema())
	defer r.Close()
	got := make([]any, r.NumRows())
	n, err := r.Read(got)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	if n != len(got) {
		return nil, nil, fmt.Errorf("%s: %d of %d rows could be read", path, n, len(got))
	}
	for _, row := range got {
		m, ok := row.(map[string]any)
		if !ok {
			return nil, nil, fmt.Errorf("%s: a row came back as %T", path, row)
		}
		rows = append(rows, m)
	}
	return columns, rows, nil
}

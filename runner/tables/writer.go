package tables

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strconv"

	"github.com/parquet-go/parquet-go"
)

// A row group ends at this many rows or bytes of values, whichever is first: it
// is what a writer holds in memory, compressed. parquet-go writes 64 rows at a
// time, so a batch of as many gives the bytes that one call with all rows gives.
const (
	groupRows  = 1 << 17
	groupBytes = 8 << 20
	batchRows  = 64
	batchBytes = 1 << 20
)

// Writer writes rows as one zstd-compressed Parquet file, a row group at a time.
// The same rows give the same bytes, however they are handed over: the footer
// holds a constant created_by and no time.
type Writer[T any] struct {
	out     *parquet.GenericWriter[T]
	group   *parquet.GenericWriter[T] // what rows go into: out itself for the first row group
	made    bytes.Buffer              // later ones, each a file before it is copied
	batch   []T
	pending int // bytes of the batch's values
	rows    int // rows and bytes of the row group, without the batch
	bytes   int
}

// NewWriter begins a file. Without Close it is none.
func NewWriter[T any](w io.Writer) *Writer[T] {
	out := file[T](w)
	return &Writer[T]{out: out, group: out, batch: make([]T, 0, batchRows)}
}

func file[T any](w io.Writer) *parquet.GenericWriter[T] {
	return parquet.NewGenericWriter[T](w,
		parquet.Compression(&parquet.Zstd),
		parquet.CreatedBy("idiolect", strconv.Itoa(Version), "tables"),
		parquet.KeyValueMetadata("idiolect.tables", strconv.Itoa(Version)),
	)
}

// Write adds rows. The caller keeps the slice, not what its rows point to.
func (w *Writer[T]) Write(rows []T) error {
	for _, row := range rows {
		w.batch = append(w.batch, row)
		w.pending += weight(reflect.ValueOf(row))
		if len(w.batch) < batchRows && w.pending < batchBytes {
			continue
		}
		if err := w.flush(); err != nil {
			return err
		}
	}
	return nil
}

// flush hands the batch on, and ends the row group when it is large enough.
func (w *Writer[T]) flush() error {
	if _, err := w.group.Write(w.batch); err != nil {
		return err
	}
	w.rows, w.bytes = w.rows+len(w.batch), w.bytes+w.pending
	clear(w.batch)
	w.batch, w.pending = w.batch[:0], 0
	if w.rows < groupRows && w.bytes < groupBytes {
		return nil
	}
	return w.end()
}

// maxBounds is how long a column's smallest and largest text may be to be told of
// a row group that is copied: longer ones would fill the memory and the footer.
const maxBounds = 256

// end ends a row group. A writer remembers of each page the smallest and largest
// text, whole; of one that it copies, only the sixteen bytes that the file tells.
func (w *Writer[T]) end() error {
	w.rows, w.bytes = 0, 0
	if w.group == w.out {
		w.group = file[T](&w.made)
		return w.out.Flush()
	}
	if err := w.group.Close(); err != nil {
		return err
	}
	made, err := parquet.OpenFile(bytes.NewReader(w.made.Bytes()), int64(w.made.Len()))
	if err != nil {
		return err
	}
	for i, g := range made.RowGroups() {
		columns := made.Metadata().RowGroups[i].Columns
		for j := range columns {
			if s := &columns[j].MetaData.Statistics; len(s.MinValue)+len(s.MaxValue) > maxBounds {
				s.MinValue, s.MaxValue = nil, nil
			}
		}
		if _, err := w.out.WriteRowGroup(g); err != nil {
			return err
		}
	}
	w.made.Reset()
	w.group.Reset(&w.made)
	return nil
}

// Close writes what is left and the footer. It does not close the io.Writer.
func (w *Writer[T]) Close() error {
	err := w.flush()
	if err == nil && w.group != w.out {
		err = w.end()
	}
	return errors.Join(err, w.out.Close())
}

// weight is about how many bytes a row's values have.
func weight(row reflect.Value) int {
	n := 0
	for i := range row.NumField() {
		v := row.Field(i)
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				continue
			}
			v = v.Elem()
		}
		switch v.Kind() {
		case reflect.String:
			n += v.Len()
		case reflect.Slice:
			n += v.Len() * int(v.Type().Elem().Size())
		default:
			n += int(v.Type().Size())
		}
	}
	return n
}

// Write writes a table that is in memory.
func Write[T any](w io.Writer, rows []T) error {
	out := NewWriter[T](w)
	return errors.Join(out.Write(rows), out.Close())
}

package datasets

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
)

// Count is how many rows an entry has.
type Count struct {
	Rows    int
	Sizes   map[string]int64 // by split; "" is in none
	Skipped Skipped
}

// Count reads all rows and keeps none.
func (e Entry) Count(ctx context.Context) (Count, error) {
	c, err := e.collect(ctx, func(Row) error { return nil })
	if err != nil {
		return Count{}, err
	}
	return c.Count, nil
}

// Load reads all rows into memory, in the order of their keys: for those that are
// known to be few.
func (e Entry) Load(ctx context.Context) ([]Row, error) {
	var rows []Row
	c, err := e.collect(ctx, func(row Row) error {
		rows = append(rows, row)
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := make([]Row, len(c.index))
	for i, r := range c.index {
		out[i] = rows[r.at]
		out[i].Split = r.split(e.Data)
	}
	return out, nil
}

// Collection is the rows of an entry, in a file: memory holds their keys.
type Collection struct {
	Count
	entry Entry
	file  *os.File
	start int64
	index index
	ends  []int64 // of each row as it came, in the file
}

// Collect reads all rows once and keeps them at the end of the file until their
// order is known: up to twice the size of their text. The file is the caller's to
// close.
func (e Entry) Collect(ctx context.Context, file *os.File) (*Collection, error) {
	start, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, fileError(err)
	}
	out := bufio.NewWriterSize(file, 1<<18)
	var buf []byte
	var ends []int64
	end := start
	c, err := e.collect(ctx, func(row Row) error {
		s, err := row.Store()
		if err != nil {
			return &BadRow{Place: row.Place, Err: err}
		}
		buf = s.append(buf[:0])
		_, err = out.Write(buf)
		end += int64(len(buf))
		ends = append(ends, end)
		return fileError(err)
	})
	if err != nil {
		return nil, err
	}
	c.file, c.start, c.ends = file, start, ends
	return c, fileError(out.Flush())
}

// collect hands each row on as it comes, and arranges them all.
func (e Entry) collect(ctx context.Context, keep func(Row) error) (*Collection, error) {
	c := &Collection{entry: e}
	told := e.Skip
	e.Skip = func(b *BadRow) error {
		c.Skipped.add(b)
		if told == nil {
			return nil
		}
		return told(b)
	}
	at := 0
	for row, err := range e.Rows(ctx) {
		if err == nil {
			err = c.index.add(row.Key, at)
		}
		if err == nil {
			err = keep(row)
		}
		if err != nil {
			return nil, err
		}
		at++
	}
	if err := c.index.arrange(e.Data, e.Seed); err != nil {
		return nil, err
	}
	c.Rows, c.Sizes = len(c.index), map[string]int64{}
	for _, r := range c.index {
		c.Sizes[r.split(e.Data)]++
	}
	return c, nil
}

// All yields the rows in the order of their keys, which is the order of every
// artifact.
func (c *Collection) All() iter.Seq2[Stored, error] {
	return func(yield func(Stored, error) bool) {
		var buf []byte
		for _, r := range c.index {
			from := c.start
			if r.at > 0 {
				from = c.ends[r.at-1]
			}
			buf = slices.Grow(buf[:0], int(c.ends[r.at]-from))[:c.ends[r.at]-from]
			s := Stored{Key: hex.EncodeToString(r.key[:]), Split: r.split(c.entry.Data)}
			_, err := c.file.ReadAt(buf, from)
			if err == nil {
				err = s.take(buf)
			}
			if !yield(s, fileError(err)) || err != nil {
				return
			}
		}
	}
}

// fileError names the file that holds the rows, whose path is nobody's business.
func fileError(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	if err != nil {
		err = fmt.Errorf("the temporary file of rows: %w", err)
	}
	return err
}

// append writes all but key and split, each text after its length and 1.
func (s *Stored) append(b []byte) []byte {
	made := ""
	if s.Made {
		made = "made"
	}
	for _, text := range []*string{&s.Fields, s.Input, s.Output, &s.Place, &made, &s.User, &s.Messages, &s.Parent} {
		if text == nil {
			b = binary.AppendUvarint(b, 0)
			continue
		}
		b = append(binary.AppendUvarint(b, uint64(len(*text))+1), *text...)
	}
	return b
}

// take reads what append wrote.
func (s *Stored) take(b []byte) error {
	next := func() *string {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(b)-size)+1 {
			b = nil
			return nil
		}
		b = b[size:]
		if n == 0 {
			return nil
		}
		text := string(b[:n-1])
		b = b[n-1:]
		return &text
	}
	fields, input, output, place, made, user, messages, parent := next(), next(), next(), next(), next(), next(), next(), next()
	if fields == nil || place == nil || made == nil || user == nil || messages == nil || parent == nil {
		return io.ErrUnexpectedEOF
	}
	s.Fields, s.Input, s.Output = *fields, input, output
	s.Origin = Origin{Place: *place, Made: *made != "", User: *user, Messages: *messages, Parent: *parent}
	return nil
}

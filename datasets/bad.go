package datasets

import (
	"errors"
	"fmt"
	"strings"
)

// BadRow is the error of one row: the rows behind it can be read. Any other
// error of a source is that of the file.
type BadRow struct {
	Place   string // see Record
	Column  int    // of the fault, in bytes from 1; 0: the whole row
	Err     error
	LeftOut bool // it is left out whatever the spec says of bad rows: the source's kind tells why
}

// Error names the place as the other errors of a source do.
func (b *BadRow) Error() string {
	switch {
	case b.Place == "":
		return b.Err.Error()
	case b.Column > 0:
		return fmt.Sprintf("%s:%d: %v", b.Place, b.Column, b.Err)
	}
	return fmt.Sprintf("%s: %v", b.Place, b.Err)
}

func (b *BadRow) Unwrap() error { return b.Err }

// BadRow tells the language's checks that the columns are known although a row
// is bad (see Source).
func (*BadRow) BadRow() {}

// ofRow makes an error that of the row at a place; nil stays nil.
func ofRow(place string, err error) error {
	if err == nil {
		return nil
	}
	return &BadRow{Place: place, Err: err}
}

// ofFile makes the error of a row one of the file: nobody can tell what follows.
func ofFile(err error) error {
	if badRow(err) == nil {
		return err
	}
	return errors.New(err.Error())
}

// badRow is the error as that of one row, nil when it is more than that.
func badRow(err error) *BadRow {
	var bad *BadRow
	errors.As(err, &bad)
	return bad
}

// Skipped are the rows that were left out.
type Skipped struct {
	N     int
	First *BadRow // nil when there is none
}

func (s *Skipped) add(b *BadRow) {
	if s.N++; s.First == nil {
		s.First = b
	}
}

// goOn says whether reading goes on after a row: the consumer wants more, and
// the error, if there was one, is the row's own.
func goOn(more bool, err error) bool { return more && (err == nil || badRow(err) != nil) }

// KeyError is what rows or a file say against a part of the spec.
type KeyError struct {
	Of  string // a key of the entry: where, set.length, columns.topic
	Err error
}

func (e *KeyError) Error() string {
	of := strings.Replace(e.Of, ".", " ", 1)
	if strings.HasPrefix(of, "columns ") {
		of = "columns" // the message names the old column
	}
	return fmt.Sprintf("%s: %v", of, e.Err)
}

func (e *KeyError) Unwrap() error { return e.Err }

// Key tells the language's checks which key is meant.
func (e *KeyError) Key() string { return e.Of }

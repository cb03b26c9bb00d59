package datasets

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"idiolect/specs"
)

func commaSeparated() specs.Kind[Source] {
	return specs.Kind[Source]{
		Name: "csv", Version: 1,
		Doc: "a file of comma-separated values, RFC 4180; its first row names the columns",
		New: func() Source { return &CSV{Delimiter: ","} },
	}
}

// CSV reads a file of delimited values. All are text, but for the columns that
// have a type.
type CSV struct {
	Path      string            `yaml:"path" doc:"the file, relative to the spec" required:"true" key:"-" file:"true"` // its content is in the key
	Delimiter string            `yaml:"delimiter" doc:"the character between values"`
	Types     map[string]string `yaml:"types" doc:"columns that are not text; their empty values are null" enum:"int,float,bool"`
}

// Check refuses a delimiter that cannot delimit.
func (s *CSV) Check(e *specs.Experiment, path string) []*specs.Error {
	if _, err := s.comma(); err != nil {
		return []*specs.Error{e.Errorf(path+".delimiter", "a tab is written \"\\t\", in double quotes", "%s", err)}
	}
	return nil
}

func (s *CSV) comma() (rune, error) {
	r, size := utf8.DecodeRuneInString(s.Delimiter)
	if size == 0 || size != len(s.Delimiter) || strings.ContainsRune("\"\r\n\ufeff\ufffd", r) {
		return 0, fmt.Errorf("delimiter: %q - want one character, neither a quote nor a line break", s.Delimiter)
	}
	return r, nil
}

// Columns are those of the header; they are not known where Check complains.
func (s *CSV) Columns(dir string) ([]string, error) {
	if _, err := s.comma(); err != nil {
		return nil, nil
	}
	f, _, header, err := s.open(dir)
	if err != nil {
		return nil, err
	}
	return header, f.Close()
}

// Files is the file.
func (s *CSV) Files(dir string) []File { return []File{{s.Path, resolve(dir, s.Path)}} }

// Read yields the rows below the header; blank lines are skipped.
func (s *CSV) Read(dir string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		f, r, header, err := s.open(dir)
		if err != nil {
			yield(Record{}, err)
			return
		}
		defer f.Close()
		for {
			values, err := s.record(r)
			if errors.Is(err, io.EOF) {
				return
			}
			var rec Record
			if err == nil {
				rec, err = s.row(r, header, values)
			}
			if !goOn(yield(rec, err), err) {
				return
			}
		}
	}
}

// open opens the file and reads its header.
func (s *CSV) open(dir string) (*os.File, *csv.Reader, []string, error) {
	comma, err := s.comma()
	if err != nil {
		return nil, nil, nil, fmt.Errorf("%s: %w", s.Path, err)
	}
	f, err := Open(resolve(dir, s.Path))
	if err != nil {
		return nil, nil, nil, pathError(err, s.Path)
	}
	r := csv.NewReader(withoutMark(f))
	r.Comma, r.FieldsPerRecord = comma, -1 // rows of another length get our own message
	header, err := s.header(r)
	if err != nil {
		return nil, nil, nil, errors.Join(err, f.Close())
	}
	return f, r, header, nil
}

func (s *CSV) header(r *csv.Reader) ([]string, error) {
	header, err := s.record(r)
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: the file is empty - want a row that names the columns", s.Path)
	}
	if err != nil {
		return nil, ofFile(err)
	}
	if i := strings.IndexAny(header[0], ";\t|"); len(header) == 1 && i >= 0 {
		return nil, fmt.Errorf("%s: one column, %q - write the delimiter of the file: delimiter: %q", s.Path, header[0], header[0][i:i+1])
	}
	for i, name := range header {
		if slices.Contains(header[:i], name) {
			return nil, ofFile(s.bad(r, i, fmt.Errorf("two columns are named %q", name)))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Types)) {
		if !slices.Contains(header, name) {
			return nil, fmt.Errorf("%s: %w", s.Path, &KeyError{"types." + name, fmt.Errorf("no such column - it has %s", strings.Join(header, ", "))})
		}
	}
	return header, nil
}

// record reads the values of one row, or io.EOF.
func (s *CSV) record(r *csv.Reader) ([]string, error) {
	values, err := r.Read()
	var wrong *csv.ParseError
	switch {
	case errors.As(err, &wrong):
		err = &BadRow{Place: fmt.Sprintf("%s:%d", s.Path, wrong.Line), Column: wrong.Column, Err: quoting(wrong.Err)}
		if wrong.StartLine != wrong.Line { // a quote that was not meant as one has swallowed rows, perhaps all
			err = ofFile(fmt.Errorf("%w; the row began on line %d", err, wrong.StartLine))
		}
		return nil, err
	case err != nil:
		return nil, pathError(err, s.Path)
	}
	for i, v := range values {
		if !utf8.ValidString(v) {
			return nil, s.bad(r, i, errors.New("the value is not UTF-8"))
		}
	}
	return values, nil
}

// quoting says what is wrong with a quote.
func quoting(err error) error {
	switch {
	case errors.Is(err, csv.ErrQuote):
		return errors.New("a quote inside a quoted value is written twice, or one is not closed")
	case errors.Is(err, csv.ErrBareQuote):
		return errors.New("a quote inside a value that does not begin with one - put quotes around the value, and write its own twice")
	}
	return err
}

// row gives the values their names and types.
func (s *CSV) row(r *csv.Reader, header, values []string) (Record, error) {
	if len(values) != len(header) {
		return Record{}, s.bad(r, 0, fmt.Errorf("%d values - the header names %d columns", len(values), len(header)))
	}
	fields := make(map[string]any, len(header))
	for i, name := range header {
		v, err := typed(values[i], s.Types[name])
		if err != nil {
			return Record{}, s.bad(r, i, fmt.Errorf("%s: %w", name, err))
		}
		fields[name] = v
	}
	line, _ := r.FieldPos(0)
	return record(fields, fmt.Sprintf("%s:%d", s.Path, line)), nil
}

// bad is a fault of a value of the row that was read last.
func (s *CSV) bad(r *csv.Reader, i int, err error) *BadRow {
	line, col := r.FieldPos(i)
	return &BadRow{Place: fmt.Sprintf("%s:%d", s.Path, line), Column: col, Err: err}
}

// typed reads a value as its column's type, "" for text.
func typed(text, kind string) (any, error) {
	if kind == "" {
		return text, nil
	}
	trimmed := strings.TrimSpace(text)
	if trimmed == "" {
		return nil, nil
	}
	var v any
	var err error
	switch kind {
	case "int":
		v, err = strconv.ParseInt(trimmed, 10, 64)
	case "bool":
		v, err = strconv.ParseBool(trimmed)
	default:
		var x float64
		if x, err = strconv.ParseFloat(trimmed, 64); math.IsNaN(x) || math.IsInf(x, 0) {
			err = strconv.ErrRange
		}
		v = x
	}
	if err != nil {
		return nil, fmt.Errorf("%.40q - want %s", text, map[string]string{
			"int": "a whole number of 64 bits", "float": "a finite number", "bool": "true or false",
		}[kind])
	}
	return v, nil
}

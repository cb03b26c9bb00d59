package datasets

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"unicode/utf8"

	"idiolect/specs"
)

func jsonList() specs.Kind[Source] {
	return specs.Kind[Source]{
		Name: "json", Version: 1,
		Doc: "a file that is one JSON list of objects; their keys are the columns",
		New: func() Source { return &JSON{} },
	}
}

// JSON reads a file that is a list of objects, one item at a time.
type JSON struct {
	Path string `yaml:"path" doc:"the file, relative to the spec" required:"true" key:"-" file:"true"` // its content is in the key
}

// Columns are the keys of the first object.
func (s *JSON) Columns(dir string) ([]string, error) { return firstKeys(s, dir, s.Path) }

// Files is the file.
func (s *JSON) Files(dir string) []File { return []File{{s.Path, resolve(dir, s.Path)}} }

// Read yields the objects; places count the items from 1.
func (s *JSON) Read(dir string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		f, err := Open(resolve(dir, s.Path))
		if err != nil {
			yield(Record{}, pathError(err, s.Path))
			return
		}
		defer f.Close()
		d := json.NewDecoder(withoutMark(f))
		if err := s.begin(d); err != nil {
			yield(Record{}, err)
			return
		}
		for n := 1; d.More(); n++ {
			place := fmt.Sprintf("%s: item %d", s.Path, n)
			fields, err := nextObject(d, place)
			if !goOn(yield(record(fields, place), err), err) {
				return
			}
		}
		if err := s.end(d); err != nil {
			yield(Record{}, err)
		}
	}
}

// begin reads up to the first item.
func (s *JSON) begin(d *json.Decoder) error {
	switch t, err := d.Token(); {
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%s: the file is empty - want a JSON list of objects", s.Path)
	case err != nil:
		return fmt.Errorf("%s: not JSON: %w", s.Path, pathError(err, s.Path))
	case t == json.Delim('{'):
		return fmt.Errorf("%s: the file holds an object - want a list of objects, or source jsonl for one object per line", s.Path)
	case t != json.Delim('['):
		return fmt.Errorf("%s: the file holds %.40v - want a list of objects", s.Path, t)
	}
	return nil
}

// end reads the end of the list and of the file.
func (s *JSON) end(d *json.Decoder) error {
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("%s: the list does not end: %w", s.Path, pathError(err, s.Path))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: something follows the JSON list", s.Path)
	}
	return nil
}

// nextObject takes the item as text first: the decoder would replace bytes that
// are not UTF-8 without a word. Behind an item that is not JSON, nobody can tell
// where the next begins.
func nextObject(d *json.Decoder, place string) (map[string]any, error) {
	var text json.RawMessage
	if err := d.Decode(&text); err != nil {
		return nil, fmt.Errorf("%s: not JSON: %w", place, pathError(err, place))
	}
	if !utf8.Valid(text) {
		return nil, &BadRow{Place: place, Err: errors.New("the item is not UTF-8")}
	}
	fields, err := object(string(text))
	return fields, ofRow(place, err)
}

// withoutMark skips the byte order mark that some programs begin a file with.
func withoutMark(r io.Reader) io.Reader {
	b := bufio.NewReader(r)
	if mark, err := b.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = b.Discard(3) // peeked: cannot fail
	}
	return b
}

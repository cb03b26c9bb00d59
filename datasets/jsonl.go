package datasets

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"

	"idiolect/specs"
)

func jsonl() specs.Kind[Source] {
	return specs.Kind[Source]{
		Name: "jsonl", Version: 1,
		Doc: "a file with one JSON object per line; its keys are the columns",
		New: func() Source { return &JSONL{} },
	}
}

// JSONL reads a file of JSON objects.
type JSONL struct {
	Path string `yaml:"path" doc:"the file, relative to the spec" required:"true"`
}

// Columns are the keys of the first object.
func (s *JSONL) Columns(dir string) ([]string, error) {
	for rec, err := range s.Read(dir) {
		if err != nil {
			return nil, err
		}
		return slices.Sorted(maps.Keys(rec.Fields)), nil
	}
	return nil, fmt.Errorf("%s: the file has no rows", s.Path)
}

// Files is the file.
func (s *JSONL) Files(dir string) []File { return []File{{s.Path, resolve(dir, s.Path)}} }

// Read yields the objects; blank lines are skipped.
func (s *JSONL) Read(dir string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for l, err := range fileLines(dir, s.Path) {
			if err == nil && strings.TrimSpace(l.text) == "" {
				continue
			}
			var fields map[string]any
			if err == nil {
				fields, err = object(l.text, l.place)
			}
			if !yield(Record{fields, l.place}, err) || err != nil {
				return
			}
		}
	}
}

// object reads one JSON object, keeping whole numbers whole.
func object(text, place string) (map[string]any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("%s: not JSON: %w", place, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: something follows the JSON object", place)
	}
	fields, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s: %.40s - want a JSON object", place, text)
	}
	return plain(fields).(map[string]any), nil
}

// plain turns json.Number into int64 or float64.
func plain(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i
		}
		f, _ := v.Float64() // out of range is ±Inf, as JSON readers have it
		return f
	case map[string]any:
		for k, x := range v {
			v[k] = plain(x)
		}
	case []any:
		for i, x := range v {
			v[i] = plain(x)
		}
	}
	return v
}

// Fields reads the JSON object that a row's fields are stored as.
func Fields(text string) (map[string]any, error) { return object(text, "fields") }

package datasets

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
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
	Path string `yaml:"path" doc:"the file, relative to the spec" required:"true" key:"-" file:"true"` // its content is in the key
}

// Columns are the keys of the first object.
func (s *JSONL) Columns(dir string) ([]string, error) { return firstKeys(s, dir, s.Path) }

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
				if fields, err = object(l.text); errors.Is(err, errAList) {
					err = fmt.Errorf("%w; a file that is one list is what source json reads", err)
				}
				err = ofRow(l.place, err)
			}
			if !goOn(yield(record(fields, l.place), err), err) {
				return
			}
		}
	}
}

// firstKeys are the columns of a source whose rows name them: those of its first.
func firstKeys(s Source, dir, path string) ([]string, error) {
	var first error
	for rec, err := range s.Read(dir) {
		if err == nil {
			return slices.Sorted(maps.Keys(rec.Fields)), first
		}
		if first == nil {
			first = err
		}
	}
	if first == nil {
		first = fmt.Errorf("%s: the file has no rows", path)
	}
	return nil, first
}

var errAList = errors.New("a JSON list - want a JSON object")

// object reads one JSON object, keeping whole numbers whole.
func object(text string) (map[string]any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	var wrong *json.SyntaxError
	switch begins := strings.TrimSpace(text); {
	case strings.HasPrefix(begins, "["):
		return nil, errAList
	case errors.As(err, &wrong) && wrong.Offset > 0 && wrong.Offset <= int64(len(text)) && text[wrong.Offset-1] == '\'':
		return nil, errors.New(`not JSON: a single quote - JSON has double quotes: {"input": "..."}`)
	case err != nil:
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if rest := strings.TrimSpace(text[d.InputOffset():]); rest != "" {
		return nil, fmt.Errorf("%.20q follows the JSON object", rest)
	}
	fields, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%.40q - want a JSON object", text)
	}
	for name, x := range fields {
		if fields[name], err = plain(x); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return fields, nil
}

// plain turns json.Number into int64 or float64.
func plain(v any) (_ any, err error) {
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i, nil
		}
		f, err := v.Float64()
		if err != nil {
			return nil, fmt.Errorf("%.40s is out of range - want a number of at most %g", v, math.MaxFloat64)
		}
		return f, nil
	case map[string]any:
		for k, x := range v {
			if v[k], err = plain(x); err != nil {
				return nil, err
			}
		}
	case []any:
		for i, x := range v {
			if v[i], err = plain(x); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

// Fields reads the JSON object that a row's fields are stored as.
func Fields(text string) (map[string]any, error) {
	fields, err := object(text)
	if err != nil {
		return nil, fmt.Errorf("fields: %w", err)
	}
	return fields, nil
}

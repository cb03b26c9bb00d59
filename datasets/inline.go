package datasets

import (
	"fmt"
	"iter"
	"maps"
	"slices"

	"idiolect/specs"
)

func inline() specs.Kind[Source] {
	return specs.Kind[Source]{
		Name: "inline", Version: 1,
		Doc: "rows written in the spec",
		New: func() Source { return &Inline{} },
	}
}

// Inline holds its rows itself.
type Inline struct {
	Rows []map[string]any `yaml:"rows" doc:"a list of rows: column: value" required:"true"`
}

// Columns are those of the first row.
func (s *Inline) Columns(string) ([]string, error) {
	if len(s.Rows) == 0 {
		return nil, fmt.Errorf("there are no rows - want at least one")
	}
	return slices.Sorted(maps.Keys(s.Rows[0])), nil
}

// Files is empty: the rows are part of the spec.
func (s *Inline) Files(string) []File { return nil }

// Read yields the rows.
func (s *Inline) Read(string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for i, row := range s.Rows {
			if !yield(record(row, fmt.Sprintf("row %d", i+1)), nil) {
				return
			}
		}
	}
}

package datasets

import (
	"iter"
	"slices"

	"idiolect/specs"
)

func rows() specs.Kind[Combined] {
	return specs.Kind[Combined]{
		Name: "rows", Version: 1,
		Doc: "the rows of other entries of data, one entry after the other",
		New: func() Combined { return &Rows{} },
	}
}

// Rows puts entries one after the other.
type Rows struct {
	Rows []specs.DataRef `yaml:"rows" doc:"the entries, or splits of them" required:"true"`
}

// Refs are the entries.
func (s *Rows) Refs() []specs.DataRef { return s.Rows }

// ColumnsFrom are the columns that all entries have.
func (s *Rows) ColumnsFrom(of func(specs.DataRef) []string) []string {
	var columns []string
	for i, ref := range s.Rows {
		have := of(ref)
		if have == nil {
			return nil
		}
		if i == 0 {
			columns = slices.Clone(have)
		}
		columns = slices.DeleteFunc(columns, func(c string) bool { return !slices.Contains(have, c) })
	}
	return columns
}

// Combine yields all rows of each.
func (s *Rows) Combine(of []iter.Seq2[Record, error]) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for _, records := range of {
			for rec, err := range records {
				if !goOn(yield(rec, err), err) {
					return
				}
			}
		}
	}
}

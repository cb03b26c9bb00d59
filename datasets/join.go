package datasets

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"idiolect/specs"
)

func join() specs.Kind[Combined] {
	return specs.Kind[Combined]{
		Name: "join", Version: 1,
		Doc: "the rows of entries of data side by side, where the columns `on` are equal",
		New: func() Combined { return &Join{How: "inner"} },
	}
}

// Join puts each row of the first entry beside every row of the next that has
// the same values in the columns On, and so on. A row in which one of them is
// null or absent meets no other. Where the row was read, its person and its
// conversation are those of the first entry. All but the first are held in memory.
type Join struct {
	Join []specs.DataRef `yaml:"join" doc:"the entries, or splits of them" required:"true"`
	On   specs.Names     `yaml:"on" doc:"the columns by which rows meet" required:"true"`
	How  string          `yaml:"how" doc:"what becomes of a row that meets none: inner drops it, left keeps it with nulls" enum:"inner,left"`
}

// Refs are the entries.
func (s *Join) Refs() []specs.DataRef { return s.Join }

// ColumnsFrom are the columns of all entries.
func (s *Join) ColumnsFrom(of func(specs.DataRef) []string) []string {
	var columns []string
	for _, ref := range s.Join {
		have := of(ref)
		if have == nil {
			return nil
		}
		for _, c := range have {
			if !slices.Contains(columns, c) {
				columns = append(columns, c)
			}
		}
	}
	return columns
}

// Check wants two entries, and of those whose columns are known that they have
// the columns On and no other in common.
func (s *Join) Check(e *specs.Experiment, path string) []*specs.Error {
	if len(s.Join) < 2 {
		return []*specs.Error{e.Errorf(path+".join", "", "a join takes at least two entries")}
	}
	var errs []*specs.Error
	owner := map[string]specs.DataRef{}
	for _, ref := range s.Join {
		columns := e.Columns(ref.ID)
		for _, name := range s.On {
			if columns != nil && !slices.Contains(columns, name) {
				errs = append(errs, e.Errorf(path+".on", "", "no column %q - the rows of %s have %s", name, ref, strings.Join(columns, ", ")))
			}
		}
		for _, name := range columns {
			other, taken := owner[name]
			if taken && !slices.Contains(s.On, name) {
				errs = append(errs, e.Errorf(path+".join", "give one of them another name: `columns: {my_"+name+": "+name+"}`", "%s and %s both have a column %q - only those of `on` can be in both", other, ref, name))
			}
			owner[name] = ref
		}
	}
	return errs
}

// Combine joins the second to the first, the third to what came of that.
func (s *Join) Combine(of []iter.Seq2[Record, error]) iter.Seq2[Record, error] {
	rows := of[0]
	for i, right := range of[1:] {
		rows = s.join(rows, right, s.Join[i+1])
	}
	return rows
}

func (s *Join) join(left, right iter.Seq2[Record, error], name specs.DataRef) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		rows := map[string][]map[string]any{} // of the right, by what they have in On
		var sample [2]string
		columns := map[string]any{} // of the right, null
		for rec, err := range right {
			if err != nil {
				yield(Record{}, err)
				return
			}
			for c := range rec.Fields {
				columns[c] = nil
			}
			if key, ok := s.key(rec.Fields); ok {
				rows[key] = append(rows[key], rec.Fields)
				sample[1] = key
			}
		}
		for _, name := range s.On {
			delete(columns, name)
		}
		met := false
		for rec, err := range left {
			var found []map[string]any
			if key, ok := s.key(rec.Fields); ok && err == nil {
				found = rows[key]
				sample[0] = key
			}
			met = met || len(found) > 0
			if len(found) == 0 && s.How == "left" {
				found = []map[string]any{columns}
			}
			if err != nil && !goOn(yield(rec, err), err) {
				return
			}
			for _, fields := range found {
				both, err := s.both(rec.Fields, fields, name)
				if !yield(Record{both, rec.Origin}, err) || err != nil {
					return
				}
			}
		}
		if !met && len(rows) > 0 && sample[0] != "" {
			yield(Record{}, fmt.Errorf("no row meets one of %s: on %s they have %s and such, the rows of %s have %s",
				name, strings.Join(s.On, ", "), sample[0], name, sample[1]))
		}
	}
}

// key is what a row has in the columns On, as one text; false when one of them
// is null or absent.
func (s *Join) key(fields map[string]any) (string, bool) {
	var values []any
	for _, name := range s.On {
		if fields[name] == nil {
			return "", false
		}
		values = append(values, fields[name])
	}
	text, err := Canonical(values)
	return strings.Trim(text, "[]"), err == nil
}

// both are the columns of two rows.
func (s *Join) both(left, right map[string]any, name specs.DataRef) (map[string]any, error) {
	out := maps.Clone(left)
	for _, c := range slices.Sorted(maps.Keys(right)) {
		if _, taken := left[c]; taken && !slices.Contains(s.On, c) {
			return nil, fmt.Errorf("column %q is in %s and in what it is joined to - only those of `on` can be in both", c, name)
		}
		if !slices.Contains(s.On, c) {
			out[c] = right[c]
		}
	}
	return out, nil
}

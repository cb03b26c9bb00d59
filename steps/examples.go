package steps

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"idiolect/backends"
	"idiolect/datasets"
	"idiolect/internal/rng"
	"idiolect/internal/text"
	"idiolect/runner"
	"idiolect/runner/tables"
)

// shots are the rows that a prompt may show before it asks.
type shots struct {
	*Asking
	rows  []tables.Row    // that are chosen from
	near  []text.Trigrams // of each row's text, for choose: nearest
	scope map[string]any
}

// shots reads the example rows of a prompt in the order in which people wrote
// them; without examples there are none. scope is what the prompt's templates
// see beside a row.
func (a *Asking) shots(r *runner.Run, scope map[string]any) (*shots, error) {
	s := &shots{Asking: a, scope: scope, rows: a.kept()}
	if a == nil || a.Prompt.Examples == nil {
		return s, nil
	}
	x := a.Prompt.Examples
	if a.Examples != nil {
		var err error
		if s.rows, err = inFileOrder(r.In(a.input()), a.split); err != nil {
			return nil, err
		}
	}
	if x.Choose == "first" {
		s.rows = s.rows[:min(x.Count, len(s.rows))]
	}
	if x.Choose != "nearest" {
		return s, nil
	}
	for _, row := range s.rows {
		fields, err := datasets.Fields(row.Fields)
		if err != nil {
			return nil, err
		}
		near, err := s.trigrams(fields)
		if err != nil {
			return nil, fmt.Errorf("example %s: %w", placeOf(row), err)
		}
		s.near = append(s.near, near)
	}
	return s, nil
}

// trigrams are those of what a row is compared by: its input, or how it is asked
// about when it has none.
func (s *shots) trigrams(fields map[string]any) (text.Trigrams, error) {
	asked, ok := fields["input"].(string)
	if !ok {
		var err error
		if asked, err = s.user(fields, s.scope); err != nil {
			return text.Trigrams{}, err
		}
	}
	return text.TrigramsOf(asked), nil
}

// about chooses the rows that are shown before a row is asked about:
//
//	first    as people wrote them, the same for all rows
//	random   drawn for each row by itself: another example changes few choices
//	nearest  the most similar inputs, the nearest last, beside the question
//
// random and nearest never show the row itself.
func (s *shots) about(row tables.Row, fields map[string]any) ([]tables.Row, error) {
	if len(s.rows) == 0 {
		return nil, nil
	}
	x := s.Prompt.Examples
	if x.Choose == "first" {
		return s.rows, nil
	}
	rank := func(i int) float64 { // small is chosen
		return float64(rng.Seed(s.seed, rng.Shuffle, row.RowKey, "example "+s.rows[i].RowKey))
	}
	if x.Choose == "nearest" {
		here, err := s.trigrams(fields)
		if err != nil {
			return nil, err
		}
		rank = func(i int) float64 { return -here.Cosine(s.near[i]) }
	}
	type place struct {
		at   int
		rank float64
	}
	var places []place
	for i, r := range s.rows {
		if r.RowKey != row.RowKey {
			places = append(places, place{i, rank(i)})
		}
	}
	slices.SortStableFunc(places, func(a, b place) int { return cmp.Compare(a.rank, b.rank) })
	var out []tables.Row
	for _, p := range places[:min(x.Count, len(places))] {
		out = append(out, s.rows[p.at])
	}
	if x.Choose == "nearest" {
		slices.Reverse(out)
	}
	return out, nil
}

// messages renders what is sent about a row, its examples before it.
func (s *shots) messages(row tables.Row, fields map[string]any) ([]backends.Message, error) {
	shown, err := s.about(row, fields)
	if err != nil {
		return nil, err
	}
	return s.Messages(fields, s.scope, shown)
}

// inFileOrder are the rows of a split in the order in which people wrote them; made
// ones are in row-key order.
func inFileOrder(art *runner.Artifact, split string) ([]tables.Row, error) {
	rows, err := readTable[tables.Row](art, "rows.parquet")
	rows = slices.DeleteFunc(rows, func(r tables.Row) bool { return !inSplit(split, deref(r.Split)) })
	slices.SortStableFunc(rows, func(x, y tables.Row) int { return cmp.Compare(lineNumber(x), lineNumber(y)) })
	return rows, err
}

// lineNumber is where in its source a row was read, from "line 3"; 0 for one
// that was made.
func lineNumber(row tables.Row) int {
	_, n, _ := strings.Cut(deref(row.Source), " ")
	at, _ := strconv.Atoi(n)
	return at
}

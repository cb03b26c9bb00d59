package reports

import (
	"errors"
	"fmt"
	"slices"

	"idiolect/runner/tables"
)

// skippedColumns are those of a skipped table that are told.
type skippedColumns struct {
	Source *string `parquet:"source,optional"`
	Reason string  `parquet:"reason"`
}

// skipped tells which data left rows out, how many, and why the first.
func (r *Report) skipped() (section, error) {
	var list items
	for _, a := range r.in.Plan.Actions {
		if !slices.Contains([]string{"read", "synthesize", "answer", "clean"}, a.Kind) {
			continue
		}
		art, err := r.src.open(a)
		if errors.Is(err, errAbsent) || err == nil && !art.Has(skippedFile) {
			continue
		}
		if err != nil {
			return section{}, err
		}
		path, err := art.Path(skippedFile)
		if err != nil {
			if err = r.src.absent(a, err); errors.Is(err, errAbsent) {
				continue
			}
			return section{}, err
		}
		n, first := int64(0), skippedColumns{}
		for row, err := range tables.Each[skippedColumns](path) {
			if err != nil {
				return section{}, err
			}
			if n == 0 {
				first = row
			}
			n++
		}
		what := fmt.Sprintf("%s: %s rows, the first", a.ID, count(n))
		if n == 1 {
			what = a.ID + ": one row,"
		}
		if first.Source != nil {
			what += " at " + *first.Source
		}
		list = append(list, item{text: what + ": ", data: first.Reason})
	}
	if len(list) == 0 {
		return section{}, nil
	}
	return section{title: "Rows that were left out", blocks: []block{list}}, nil
}

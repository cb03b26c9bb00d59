package reports

import (
	"errors"
	"strings"

	"idiolect/runner"
)

// saidColumns are those of a verdict that say what was decided about which sample.
type saidColumns struct {
	SampleID string   `parquet:"sample_id"`
	Accepted *bool    `parquet:"accepted,optional"`
	Score    *float64 `parquet:"score,optional"`
	Error    *string  `parquet:"error,optional"`
}

// idColumn is all of a table that is needed to say what is in it.
type idColumn struct {
	ID string `parquet:"id"`
}

// mixed tells of every mix that was judged how many of its completions each variant gave, and how they fared.
func (s *source) mixed() (section, error) {
	t := table{columns: []column{
		{name: "judged", left: true}, {name: "variant", left: true}, {name: "completions"}, {name: "share"}, {name: "mean"}, {name: "errors", drop: 2},
	}}
	for _, a := range s.in.Plan.Actions {
		samples := input(a, "samples")
		if samples == nil || samples.Kind != "gather" {
			continue
		}
		rows, err := s.variants(a, samples)
		if errors.Is(err, errAbsent) {
			continue
		}
		if err != nil {
			return section{}, err
		}
		t.rows = append(t.rows, rows...)
	}
	if len(t.rows) == 0 {
		return section{}, nil
	}
	t.notes = []string{"Each row is answered by one variant, drawn by its weight; the variants answer different rows, so their means are not paired. Errors count as failures."}
	return section{title: "What was mixed", file: "mixes", blocks: []block{t}}, nil
}

// variants are the lines of one judged mix, in the order of its weights.
func (s *source) variants(verdicts, samples *runner.Action) ([][]string, error) {
	vs, err := read[saidColumns](s, verdicts, verdictsFile)
	if err != nil {
		return nil, err
	}
	said := make(map[string]saidColumns, len(vs))
	for _, v := range vs {
		said[v.SampleID] = v
	}
	var rows [][]string
	for _, in := range samples.Inputs {
		ids, err := read[idColumn](s, in.From, samplesFile)
		if err != nil {
			return nil, err
		}
		sum, failed := 0.0, int64(0)
		for _, x := range ids {
			if v := said[x.ID]; v.Error == nil {
				sum += value(v.Accepted, v.Score)
			} else {
				failed++
			}
		}
		row := []string{verdicts.ID, strings.TrimPrefix(in.Name, "samples."), count(int64(len(ids))), none, none, count(failed)}
		if n := float64(len(ids)); n > 0 {
			part, mean := n/float64(len(vs)), sum/n
			row[3], row[4] = percent(&part), percent(&mean)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

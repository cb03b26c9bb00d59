package steps

import (
	"cmp"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"idiolect/datasets"
	"idiolect/runner"
)

// writtenColumns are what of a call's answer becomes rows.
type writtenColumns struct {
	ID         string  `parquet:"id"`
	RowKey     string  `parquet:"row_key"`
	Fields     string  `parquet:"fields"`
	Completion *string `parquet:"completion,optional"`
	Extracted  *string `parquet:"extracted,optional"`
	Error      *string `parquet:"error,optional"`
}

// writtenList is a call's answer, read.
type writtenList struct {
	id    string // of the sample
	call  listCall
	items []map[string]any
}

func (x writtenColumns) list() (l writtenList, err error) {
	l.id = x.ID
	fields, err := datasets.Fields(x.Fields)
	if err != nil {
		return l, err
	}
	number, _ := fields["call"].(int64)
	about, _ := fields["about"].(map[string]any)
	l.call = listCall{Number: int(number), About: about}
	var raw []json.RawMessage
	if err := json.Unmarshal([]byte(*x.Extracted), &raw); err != nil {
		return l, fmt.Errorf("sample %s: extracted: %w", x.ID, err)
	}
	for _, text := range raw {
		item, err := datasets.Fields(string(text))
		if err != nil {
			return l, err
		}
		l.items = append(l.items, item)
	}
	return l, nil
}

// records are the items of all lists in the order of the calls, each with the
// columns of its topic; of a topic no more than per_topic.
func (s *Synthesize) records(r *runner.Run, f *funnel, writer string) (iter.Seq2[datasets.Record, error], error) {
	lists, err := s.lists(r, f)
	if err != nil {
		return nil, err
	}
	writer = strings.ReplaceAll(writer, ":", "-") // a colon ends the name of a file, in a place
	return func(yield func(datasets.Record, error) bool) {
		of := map[int]int{} // rows of each topic, by its place in the order of topics
		for _, l := range lists {
			for i, item := range l.items {
				if s.PerTopic > 0 {
					topic := (l.call.Number - 1) / s.callsPerTopic()
					if of[topic]++; of[topic] > s.PerTopic {
						continue
					}
				}
				rec := datasets.Record{Fields: datasets.Env(l.call.About, item)}
				rec.Parent = l.id
				rec.Place = fmt.Sprintf("synthesize call %d, item %d, by %s", l.call.Number, i+1, writer)
				if !yield(rec, nil) {
					return
				}
			}
		}
	}, nil
}

// lists are the answers that are one, in the order of the calls, and counts what
// became of the others.
func (s *Synthesize) lists(r *runner.Run, f *funnel) ([]writtenList, error) {
	samples, err := readTable[writtenColumns](r.In("samples"), "samples.parquet")
	if err != nil {
		return nil, err
	}
	asked, answered := map[string]bool{}, map[string]bool{}
	var lists []writtenList
	for _, x := range samples {
		asked[x.RowKey] = true
		answered[x.RowKey] = answered[x.RowKey] || x.Completion != nil
		if x.Error != nil {
			continue
		}
		l, err := x.list()
		if err != nil {
			return nil, err
		}
		lists = append(lists, l)
	}
	some := 0
	for _, yes := range answered {
		if yes {
			some++
		}
	}
	f.add("asked", "calls", len(asked))
	f.add("answered", "calls", some)
	f.add("parsed", "calls", len(lists))
	slices.SortFunc(lists, func(a, b writtenList) int { return cmp.Compare(a.call.Number, b.call.Number) })
	return lists, nil
}

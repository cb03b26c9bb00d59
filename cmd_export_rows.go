package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"

	"idiolect/backends"
	"idiolect/datasets"
	"idiolect/runner/tables"
)

// export is one table being written.
type export struct {
	path, split string // "" is all of it
	to          string
	samples     bool // completions; else rows
	n, without  int  // written; left out of chat
}

// exportRow is an entry of a table of rows or of samples; a table has some of the
// columns.
type exportRow struct {
	Fields     string  `parquet:"fields"`
	Split      *string `parquet:"split,optional"`
	Output     *string `parquet:"output,optional"`
	Messages   *string `parquet:"messages,optional"`
	Completion *string `parquet:"completion,optional"`
	Extracted  *string `parquet:"extracted,optional"`
	Expected   *string `parquet:"expected,optional"`
	Error      *string `parquet:"error,optional"`
}

// write writes all rows; only the names of columns are held in memory.
func (e *export) write(w io.Writer) error {
	var err error
	switch e.to {
	case "csv":
		err = e.csv(w)
	case "json":
		err = e.list(w)
	default:
		j := json.NewEncoder(w)
		j.SetEscapeHTML(false)
		for row, rowErr := range e.rows() {
			var v any
			if err = rowErr; err == nil {
				v, err = e.object(row)
			}
			if err == nil && v != nil {
				e.n++
				err = j.Encode(v)
			}
			if err != nil {
				break
			}
		}
	}
	if err == nil && e.n == 0 {
		err = errors.New("there is nothing to write: no row of it has what --to " + e.to + " takes")
	}
	return err
}

// rows are those of the split.
func (e *export) rows() iter.Seq2[exportRow, error] {
	return func(yield func(exportRow, error) bool) {
		for row, err := range tables.Each[exportRow](e.path) {
			if err == nil && e.split != "" && (row.Split == nil || *row.Split != e.split) {
				continue
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

// object is what a row is written as; nil for one that is left out.
func (e *export) object(row exportRow) (any, error) {
	fields, err := datasets.Fields(row.Fields)
	if err != nil {
		return nil, err
	}
	switch {
	case e.to == "chat":
		ms, err := e.conversation(row, fields)
		if ms == nil {
			e.without++
			return nil, err
		}
		return map[string]any{"messages": ms}, err
	case e.samples && e.to == "json":
		return e.result(row, fields)
	case e.samples:
		fields["output"] = answerOf(row)
	case row.Output != nil: // what was kept of a completion stands beside the columns
		fields["output"] = *row.Output
	}
	return fields, nil
}

// result is a completion as the course's results hold it.
type result struct {
	Input    any `json:"input"`
	Expected any `json:"expected_output"`
	Output   any `json:"output"`
}

func (e *export) result(row exportRow, fields map[string]any) (result, error) {
	r := result{Input: fields["input"], Output: answerOf(row)}
	if row.Expected != nil {
		r.Expected = *row.Expected
	}
	if r.Input != nil || row.Messages == nil {
		return r, nil
	}
	ms, err := messagesOf(row) // a row without an input was asked about all the same
	if len(ms) > 0 {
		r.Input = ms[len(ms)-1].Content
	}
	return r, err
}

// answerOf is what is judged of a completion, nil where there is none.
func answerOf(row exportRow) any {
	switch {
	case row.Error != nil:
		return nil
	case row.Extracted != nil:
		return *row.Extracted
	case row.Completion != nil:
		return *row.Completion
	}
	return nil
}

// conversation is a row as messages, nil where nothing is answered in it.
func (e *export) conversation(row exportRow, fields map[string]any) ([]backends.Message, error) {
	if row.Messages != nil {
		ms, err := messagesOf(row)
		switch {
		case !e.samples:
			return ms, err
		case row.Error != nil || row.Completion == nil:
			return nil, err
		}
		return append(ms, backends.Message{Role: "assistant", Content: *row.Completion}), err
	}
	input, asked := fields["input"].(string)
	if !asked || row.Output == nil {
		return nil, nil
	}
	ms := []backends.Message{{Role: "user", Content: input}, {Role: "assistant", Content: *row.Output}}
	if system, ok := fields["system"].(string); ok {
		ms = slices.Insert(ms, 0, backends.Message{Role: "system", Content: system})
	}
	return ms, nil
}

func messagesOf(row exportRow) (ms []backends.Message, err error) {
	if err := json.Unmarshal([]byte(*row.Messages), &ms); err != nil {
		return nil, fmt.Errorf("messages: %w", err)
	}
	return ms, nil
}

// list writes one JSON list, an item a line.
func (e *export) list(w io.Writer) error {
	for row, err := range e.rows() {
		var v any
		var text string
		if err == nil {
			v, err = e.object(row)
		}
		if err == nil {
			text, err = datasets.Canonical(v)
		}
		if err != nil {
			return err
		}
		before := ",\n"
		if e.n == 0 {
			before = "[\n"
		}
		e.n++
		if _, err := io.WriteString(w, before+text); err != nil {
			return err
		}
	}
	if e.n == 0 {
		return nil
	}
	_, err := io.WriteString(w, "\n]\n")
	return err
}

// csv writes a line of names, which are those of all rows, and a line a row: texts
// as they are, null as nothing, other values as JSON.
func (e *export) csv(w io.Writer) error {
	var columns []string
	out := csv.NewWriter(w)
	for pass := range 2 {
		for row, err := range e.rows() {
			if err != nil {
				return err
			}
			v, err := e.object(row)
			if err != nil {
				return err
			}
			fields := v.(map[string]any)
			if pass == 0 {
				for _, name := range slices.Sorted(maps.Keys(fields)) {
					if !slices.Contains(columns, name) {
						columns = append(columns, name)
					}
				}
				continue
			}
			cells := make([]string, len(columns))
			for i, name := range columns {
				if cells[i], err = csvCell(fields[name]); err != nil {
					return err
				}
			}
			e.n++
			if err := out.Write(cells); err != nil {
				return err
			}
		}
		if pass == 0 && len(columns) > 0 {
			if err := out.Write(columns); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

func csvCell(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	}
	return datasets.Canonical(v)
}

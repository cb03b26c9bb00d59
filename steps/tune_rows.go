package steps

import (
	"errors"
	"fmt"

	"idiolect/backends"
	"idiolect/datasets"
	"idiolect/runner/tables"
)

// rows reads the rows of the split that is trained on, in the order of the table.
func (t *tuning) readRows() ([]tables.Row, error) {
	all, err := readTable[tables.Row](t.r.In("rows"), "rows.parquet")
	if err != nil {
		return nil, err
	}
	var rows []tables.Row
	for _, row := range all {
		if inSplit(t.split, deref(row.Split)) {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// conversation is what is trained on: the row's own, or its prompt and output. A
// prompt says anew how rows are asked; what a policy said was asked by its own.
func (t *tuning) conversation(row tables.Row) ([]backends.Message, error) {
	fields, err := datasets.Fields(row.Fields)
	if err != nil {
		return nil, err
	}
	if row.Messages != nil && (row.Parent != nil || t.Worn == nil) {
		ms, err := decodeMessages(*row.Messages)
		if err == nil && len(ms) > 0 {
			last := &ms[len(ms)-1]
			last.Content, err = t.part(last.Content, fields)
		}
		return ms, err
	}
	if row.Output == nil {
		return nil, errors.New("it has no text in a column output to train on")
	}
	answer, err := t.part(*row.Output, fields)
	if err != nil {
		return nil, err
	}
	ms, err := t.shots.messages(row, fields)
	return append(ms, backends.Message{Role: "assistant", Content: answer}), err
}

// part is what of an answer is trained on.
func (t *tuning) part(answer string, fields map[string]any) (string, error) {
	if t.target != "extract" {
		return answer, nil
	}
	cut, failure := t.Worn.extract(fields, t.scope, answer)
	if failure != nil {
		return "", errors.New(*failure)
	}
	return *cut, nil
}

// example renders a conversation to train on.
func (t *tuning) example(row tables.Row, ms []backends.Message, promptWeight float64) (backends.Datum, error) {
	d, err := t.trainer.Renderer().Example(ms, float32(promptWeight))
	if err != nil {
		return d, fmt.Errorf("row %s: %w", row.RowKey, err)
	}
	return d, nil
}

// mean divides the weights by their sum over the batch, so that the backend's
// sum is the mean loss of the weighted tokens.
func mean(data []backends.Datum) []backends.Datum {
	var sum float64
	for _, d := range data {
		for _, w := range d.Weights {
			sum += float64(w)
		}
	}
	for i, d := range data {
		ws := make([]float32, len(d.Weights))
		for j, w := range d.Weights {
			ws[j] = float32(float64(w) / sum)
		}
		data[i].Weights = ws
	}
	return data
}

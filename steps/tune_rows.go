package steps

import (
	"errors"
	"fmt"
	"math"

	"idiolect/backends"
	"idiolect/datasets"
	"idiolect/internal/rng"
	"idiolect/runner/tables"
)

// load renders the rows and settles how they are trained on.
func (t *tuning) load() error {
	rows, err := readTable[tables.Row](t.r.In("rows"), "rows.parquet")
	if err != nil {
		return err
	}
	kept, err := t.Start.Prompt.shots(t.r, t.scope)
	if err != nil {
		return err
	}
	if t.prompt, err = t.Start.Prompt.stored(t.scope, kept.rows); err != nil {
		return err
	}
	shots, err := t.Worn.shots(t.r, t.scope)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if !inSplit(t.split, deref(row.Split)) {
			continue
		}
		ms, err := t.conversation(row, shots)
		if err != nil {
			return fmt.Errorf("row %s: %w", row.RowKey, err)
		}
		d, err := t.trainer.Renderer().Example(ms, float32(t.settings.PromptWeight))
		if err != nil {
			return fmt.Errorf("row %s: %w", row.RowKey, err)
		}
		t.data = append(t.data, d)
	}
	if len(t.data) > 0 {
		t.plan()
	}
	return nil
}

// conversation is what is trained on: the row's own, or its prompt and output. A
// prompt says anew how rows are asked; what a policy said was asked by its own.
func (t *tuning) conversation(row tables.Row, shots *shots) ([]backends.Message, error) {
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
	ms, err := shots.messages(row, fields)
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

// perEpoch is the number of steps in which every row is seen once.
func (t *tuning) perEpoch() int {
	return (len(t.data) + t.settings.BatchSize - 1) / t.settings.BatchSize
}

// plan settles the steps, the order of rows and the rate.
func (t *tuning) plan() {
	t.steps = t.perEpoch() * t.settings.Epochs
	if t.settings.Steps > 0 {
		t.steps = t.settings.Steps
	}
	t.order = rng.New(t.seed, rng.Order, "", t.draw)
	t.rate = t.settings.LearningRate.Or(AutoRate(t.Start.Info.Params, t.steps))
}

// batch is the data of step i, from 0: batches do not cross epochs. Steps are
// asked for in order; a resumed training draws the epochs before it again.
func (t *tuning) batch(i int) []backends.Datum {
	for ; t.epochs <= i/t.perEpoch(); t.epochs++ {
		t.epoch = t.order.Perm(len(t.data))
	}
	from := i % t.perEpoch() * t.settings.BatchSize
	var out []backends.Datum
	for _, at := range t.epoch[from:min(from+t.settings.BatchSize, len(t.epoch))] {
		out = append(out, t.data[at])
	}
	return mean(out)
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

// at is the rate of step i, from 0.
func (t *tuning) at(i int) float64 {
	s, done := t.settings, float64(i)/float64(t.steps)
	rate := t.rate * min(1, float64(i+1)/float64(max(s.Warmup, 1)))
	switch s.Schedule {
	case "linear":
		rate *= 1 - float64((1-s.FinalRate)*done)
	case "cosine":
		rate *= s.FinalRate + float64((1-s.FinalRate)*(1+math.Cos(math.Pi*done))/2)
	}
	return rate
}

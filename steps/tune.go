package steps

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"idiolect/backends"
	"idiolect/internal/rng"
	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

// checkpointFile is the name of a trained policy's weights in its artifact.
const checkpointFile = "policy.safetensors"

// tuneStep is supervised fine-tuning as a step.
type tuneStep struct {
	start    *Policy
	settings SFTHyperparameters
	split    string
	seed     int64
	repeat   int
	vars     map[string]any
}

// tuning is one run of it: data, order, and where it stands.
type tuning struct {
	*tuneStep
	r       *runner.Run
	trainer backends.Trainer
	base    opened
	data    []backends.Datum
	order   []int // data index of every row of every step
	steps   int
	rate    float64
	log     []tables.Training
}

// Run trains, going on from the last checkpoint when there is one, and writes
// the policy.
func (s *tuneStep) Run(ctx context.Context, r *runner.Run) error {
	base := opened{Policy: tables.Policy{Model: s.start.Info.Name}, model: backends.Model{Name: s.start.Info.Name}}
	var err error
	if s.start.Action != nil {
		if base, err = openPolicy(r.In("start")); err != nil {
			return err
		}
	}
	trainer, err := s.start.Backend.Trainer(ctx, base.model, backends.Tuning{Seed: rng.Seed(s.seed, rng.Init, "", fmt.Sprint(s.repeat))})
	if err != nil {
		return err
	}
	defer trainer.Close()
	t := &tuning{tuneStep: s, r: r, trainer: trainer, base: base}
	if err := t.load(); err != nil {
		return err
	}
	if len(t.data) == 0 {
		return t.untrained()
	}
	if err := t.train(ctx); err != nil {
		return err
	}
	return t.write()
}

// load renders the rows and fixes the order of the whole training.
func (t *tuning) load() error {
	rows, err := readTable[tables.Row](t.r.In("rows"), "rows.parquet")
	if err != nil {
		return err
	}
	var examples []tables.Row
	if p := t.start.Prompt; p != nil && p.Examples != nil {
		if examples, err = p.examples(t.r.In("examples")); err != nil {
			return err
		}
	}
	for _, row := range rows {
		if !inSplit(t.split, deref(row.Split)) {
			continue
		}
		ms, err := t.conversation(row, examples)
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

// conversation is what is trained on: the row's own, or its prompt and output.
func (t *tuning) conversation(row tables.Row, examples []tables.Row) ([]backends.Message, error) {
	if row.Messages != nil {
		return decodeMessages(*row.Messages)
	}
	if row.Output == nil {
		return nil, errors.New("it has no text in a column output to train on")
	}
	fields, err := rowFields(row)
	if err != nil {
		return nil, err
	}
	ms, err := t.start.Prompt.Messages(fields, t.vars, examples)
	return append(ms, backends.Message{Role: "assistant", Content: *row.Output}), err
}

// plan draws the order of rows, epoch by epoch, and settles the rate.
func (t *tuning) plan() {
	n, b := len(t.data), t.settings.BatchSize
	perEpoch := (n + b - 1) / b
	t.steps = perEpoch * t.settings.Epochs
	if t.settings.Steps > 0 {
		t.steps = t.settings.Steps
	}
	order := rng.New(t.seed, rng.Order, "", fmt.Sprint(t.repeat))
	for epoch := 0; epoch*perEpoch < t.steps; epoch++ {
		t.order = append(t.order, order.Perm(n)...)
	}
	t.rate = t.settings.LearningRate.Or(AutoRate(t.start.Info.Params, t.steps))
}

// batch is the data of step i, from 0: batches do not cross epochs.
func (t *tuning) batch(i int) []backends.Datum {
	n, b := len(t.data), t.settings.BatchSize
	perEpoch := (n + b - 1) / b
	epoch, at := i/perEpoch, i%perEpoch*b
	out := make([]backends.Datum, 0, b)
	for _, at := range t.order[epoch*n+at : epoch*n+min(at+b, n)] {
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

// train takes the steps that are left.
func (t *tuning) train(ctx context.Context) error {
	first, err := t.resume()
	if err != nil {
		return err
	}
	for i := first; i < t.steps; i++ {
		select {
		case <-t.r.Stopping():
			return errors.Join(runner.ErrStopped, t.checkpoint(i))
		default:
		}
		if err := t.step(ctx, i); err != nil {
			return err
		}
		if err := t.r.Point("step.train"); err != nil {
			return err
		}
		if t.reached(i) {
			break
		}
		if t.r.CheckpointDue() {
			if err := t.checkpoint(i + 1); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *tuning) step(ctx context.Context, i int) error {
	s, batch := t.settings, t.batch(i)
	out, err := t.trainer.ForwardBackward(ctx, batch, backends.CrossEntropy)
	if err != nil {
		return err
	}
	adam := backends.Adam{LearningRate: t.at(i), Beta1: s.Beta1, Beta2: s.Beta2, WeightDecay: s.WeightDecay, ClipNorm: s.ClipNorm}
	metrics, err := t.trainer.OptimStep(ctx, adam)
	if err != nil {
		return err
	}
	if math.IsNaN(out.Loss) || math.IsInf(out.Loss, 0) {
		return fmt.Errorf("the loss of step %d is %v - use a smaller learning_rate than %.3g", i+1, out.Loss, t.rate)
	}
	row := tables.Training{
		ID: tables.ID(string(t.r.Key()), "", int64(i)), Replicate: int64(i), Step: int64(i + 1), Loss: out.Loss,
		Epoch: float64(i+1) / float64((len(t.data)+s.BatchSize-1)/s.BatchSize), LearningRate: adam.LearningRate, Metrics: mustJSON(metrics),
	}
	for _, d := range batch {
		row.Tokens += int64(len(d.Tokens))
		for _, w := range d.Weights {
			if w != 0 {
				row.Targets++
			}
		}
	}
	t.log = append(t.log, row)
	t.r.Progress(i+1, t.steps, fmt.Sprintf("loss %.3f", out.Loss))
	return nil
}

// reached says whether until_loss ends the training: the mean loss of an epoch
// that has just ended is at or below it.
func (t *tuning) reached(i int) bool {
	perEpoch := (len(t.data) + t.settings.BatchSize - 1) / t.settings.BatchSize
	if t.settings.UntilLoss == 0 || (i+1)%perEpoch != 0 {
		return false
	}
	sum := 0.0
	for _, row := range t.log[len(t.log)-perEpoch:] {
		sum += row.Loss
	}
	return sum/float64(perEpoch) <= t.settings.UntilLoss
}

// saved is a checkpoint: the log so far, then the trainer's state.
type saved struct{ Log []tables.Training }

func (t *tuning) checkpoint(step int) error {
	return t.r.SaveCheckpoint(step, func(w io.Writer) error {
		if err := gob.NewEncoder(w).Encode(saved{t.log}); err != nil {
			return err
		}
		return t.trainer.SaveState(w)
	})
}

func (t *tuning) resume() (int, error) {
	step, data, ok, err := t.r.Checkpoint()
	if err != nil || !ok {
		return 0, err
	}
	var s saved
	r := bytes.NewReader(data) // an io.ByteReader: gob takes no more than its own bytes
	if err := gob.NewDecoder(r).Decode(&s); err != nil {
		return 0, err
	}
	t.log = s.Log
	t.r.Log("goes on from step %d of %d", step, t.steps)
	return step, t.trainer.LoadState(r)
}

// write puts policy, weights and log into the artifact.
func (t *tuning) write() error {
	w, err := t.r.Create(checkpointFile)
	if err != nil {
		return err
	}
	if err := errors.Join(t.trainer.SavePolicy(w), w.Close()); err != nil {
		return err
	}
	name := checkpointFile
	return t.describe(&name, nil)
}

// untrained writes the start policy again: there was nothing to train on, and
// the report has to say so instead of claiming an effect of zero.
func (t *tuning) untrained() error {
	file, err := copyCheckpoint(t.r, t.base)
	if err != nil {
		return err
	}
	note := "no rows to train on: this is the start policy, untrained"
	t.r.Log("%s", note)
	return t.describe(file, &note)
}

func (t *tuning) describe(checkpoint, note *string) error {
	s := t.settings
	if s.LearningRate.Auto && t.steps > 0 {
		s.LearningRate = specs.Auto{Value: t.rate}
	}
	row := tables.Policy{
		ID: tables.ID(string(t.r.Key()), "", 0), Backend: t.start.Backend.Name(), Model: t.start.Info.Name, Revision: t.start.Info.Revision,
		Checkpoint: checkpoint, Prompt: t.start.Prompt.text(), Parent: optional(t.base.ID), Method: "sft",
		Settings: settingsJSON(settingLines("hyperparameters", &s, nil), "hyperparameters"),
		Sampling: settingsJSON(settingLines("sampling", &t.start.Sampling, &specs.Sampling{}), "sampling"), Rows: int64(len(t.data)), Note: note,
	}
	if err := writeTable(t.r, "policies.parquet", []tables.Policy{row}); err != nil {
		return err
	}
	return writeTable(t.r, "training.parquet", t.log)
}

// copyCheckpoint copies a policy's weights into the artifact being made; a
// policy without weights of its own has none to copy.
func copyCheckpoint(r *runner.Run, p opened) (*string, error) {
	if p.model.Checkpoint == "" {
		return nil, nil
	}
	f, err := os.Open(p.model.Checkpoint)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	w, err := r.Create(checkpointFile)
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(w, f)
	name := checkpointFile
	return &name, errors.Join(err, w.Close())
}

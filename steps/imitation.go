package steps

import (
	"context"
	"fmt"

	"idiolect/backends"
	"idiolect/internal/rng"
	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

// imitation is the objective of supervised fine-tuning: the log loss of answers,
// the mean over the assistant's tokens of a batch.
type imitation struct {
	SFTHyperparameters
	data []backends.Datum
	epochs
	schedule
}

// begin renders the rows.
func (o *imitation) begin(_ context.Context, t *tuning) (int, error) {
	rows, err := t.readRows()
	if err != nil {
		return 0, err
	}
	for _, row := range rows {
		ms, err := t.conversation(row)
		if err != nil {
			return 0, fmt.Errorf("row %s: %w", row.RowKey, err)
		}
		d, err := t.example(row, ms, o.PromptWeight)
		if err != nil {
			return 0, err
		}
		o.data = append(o.data, d)
	}
	if len(o.data) == 0 {
		return 0, nil
	}
	o.plan(t)
	return o.steps, nil
}

// plan settles the steps, the order of rows and the rate.
func (o *imitation) plan(t *tuning) {
	o.epochs = epochs{n: len(o.data), size: o.BatchSize, stream: rng.New(t.seed, rng.Order, "", t.draw)}
	o.schedule = schedule{how: o.Schedule, warmup: o.Warmup, final: o.FinalRate, steps: o.per() * o.Epochs}
	if o.Steps > 0 {
		o.steps = o.Steps
	}
	o.rate = o.LearningRate.Or(AutoRate(t.Start.Info.Params, o.steps))
}

// batch is the data of step i, from 0.
func (o *imitation) batch(i int) []backends.Datum {
	var out []backends.Datum
	for _, at := range o.epochs.batch(i) {
		out = append(out, o.data[at])
	}
	return mean(out)
}

func (o *imitation) step(ctx context.Context, t *tuning, i int) (tables.Training, error) {
	adam := backends.Adam{LearningRate: o.at(i), Beta1: o.Beta1, Beta2: o.Beta2, WeightDecay: o.WeightDecay, ClipNorm: o.ClipNorm}
	row, err := t.imitate(ctx, i, o.rate, adam, o.batch(i))
	row.Epoch = float64(i+1) / float64(o.per())
	return row, err
}

// imitate takes one optimizer step by the log loss of a batch.
func (t *tuning) imitate(ctx context.Context, i int, rate float64, adam backends.Adam, batch []backends.Datum) (tables.Training, error) {
	used := tokensOf(batch)
	settle, err := t.r.Reserve(ctx, used)
	if err != nil {
		return tables.Training{}, err
	}
	loss, metrics, err := t.descend(ctx, i, rate, adam, func() (float64, error) {
		out, err := t.trainer.ForwardBackward(ctx, batch, backends.CrossEntropy)
		return out.Loss, err
	})
	if err != nil {
		return tables.Training{}, err
	}
	settle(used)
	return tables.Training{Loss: loss, LearningRate: adam.LearningRate, Metrics: mustJSON(metrics), Tokens: used.Tokens, Targets: targetsOf(batch)}, nil
}

// enough says whether until_loss or until_ratio ends the training: the mean loss of
// an epoch that has just ended is at or below it.
func (o *imitation) enough(t *tuning, i int) bool {
	per := o.per()
	if o.UntilLoss == 0 && o.UntilRatio == nil || i%per != 0 {
		return false
	}
	last := meanLoss(t.log[i-per : i])
	return o.UntilLoss > 0 && last <= o.UntilLoss || o.UntilRatio != nil && last <= *o.UntilRatio*t.log[0].Loss
}

func meanLoss(log []tables.Training) float64 {
	sum := 0.0
	for _, row := range log {
		sum += row.Loss
	}
	return sum / float64(len(log))
}

func (o *imitation) keeps() any { return nil }

func (o *imitation) end(*tuning, bool) error { return nil }

func (o *imitation) rows() int { return len(o.data) }

// settings are the hyperparameters with the rate that auto stood for.
func (o *imitation) settings() []runner.Line {
	s := o.SFTHyperparameters
	if s.LearningRate.Auto && o.steps > 0 {
		s.LearningRate = specs.Auto{Value: o.rate}
	}
	return settingLines("hyperparameters", &s, nil)
}

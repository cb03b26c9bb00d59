package steps

import (
	"context"
	"errors"
	"fmt"

	"idiolect/backends"
	"idiolect/datasets"
	"idiolect/internal/rng"
	"idiolect/runner"
	"idiolect/runner/tables"
)

// reinforcement is the objective of RLAIF: groups of answers to the same row, each
// rewarded by a judge, and the policy gradient of the centred rewards.
type reinforcement struct {
	*RLAIF
	judge *referee
	asks  []ask // the rows
	epochs
	schedule
	reference backends.Sampler // the start policy
	state     struct{ Rollouts []tables.Rollout }
}

// rollout is one answer in training.
type rollout struct {
	*utterance
	ask      ask
	answer   backends.Completion
	logprobs []float32 // of the answer's tokens under the policy that drew it
	start    []float32 // and under the start policy
	worth    float64   // what the judge gives
	reward   float64
	gain     float64 // the advantage: reward above its group's mean
}

// finished says whether the answer came to its end.
func (x *rollout) finished() bool { return x.answer.Finish != "length" }

// begin renders the rows, and opens the judge and the start policy.
func (o *reinforcement) begin(ctx context.Context, t *tuning) (int, error) {
	rows, err := t.readRows()
	if err != nil {
		return 0, err
	}
	for _, row := range rows {
		fields, err := datasets.Fields(row.Fields)
		if err != nil {
			return 0, err
		}
		ms, err := t.shots.messages(row, fields)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", placeOf(row), err)
		}
		o.asks = append(o.asks, ask{row: row, fields: fields, messages: ms})
	}
	if len(o.asks) == 0 {
		return 0, nil
	}
	h := o.Hyperparameters
	o.epochs = epochs{n: len(o.asks), size: h.BatchSize, stream: rng.New(t.seed, rng.Order, "", t.draw)}
	o.schedule = schedule{rate: h.LearningRate, how: "constant", warmup: h.Warmup, steps: h.Steps}
	if o.reference, err = t.Start.Backend.Sampler(ctx, t.base.model); err != nil {
		return 0, err
	}
	return h.Steps, o.judge.open(ctx, t.r)
}

// end gives back what begin opened, and writes the table of rollouts.
func (o *reinforcement) end(t *tuning, trained bool) error {
	err := o.judge.close()
	if o.reference != nil {
		err = errors.Join(err, o.reference.Close())
	}
	if !trained {
		return err
	}
	return errors.Join(err, writeTable(t.r, "rollouts.parquet", o.state.Rollouts))
}

// step draws groups of answers, has them judged, and follows their gradient. Until
// the last of it the trainer is as it was.
func (o *reinforcement) step(ctx context.Context, t *tuning, i int) (tables.Training, error) {
	groups, failed, err := o.draw(ctx, t, i)
	if err != nil {
		return tables.Training{}, err
	}
	metrics := map[string]float64{"rollouts/failed": float64(failed)}
	if err := o.reward(ctx, t, i, groups, metrics); err != nil {
		return tables.Training{}, err
	}
	if err := o.distance(ctx, t, groups, metrics); err != nil {
		return tables.Training{}, err
	}
	row, err := o.ascend(ctx, t, i, o.advantages(groups, metrics), metrics)
	row.Metrics = mustJSON(metrics)
	o.note(t, i, groups)
	return row, err
}

// draw asks the current policy about the step's rows, a group for each. Answers
// that failed are missing, and are never trained on.
func (o *reinforcement) draw(ctx context.Context, t *tuning, i int) (groups [][]*rollout, failed int, err error) {
	var asks []ask
	size := o.Hyperparameters.GroupSize
	for _, at := range o.batch(i) {
		for k := range size {
			one := o.asks[at]
			one.replicate = int64(k)
			one.seed = rng.Seed(t.seed, rng.Sample, one.row.RowKey, fmt.Sprintf("%s.step%d.%d", t.draw, i+1, k))
			asks = append(asks, one)
		}
	}
	answers, err := t.rollouts(ctx, fmt.Sprintf("step%d", i+1), asks)
	if err != nil {
		return nil, 0, err
	}
	for k, a := range answers {
		if k%size == 0 {
			groups = append(groups, nil)
		}
		if a.Error != "" || len(a.Completion.Tokens) == 0 && a.Completion.End == nil {
			failed++
			continue
		}
		s, logprobs, err := spoke(t.trainer.Renderer(), asks[k], a.Completion)
		if err != nil {
			return nil, 0, err
		}
		group := &groups[len(groups)-1]
		*group = append(*group, &rollout{utterance: s, ask: asks[k], answer: a.Completion, logprobs: logprobs})
	}
	return groups, failed, nil
}

// note keeps what was drawn and rewarded, for the table of rollouts.
func (o *reinforcement) note(t *tuning, i int, groups [][]*rollout) {
	for _, g := range groups {
		for _, x := range g {
			at := int64(i*o.Hyperparameters.GroupSize) + x.ask.replicate
			row := tables.Rollout{
				ID: tables.ID(string(t.r.Key()), "rollout "+x.ask.row.RowKey, at), RowKey: x.ask.row.RowKey, Replicate: at, Step: int64(i + 1),
				Completion: x.answer.Text, Tokens: int64(len(x.logprobs)), Finished: x.finished(), Worth: x.worth, Reward: x.reward, Advantage: x.gain,
			}
			for j, p := range x.logprobs {
				row.Logprob += float64(p)
				row.StartLogprob += float64(x.start[j])
			}
			o.state.Rollouts = append(o.state.Rollouts, row)
		}
	}
}

func (o *reinforcement) enough(*tuning, int) bool { return false }

func (o *reinforcement) keeps() any { return &o.state }

func (o *reinforcement) rows() int { return len(o.asks) }

func (o *reinforcement) settings() []runner.Line {
	return settingLines("hyperparameters", &o.Hyperparameters, nil)
}

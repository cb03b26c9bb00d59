package steps

import (
	"context"
	"fmt"
	"math"

	"idiolect/datasets"
	"idiolect/internal/rng"
	"idiolect/runner"
	"idiolect/runner/tables"
)

// selfPlay is the objective of DITTO: demonstrations are preferred to answers of
// the policy's own, those of a later round to those of an earlier one.
type selfPlay struct {
	DITTOHyperparameters
	demos []*utterance // what people wrote
	asks  []ask        // what they were asked
	epochs
	schedule
	state selfPlayed
}

// selfPlayed is what a resume needs: what the reference thinks of the demonstrations,
// and the answers of each round, by demonstration. An answer that failed is missing.
type selfPlayed struct {
	Reference []float64
	Rounds    [][][]*utterance
}

// Pools of pairs.
const (
	onPolicy   = "pairs/on_policy"
	replayed   = "pairs/replay"
	interModel = "pairs/inter_model"
)

// begin renders the demonstrations.
func (o *selfPlay) begin(_ context.Context, t *tuning) (int, error) {
	rows, err := t.readRows()
	if err != nil {
		return 0, err
	}
	for _, row := range rows {
		fields, err := datasets.Fields(row.Fields)
		if err != nil {
			return 0, err
		}
		demo, err := t.answered(row, fields, "output")
		if err != nil {
			return 0, fmt.Errorf("%s: %w", placeOf(row), err)
		}
		ms, err := t.shots.messages(row, fields)
		if err != nil {
			return 0, err
		}
		o.demos = append(o.demos, demo)
		o.asks = append(o.asks, ask{row: row, fields: fields, messages: ms})
	}
	if len(o.demos) == 0 {
		return 0, nil
	}
	o.epochs = epochs{n: len(o.demos), size: o.BatchSize, stream: rng.New(t.seed, rng.Order, "", t.draw)}
	o.schedule = schedule{rate: o.LearningRate, how: "constant", warmup: int(math.Round(o.Warmup * float64(o.Steps))), steps: o.Steps}
	return o.Steps, nil
}

func (o *selfPlay) step(ctx context.Context, t *tuning, i int) (tables.Training, error) {
	if i/o.ResampleEvery >= len(o.state.Rounds) {
		if err := o.play(ctx, t, i/o.ResampleEvery); err != nil {
			return tables.Training{}, err
		}
	}
	for k, reference := range o.state.Reference {
		o.demos[k].Reference = reference
	}
	pairs, counts := o.pairs(t, i)
	if len(pairs) == 0 {
		return tables.Training{}, fmt.Errorf("step %d has no pairs: no answer of the policy to its demonstrations came", i+1)
	}
	adam := o.adam(o.at(i))
	row, err := t.prefer(ctx, i, pairLoss{name: "sigmoid", beta: o.Beta, anchor: o.SFTAnchor}, o.rate, adam, pairs)
	if err != nil {
		return row, err
	}
	row.Epoch = float64(i+1) / float64(o.per())
	return row, addMetrics(&row, counts)
}

// play draws a round of answers, and asks the reference about them.
func (o *selfPlay) play(ctx context.Context, t *tuning, round int) error {
	var asks []ask
	for _, a := range o.asks {
		for k := range o.SamplesPerDemo {
			one := a
			one.replicate = int64(k)
			one.seed = rng.Seed(t.seed, rng.Sample, a.row.RowKey, fmt.Sprintf("%s.round%d.%d", t.draw, round+1, k))
			asks = append(asks, one)
		}
	}
	answers, err := t.rollouts(ctx, fmt.Sprintf("round%d", round+1), asks)
	if err != nil {
		return err
	}
	own := make([][]*utterance, len(o.demos))
	var news []*utterance
	for k, a := range answers {
		if a.Error != "" || len(a.Completion.Tokens) == 0 {
			continue
		}
		s, _, err := spoke(t.trainer.Renderer(), asks[k], a.Completion)
		if err != nil {
			return err
		}
		own[k/o.SamplesPerDemo] = append(own[k/o.SamplesPerDemo], s)
		news = append(news, s)
	}
	first := o.state.Reference == nil
	if first {
		news = append(news, o.demos...)
	}
	reference, err := t.Start.Backend.Sampler(ctx, t.base.model)
	if err != nil {
		return err
	}
	defer reference.Close()
	if err := t.refer(ctx, reference, news); err != nil {
		return err
	}
	if first {
		for _, d := range o.demos {
			o.state.Reference = append(o.state.Reference, d.Reference)
		}
	}
	o.state.Rounds = append(o.state.Rounds, own)
	return nil
}

// pairs draws the pairs of step i, each pool without replacement; one that is short
// gives what it has.
func (o *selfPlay) pairs(t *tuning, i int) ([]pair, map[string]float64) {
	demos, now := o.batch(i), len(o.state.Rounds)-1
	pools := map[string][]pair{}
	for _, d := range demos {
		for round, answers := range o.state.Rounds {
			name := replayed
			if round == now {
				name = onPolicy
			}
			for _, s := range answers[d] {
				pools[name] = append(pools[name], pair{[]*utterance{o.demos[d]}, []*utterance{s}})
				for _, earlier := range o.state.Rounds[:round] {
					for _, e := range earlier[d] {
						pools[interModel] = append(pools[interModel], pair{[]*utterance{s}, []*utterance{e}})
					}
				}
			}
		}
	}
	var out []pair
	counts := map[string]float64{}
	total := float64(o.PairsPerDemo * len(demos))
	draw := rng.New(t.seed, rng.Order, "", fmt.Sprintf("%s.pairs%d", t.draw, i+1))
	for _, share := range []struct {
		pool string
		of   float64
	}{{onPolicy, o.OnPolicy}, {replayed, o.Replay}, {interModel, o.InterModel}} {
		pool := pools[share.pool]
		order := draw.Perm(len(pool))
		for _, at := range order[:min(len(pool), int(math.Round(share.of*total)))] {
			out = append(out, pool[at])
			counts[share.pool]++
		}
	}
	return out, counts
}

func (o *selfPlay) enough(*tuning, int) bool { return false }

func (o *selfPlay) keeps() any { return &o.state }

func (o *selfPlay) end(*tuning, bool) error { return nil }

func (o *selfPlay) rows() int { return len(o.demos) }

func (o *selfPlay) settings() []runner.Line {
	return settingLines("hyperparameters", &o.DITTOHyperparameters, nil)
}

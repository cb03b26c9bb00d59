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

// judging is the objective of a reward model: of two answers to a request, the one
// that people, or a rubric, prefer. It is asked as it will be when it judges.
type judging struct {
	*RewardModel
	as    *assessor
	pairs []pair           // of what it may say, the right before the wrong
	said  []backends.Datum // or all that it says, reason and verdict
	used  int              // rows
	epochs
	schedule
}

// begin renders the questions.
func (o *judging) begin(_ context.Context, t *tuning) (int, error) {
	rows, err := t.readRows()
	if err != nil {
		return 0, err
	}
	own := *o.as
	own.shots, own.scope = t.shots, t.scope
	o.as = &own
	for _, row := range rows {
		fields, err := datasets.Fields(row.Fields)
		if err != nil {
			return 0, err
		}
		label, err := readLabel(fields, preferenceLabel)
		if err == nil && label.word != saysTie { // a tie teaches neither
			o.used++
			err = o.learn(t, row, fields, label.word)
		}
		if err != nil {
			return 0, fmt.Errorf("%s: %w", placeOf(row), err)
		}
	}
	n := max(len(o.pairs), len(o.said))
	if n == 0 {
		return 0, nil
	}
	h := o.Hyperparameters
	o.epochs = epochs{n: n, size: h.BatchSize, stream: rng.New(t.seed, rng.Order, "", t.draw)}
	o.schedule = schedule{rate: h.LearningRate, how: h.Schedule, steps: o.per() * h.Epochs}
	return o.steps, nil
}

// learn renders the questions about one row.
func (o *judging) learn(t *tuning, row tables.Row, fields map[string]any, better string) error {
	draw := rng.New(t.seed, rng.Order, row.RowKey, t.draw+".judging")
	if draw.Float64() < o.Hyperparameters.ReferenceDropout {
		fields = datasets.Env(fields, nil)
		delete(fields, "reference")
	}
	a, okA := fields[saysA].(string)
	b, okB := fields[saysB].(string)
	if !okA || !okB {
		return errors.New("it has no texts in the columns a and b")
	}
	w, err := o.as.wanted(fields)
	if err != nil {
		return err
	}
	s := shown{row: row.RowKey, fields: unlabelled(fields)}
	if o.as.reads {
		good, bad := a, b
		if better == saysB {
			good, bad = b, a
		}
		return o.readings(t, s, w, good, bad)
	}
	orders := []bool{false, true}
	if o.Orders == "one" {
		orders = []bool{draw.IntN(2) == 1}
	}
	for _, swapped := range orders {
		first, second, right := a, b, better
		if swapped {
			first, second = b, a
			right = map[string]string{saysA: saysB, saysB: saysA}[better]
		}
		s.text, s.other = first, &second
		if err := o.verdict(t, s, w, right, fields); err != nil {
			return err
		}
	}
	return nil
}

// verdict is one question about two answers, and what is said to it.
func (o *judging) verdict(t *tuning, s shown, w wanted, right string, fields map[string]any) error {
	f := asksFor{what: forPair}
	ms, err := o.as.messages(s, w, f)
	if err != nil {
		return err
	}
	words := f.words()
	if right == saysB {
		words[0], words[1] = words[1], words[0]
	}
	if o.Feedback {
		reason, ok := fields["feedback"].(string)
		if !ok {
			return errors.New("it has no text in a column feedback")
		}
		words[0] = reason + "\n[[" + words[0] + "]]"
	}
	if o.Feedback || o.Loss == "token" {
		d, err := t.trainer.Renderer().Example(append(ms, backends.Message{Role: "assistant", Content: words[0]}), 0)
		o.said = append(o.said, d)
		return err
	}
	us, err := utterances(t.trainer.Renderer(), ms, words)
	if err != nil {
		return err
	}
	o.pairs = append(o.pairs, pair{us[:1], us[1:]})
	return nil
}

// readings are the questions about each criterion of either answer: what meets it is
// said of the better one rather than of the other.
func (o *judging) readings(t *tuning, s shown, w wanted, good, bad string) error {
	var p pair
	for _, k := range w.criteria {
		f := reading(k)
		s.criterion = &k
		for side, text := range []string{good, bad} {
			s.text = text
			ms, err := o.as.messages(s, w, f)
			if err != nil {
				return err
			}
			us, err := utterances(t.trainer.Renderer(), ms, f.words()[:1])
			if err != nil {
				return err
			}
			if (side == 0) == (k.Weight >= 0) {
				p.chosen = append(p.chosen, us...)
			} else {
				p.rejected = append(p.rejected, us...)
			}
		}
	}
	o.pairs = append(o.pairs, p)
	return nil
}

// utterances are words as answers to messages: of each the tokens that tell it from
// the others.
func utterances(r backends.Renderer, ms []backends.Message, words []string) ([]*utterance, error) {
	it := worded{ms, words}.weighing(r)
	if it.err != nil {
		return nil, it.err
	}
	out := make([]*utterance, len(words))
	for i, d := range it.data {
		weights := make([]float32, len(d.Weights))
		for j := range it.counts[i] {
			weights[it.first+j] = 1
		}
		d.Weights = weights
		out[i] = &utterance{Datum: d}
	}
	return out, nil
}

// step teaches by the two-way loss: a verdict against the other, and nothing else
// that might be said; without a reference that is the sigmoid loss of a pair at
// beta 1. Reasons, and verdicts among all tokens, are imitated.
func (o *judging) step(ctx context.Context, t *tuning, i int) (tables.Training, error) {
	h := o.Hyperparameters
	adam := h.adam(o.at(i))
	var row tables.Training
	var err error
	if o.said == nil {
		var pairs []pair
		for _, at := range o.batch(i) {
			pairs = append(pairs, o.pairs[at])
		}
		row, err = t.prefer(ctx, i, pairLoss{name: "sigmoid", beta: 1}, o.rate, adam, pairs)
	} else {
		var data []backends.Datum
		for _, at := range o.batch(i) {
			data = append(data, o.said[at])
		}
		row, err = t.imitate(ctx, i, o.rate, adam, mean(data))
	}
	row.Epoch = float64(i+1) / float64(o.per())
	return row, err
}

func (o *judging) enough(*tuning, int) bool { return false }

func (o *judging) keeps() any { return nil }

func (o *judging) end(*tuning, bool) error { return nil }

func (o *judging) rows() int { return o.used }

func (o *judging) settings() []runner.Line {
	return settingLines("hyperparameters", &o.Hyperparameters, nil)
}

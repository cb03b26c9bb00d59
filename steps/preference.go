package steps

import (
	"context"
	"fmt"
	"slices"

	"idiolect/backends"
	"idiolect/datasets"
	"idiolect/internal/rng"
	"idiolect/runner"
	"idiolect/runner/tables"
)

// utterance is an answer to a prompt as tokens, with what the reference thinks of it.
type utterance struct {
	backends.Datum // its weights are 1 on the answer's tokens
	Reference      float64
}

// pair is two answers of which the first is preferred; an answer may be several
// utterances, such as one reading for each criterion.
type pair struct{ chosen, rejected []*utterance }

// logprob is the sum over an answer's tokens.
func (s *utterance) logprob(of []float32) (sum, n float64) {
	for i, w := range s.Weights {
		sum += float64(w) * float64(of[i])
		n += float64(w)
	}
	return sum, n
}

// refer asks the reference about answers, some at a time.
func (t *tuning) refer(ctx context.Context, reference backends.Sampler, answers []*utterance) error {
	for len(answers) > 0 {
		some := answers[:min(len(answers), chunk)]
		answers = answers[len(some):]
		data := make([]backends.Datum, len(some))
		for i, s := range some {
			data[i] = s.Datum
		}
		used := tokensOf(data)
		settle, err := t.r.Reserve(ctx, used)
		if err != nil {
			return err
		}
		logprobs, err := reference.Logprobs(ctx, data)
		if err != nil {
			return err
		}
		settle(used)
		for i, s := range some {
			s.Reference, _ = s.logprob(logprobs[i])
		}
	}
	return nil
}

// prefer takes one optimizer step on pairs: the mean of their losses. An answer
// that stands in several pairs is computed once.
func (t *tuning) prefer(ctx context.Context, i int, l pairLoss, rate float64, adam backends.Adam, pairs []pair) (tables.Training, error) {
	at := map[*utterance]int{}
	var all []*utterance
	var data []backends.Datum
	for _, p := range pairs {
		for _, s := range slices.Concat(p.chosen, p.rejected) {
			if _, known := at[s]; !known {
				at[s] = len(all)
				all, data = append(all, s), append(data, s.Datum)
			}
		}
	}
	used := tokensOf(data)
	used.Tokens *= 2 // forward, then forward and backward
	settle, err := t.r.Reserve(ctx, used)
	if err != nil {
		return tables.Training{}, err
	}
	metrics := map[string]float64{}
	loss, norms, err := t.descend(ctx, i, rate, adam, func() (float64, error) {
		out, err := backends.Custom(ctx, t.trainer, data, func(logprobs [][]float32) (float64, [][]float32) {
			return meanLossOf(l, pairs, all, at, logprobs, metrics)
		})
		return out.Loss, err
	})
	if err != nil {
		return tables.Training{}, err
	}
	settle(used)
	for name, x := range norms {
		metrics[name] = x
	}
	return tables.Training{Loss: loss, LearningRate: adam.LearningRate, Metrics: mustJSON(metrics), Tokens: used.Tokens, Targets: targetsOf(data)}, nil
}

// meanLossOf is the mean loss of pairs and its derivatives by every logprob. The
// metrics are named as TRL names them: an answer's reward is beta times its
// log-ratio to the reference (Rafailov et al. 2023, section 4).
func meanLossOf(l pairLoss, pairs []pair, all []*utterance, at map[*utterance]int, logprobs [][]float32, metrics map[string]float64) (float64, [][]float32) {
	one, slopes := make([]side, len(all)), make([]float64, len(all))
	for k, s := range all {
		sum, n := s.logprob(logprobs[k])
		one[k] = side{sum, s.Reference, n}
	}
	together := func(us []*utterance) (sum side) {
		for _, u := range us {
			s := one[at[u]]
			sum = side{sum.policy + s.policy, sum.reference + s.reference, sum.n + s.n}
		}
		return sum
	}
	total, n := 0.0, float64(len(pairs))
	for _, p := range pairs {
		c, r := together(p.chosen), together(p.rejected)
		loss, byChosen, byRejected := l.of(c, r)
		total += loss / n
		for _, u := range p.chosen {
			slopes[at[u]] += byChosen / n
		}
		for _, u := range p.rejected {
			slopes[at[u]] += byRejected / n
		}
		margin := l.beta * (c.ratio() - r.ratio())
		metrics["rewards/chosen"] += l.beta * c.ratio() / n
		metrics["rewards/rejected"] += l.beta * r.ratio() / n
		metrics["rewards/margins"] += margin / n
		if margin > 0 {
			metrics["rewards/accuracies"] += 1 / n
		}
		metrics["logps/chosen"] += c.policy / c.n / n
		metrics["logps/rejected"] += r.policy / r.n / n
	}
	grads := make([][]float32, len(all))
	for k, s := range all {
		grads[k] = make([]float32, len(s.Weights))
		for j, w := range s.Weights {
			grads[k][j] = float32(slopes[k] * float64(w))
		}
	}
	return total, grads
}

// preference is the objective of DPO: pairs that the data brings, against the
// start policy.
type preference struct {
	DPOHyperparameters
	pairs []pair
	epochs
	schedule
	state struct{ Reference []float64 } // of all answers: a resume asks for none again
}

// begin renders the pairs.
func (o *preference) begin(_ context.Context, t *tuning) (int, error) {
	rows, err := t.readRows()
	if err != nil {
		return 0, err
	}
	for _, row := range rows {
		p, ok, err := t.pairOf(row)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", placeOf(row), err)
		}
		if ok {
			o.pairs = append(o.pairs, p)
		}
	}
	if len(o.pairs) == 0 {
		return 0, nil
	}
	o.epochs = epochs{n: len(o.pairs), size: o.BatchSize, stream: rng.New(t.seed, rng.Order, "", t.draw)}
	o.schedule = schedule{rate: o.LearningRate, how: o.Schedule, warmup: o.Warmup, steps: o.per() * o.Epochs}
	return o.steps, nil
}

// pairOf is the preference of a row: its chosen and rejected answers, or of a and
// b the preferred one; a tie says nothing, and ok is false.
func (t *tuning) pairOf(row tables.Row) (p pair, ok bool, err error) {
	fields, err := datasets.Fields(row.Fields)
	if err != nil {
		return p, false, err
	}
	better, worse := "chosen", "rejected"
	if _, named := fields[better]; !named {
		said, err := readLabel(fields, preferenceLabel)
		if err != nil {
			return p, false, err
		}
		switch said.word {
		case saysA:
			better, worse = "a", "b"
		case saysB:
			better, worse = "b", "a"
		default:
			return p, false, nil
		}
	}
	good, err := t.answered(row, fields, better)
	if err != nil {
		return p, false, err
	}
	bad, err := t.answered(row, fields, worse)
	return pair{[]*utterance{good}, []*utterance{bad}}, err == nil, err
}

// answered is the text in a column as the answer to a row.
func (t *tuning) answered(row tables.Row, fields map[string]any, column string) (*utterance, error) {
	text, ok := fields[column].(string)
	if !ok {
		return nil, fmt.Errorf("the row has no text in a column %s", column)
	}
	ms, err := t.shots.messages(row, fields)
	if err != nil {
		return nil, err
	}
	d, err := t.trainer.Renderer().Example(append(ms, backends.Message{Role: "assistant", Content: text}), 0)
	return &utterance{Datum: d}, err
}

func (o *preference) step(ctx context.Context, t *tuning, i int) (tables.Training, error) {
	if o.state.Reference == nil {
		if err := o.refer(ctx, t); err != nil {
			return tables.Training{}, err
		}
	}
	var pairs []pair
	for _, at := range o.batch(i) {
		p := o.pairs[at]
		p.chosen[0].Reference, p.rejected[0].Reference = o.state.Reference[2*at], o.state.Reference[2*at+1]
		pairs = append(pairs, p)
	}
	adam := o.adam(o.at(i))
	row, err := t.prefer(ctx, i, o.loss(), o.rate, adam, pairs)
	row.Epoch = float64(i+1) / float64(o.per())
	return row, err
}

// refer asks the start policy about every answer, once.
func (o *preference) refer(ctx context.Context, t *tuning) error {
	reference, err := t.Start.Backend.Sampler(ctx, t.base.model)
	if err != nil {
		return err
	}
	defer reference.Close()
	var all []*utterance
	for _, p := range o.pairs {
		all = append(all, p.chosen[0], p.rejected[0])
	}
	if err := t.refer(ctx, reference, all); err != nil {
		return err
	}
	for _, s := range all {
		o.state.Reference = append(o.state.Reference, s.Reference)
	}
	return nil
}

func (o *preference) enough(*tuning, int) bool { return false }

func (o *preference) keeps() any { return &o.state }

func (o *preference) end(*tuning, bool) error { return nil }

func (o *preference) rows() int { return len(o.pairs) }

func (o *preference) settings() []runner.Line {
	return settingLines("hyperparameters", &o.DPOHyperparameters, nil)
}

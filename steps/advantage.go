package steps

import (
	"context"
	"math"

	"idiolect/backends"
	"idiolect/internal/stats"
	"idiolect/runner/tables"
)

// distance asks the start policy how likely it finds the answers: how far the
// policy has come from it, in nats, by Schulman's estimators k1 and k3.
func (o *reinforcement) distance(ctx context.Context, t *tuning, groups [][]*rollout, metrics map[string]float64) error {
	var all []*rollout
	var data []backends.Datum
	for _, g := range groups {
		for _, x := range g {
			all, data = append(all, x), append(data, x.Datum)
		}
	}
	used := tokensOf(data)
	settle, err := t.r.Reserve(ctx, used)
	if err != nil {
		return err
	}
	start, err := o.reference.Logprobs(ctx, data)
	if err != nil {
		return err
	}
	settle(used)
	k1, k3, entropy, tokens := 0.0, 0.0, 0.0, 0.0
	for k, x := range all {
		x.start = start[k][len(start[k])-len(x.logprobs):]
		for j, p := range x.logprobs {
			d := float64(x.start[j]) - float64(p)
			k1 -= d
			k3 += math.Expm1(d) - d
			entropy -= float64(p)
		}
		tokens += float64(len(x.logprobs))
	}
	if tokens > 0 {
		metrics["kl/k1"], metrics["kl/k3"], metrics["kl/sequence"], metrics["entropy"] = k1/tokens, k3/tokens, k1/float64(len(all)), entropy/tokens
	}
	return nil
}

// gains are the advantages of a group's rewards. Over the deviation of its own
// (GRPO, Shao et al. 2024, with its 1e-4) a group that differs by the judge's noise
// alone counts as much as one that differs (Liu et al. 2025, section 3); above the
// mean of the others (RLOO, Ahmadian et al. 2024) is the centred one times n/(n-1).
func gains(how string, rewards []float64) []float64 {
	mean, same := center(rewards)
	scale, n := 1.0, float64(len(rewards))
	switch {
	case how == "leave_one_out" && n > 1:
		scale = n / (n - 1)
	case how == "scale" && !same:
		square := 0.0
		for _, r := range rewards {
			square += (r - mean) * (r - mean) / (n - 1)
		}
		scale = 1 / (math.Sqrt(square) + 1e-4)
	}
	out := make([]float64, len(rewards))
	for k, r := range rewards {
		out[k] = (r - mean) * scale
	}
	return out
}

// advantages gives every answer its reward compared with its group's, and returns
// the groups that are trained on.
func (o *reinforcement) advantages(groups [][]*rollout, metrics map[string]float64) (taught [][]*rollout) {
	var rewards, within []float64
	constant, length := 0.0, 0.0
	for _, g := range groups {
		own, lengths := make([]float64, len(g)), make([]float64, len(g))
		for k, x := range g {
			own[k], lengths[k] = x.reward, float64(len(x.logprobs))
			length += lengths[k]
		}
		_, same := center(own)
		for k, gain := range gains(o.Advantage, own) {
			g[k].gain = gain
		}
		rewards = append(rewards, own...)
		if same {
			constant++
		} else if rho := stats.Spearman(lengths, own); !math.IsNaN(rho) {
			within = append(within, rho)
		}
		if !same || o.ConstantGroups == "keep" {
			taught = append(taught, g)
		}
	}
	if len(taught) == 0 && len(groups) > 0 {
		taught = groups[:1] // a step of nothing would be none: one group stays, as tinker-cookbook has it
	}
	if n := float64(len(rewards)); n > 0 {
		mean, _ := center(rewards)
		square := 0.0
		for _, r := range rewards {
			square += (r - mean) * (r - mean) / n
		}
		metrics["reward/mean"], metrics["reward/std"], metrics["length/mean"] = mean, math.Sqrt(square), length/n
		metrics["groups/constant"] = constant / float64(len(groups))
	}
	if len(within) > 0 {
		metrics["length/reward_spearman"], _ = center(within)
	}
	return taught
}

// center is the mean of numbers, and whether all are the same.
func center(xs []float64) (mean float64, same bool) {
	same = true
	for _, x := range xs {
		mean += x
		same = same && x == xs[0]
	}
	if same && len(xs) > 0 {
		return xs[0], true // exactly: their differences to it are zero
	}
	return mean / float64(len(xs)), same
}

// ascend takes the optimizer steps of a step, each on its part of the groups. The
// loss is the sum over tokens over a constant, answers times the longest there may
// be (Dr. GRPO, Liu et al. 2025): no answer counts more for being short.
func (o *reinforcement) ascend(ctx context.Context, t *tuning, i int, groups [][]*rollout, metrics map[string]float64) (tables.Training, error) {
	h := o.Hyperparameters
	parts, all := o.parts(t, groups)
	used := tokensOf(all)
	row := tables.Training{Epoch: float64(i+1) / float64(o.per()), LearningRate: o.at(i), Tokens: used.Tokens}
	settle, err := t.r.Reserve(ctx, used)
	if err != nil {
		return row, err
	}
	adam := h.adam(row.LearningRate)
	loss := backends.Loss{Name: h.Loss}
	if h.Loss == "ppo" {
		loss.Low, loss.High = h.ClipLow, h.ClipHigh
	}
	for k, part := range parts {
		sum, norms, err := t.descend(ctx, i, o.rate, adam, func() (float64, error) {
			out, err := t.trainer.ForwardBackward(ctx, part, loss)
			if k == 0 && err == nil {
				metrics["kl/sampler"] = mismatch(part, out.Logprobs)
			}
			return out.Loss, err
		})
		if err != nil {
			return row, err
		}
		row.Loss += sum / float64(len(parts))
		for name, x := range norms {
			metrics[name] = x
		}
	}
	settle(used)
	for _, d := range all {
		for _, w := range d.Weights {
			row.Targets += int64(w)
		}
	}
	return row, nil
}

// parts deals the groups out to the optimizer steps, as data for a policy loss. With
// `kl` the distance to the start policy is taken off every token's advantage, less
// its mean over the batch (as tinker-cookbook has it).
func (o *reinforcement) parts(t *tuning, groups [][]*rollout) (parts [][]backends.Datum, all []backends.Datum) {
	h := o.Hyperparameters
	far, tokens, answers := 0.0, 0.0, 0
	for _, g := range groups {
		answers += len(g)
		for _, x := range g {
			for j, p := range x.logprobs {
				far += float64(p) - float64(x.start[j])
			}
			tokens += float64(len(x.logprobs))
		}
	}
	n := min(h.Substeps, max(len(groups), 1))
	constant := float64(max(answers, 1)) / float64(n) * float64(t.Start.longest())
	parts = make([][]backends.Datum, n)
	for k, g := range groups {
		for _, x := range g {
			d := x.Datum
			d.Logprobs, d.Advantages = make([]float32, len(d.Tokens)), make([]float32, len(d.Tokens))
			first := len(d.Tokens) - len(x.logprobs)
			for j, p := range x.logprobs {
				gain := x.gain + h.KL*(far/tokens-(float64(p)-float64(x.start[j])))
				d.Logprobs[first+j], d.Advantages[first+j] = p, float32(gain/constant)
			}
			parts[k*n/len(groups)] = append(parts[k*n/len(groups)], d)
			all = append(all, d)
		}
	}
	return parts, all
}

// mismatch is how much more likely the sampler finds its answers than the trainer
// does that is about to learn from them, in nats a token: beyond .01 the ratios of
// the loss are about the machines and not about the policy.
func mismatch(data []backends.Datum, logprobs [][]float32) float64 {
	sum, n := 0.0, 0.0
	for k, d := range data {
		for j, w := range d.Weights {
			if w != 0 {
				sum += float64(d.Logprobs[j]) - float64(logprobs[k][j])
				n++
			}
		}
	}
	return sum / max(n, 1)
}

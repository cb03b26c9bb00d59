package backends

import "context"

// Custom takes one accumulation step of any loss C of the logprobs, by the
// linearisation that Tinker's clients use: logprobs by a forward pass, then
// cross_entropy with weights -dC/dlogprob, whose gradient is exactly C's as long
// as the weights do not move in between. It costs about half as much again as a
// loss of the backend's own. c gets the logprobs of every datum's targets and
// returns the loss and its derivatives, in slices of the same lengths.
func Custom(ctx context.Context, t Trainer, data []Datum, c func(logprobs [][]float32) (loss float64, grads [][]float32)) (Output, error) {
	zero := make([]Datum, len(data))
	for i, d := range data {
		zero[i] = Datum{Tokens: d.Tokens, Targets: d.Targets, Weights: make([]float32, len(d.Tokens))}
	}
	out, err := t.Forward(ctx, zero, CrossEntropy)
	if err != nil {
		return Output{}, err
	}
	loss, grads := c(out.Logprobs)
	for i := range zero {
		for j, g := range grads[i] {
			zero[i].Weights[j] = -g
		}
	}
	if _, err := t.ForwardBackward(ctx, zero, CrossEntropy); err != nil {
		return Output{}, err
	}
	return Output{Loss: loss, Logprobs: out.Logprobs}, nil
}

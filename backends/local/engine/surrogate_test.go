package engine

import (
	"math"
	"testing"

	"idiolect/backends"
	"idiolect/backends/local/engine/kernel"
)

// Losses of reinforcement learning, through the whole model: their gradients along every parameter are those of
// the reference's surrogate, in float64, by finite differences. The policy has moved a little from the one that drew the tokens, so
// that ratios are not one and some are clipped.
func TestSurrogateGradientsAgreeWithFiniteDifferences(t *testing.T) {
	c := smallConfigs()["qwen3, two queries a key"]
	w, seqs := roughWeights(c, 2), randomSequences(c, 2, 5, 1, 3)
	r := newReference(w)
	data := make([]backends.Datum, len(seqs))
	for i, s := range seqs {
		for pos, p := range r.logprobs(s) {
			data[i].Logprobs = append(data[i].Logprobs, float32(p+.4*math.Sin(float64(3*i+5*pos))))
			data[i].Advantages = append(data[i].Advantages, float32(weightOf(i, pos)-.8))
		}
	}
	for name, l := range map[string]backends.Loss{
		"importance sampling": {Name: "importance_sampling"}, "ppo": {Name: "ppo"},
	} {
		t.Run(name, func(t *testing.T) {
			surrogate := func(r *reference) (sum float64) {
				for i, s := range seqs {
					for pos, p := range r.logprobs(s) {
						loss, _ := l.Token(&data[i], pos, p)
						sum += loss
					}
				}
				return sum
			}
			slopes := slopesOf(w, surrogate)
			eachSet(t, func(t *testing.T, k *kernel.Set) {
				trainer := NewTrainer(Runtime{k, 2}, w)
				_, err := trainer.ForwardBackward(seqs, func(seq, pos int, p float32) float32 {
					_, slope := l.Token(&data[seq], pos, float64(p))
					return float32(slope)
				})
				if err != nil {
					t.Fatal(err)
				}
				for _, g := range trainer.grad.Tensors() {
					if e := relativeError(g.Data, slopes[g.Name]); !(e < 1e-3) {
						t.Errorf("%s: relative error %g", g.Name, e)
					}
				}
			})
		})
	}
}

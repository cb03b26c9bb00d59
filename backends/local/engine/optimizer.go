package engine

import (
	"math"

	"idiolect/backends/local/engine/kernel"
)

// Adam is the settings of one AdamW step (Loshchilov and Hutter 2019, algorithm 2, with bias
// correction). Weight decay is scaled by LR and spares the norm weights.
type Adam struct {
	LR, Beta1, Beta2, Eps, WeightDecay float64
	ClipNorm                           float64 // gradients are scaled down to this global norm; 0 leaves them alone
}

// stepBlock is how many parameters are normed or updated at a time: the unit of every sum.
const stepBlock = 1 << 14

// GradNorm is the Euclidean norm of all gradients.
func (t *Trainer) GradNorm() float64 {
	n := (len(t.grad.flat) + stepBlock - 1) / stepBlock
	partial := make([]float64, n)
	t.rt.spread(n, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			partial[i] = t.rt.Kernels.SumSquares(t.grad.flat[i*stepBlock : min((i+1)*stepBlock, len(t.grad.flat))])
		}
	})
	sum := 0.0
	for _, p := range partial {
		sum += p
	}
	return math.Sqrt(sum)
}

// Step clips the gradients, updates the weights, sets the gradients to zero and returns the norm the
// gradients had before clipping. If that is not finite, weights and moments stay as they are.
func (t *Trainer) Step(a Adam) (gradNorm float64) {
	gradNorm = t.GradNorm()
	if math.IsNaN(gradNorm) || math.IsInf(gradNorm, 0) {
		clear(t.grad.flat)
		return gradNorm
	}
	t.steps++
	clip := float32(1)
	if a.ClipNorm > 0 && gradNorm > a.ClipNorm {
		clip = float32(a.ClipNorm / gradNorm)
	}
	k := kernel.Adam{
		LR: float32(a.LR), Beta1: float32(a.Beta1), Beta2: float32(a.Beta2), Eps: float32(a.Eps),
		Correct1: float32(1 / (1 - math.Pow(a.Beta1, float64(t.steps)))),
		Correct2: float32(1 / (1 - math.Pow(a.Beta2, float64(t.steps)))),
	}
	t.rt.each(len(t.updates), func(_, i int) {
		u, k := t.updates[i], k
		if u.decays {
			k.WeightDecay = float32(a.WeightDecay)
		}
		t.update(u, clip, k)
	})
	return gradNorm
}

// update is the parameters from..to of the flat order, at most stepBlock of one tensor.
type update struct {
	from, to int
	decays   bool
}

func updatesOf(w *Weights) (list []update) {
	offset := 0
	for _, tensor := range w.Tensors() {
		end := offset + len(tensor.Data)
		for ; offset < end; offset = min(offset+stepBlock, end) {
			list = append(list, update{offset, min(offset+stepBlock, end), len(tensor.Shape) > 1})
		}
	}
	return list
}

// update applies one step to the parameters of u and sets their gradient to zero.
func (t *Trainer) update(u update, clip float32, k kernel.Adam) {
	grad := t.grad.flat[u.from:u.to]
	if clip != 1 {
		t.rt.Kernels.Scale(grad, clip)
	}
	t.rt.Kernels.AdamW(t.weights.flat[u.from:u.to], grad, t.m[u.from:u.to], t.v[u.from:u.to], k)
	clear(grad)
}

package engine

import (
	"math"
	"math/rand/v2"
	"testing"

	"idiolect/backends/local/engine/kernel"
)

func referenceLoss(r *reference, seqs []Sequence) float64 {
	sum := 0.0
	for i, s := range seqs {
		for pos, lp := range r.logprobs(s) {
			sum -= weightOf(i, pos) * lp
		}
	}
	return sum
}

func finiteDifferences(w *Weights, seqs []Sequence) map[string][]float64 {
	return slopesOf(w, func(r *reference) float64 { return referenceLoss(r, seqs) })
}

// slopesOf returns, tensor by tensor, the central differences of what is made of the reference.
func slopesOf(w *Weights, loss func(*reference) float64) map[string][]float64 {
	const h = 1e-5
	r := newReference(w)
	slopes := map[string][]float64{}
	for name, data := range r.tensors {
		for i, x := range data {
			data[i] = x + h
			above := loss(r)
			data[i] = x - h
			below := loss(r)
			data[i] = x
			slopes[name] = append(slopes[name], (above-below)/(2*h))
		}
	}
	return slopes
}

func crossEntropyGrad(seq, pos int, _ float32) float32 { return float32(-weightOf(seq, pos)) }

func TestGradientsAgreeWithFiniteDifferences(t *testing.T) {
	for name, c := range smallConfigs() {
		t.Run(name, func(t *testing.T) {
			w, seqs := roughWeights(c, 2), randomSequences(c, 2, 5, 1, 3)
			slopes := finiteDifferences(w, seqs)
			eachSet(t, func(t *testing.T, k *kernel.Set) {
				trainer := NewTrainer(Runtime{k, 2}, w)
				if _, err := trainer.ForwardBackward(seqs, crossEntropyGrad); err != nil {
					t.Fatal(err)
				}
				worst, where := 0.0, ""
				for _, g := range trainer.grad.Tensors() {
					e := relativeError(g.Data, slopes[g.Name])
					if e > worst {
						worst, where = e, g.Name
					}
					if !(e < 1e-4) {
						t.Errorf("%s: relative error %g", g.Name, e)
					}
				}
				t.Logf("worst relative error %.2g, in %s", worst, where)
			})
		})
	}
}

// relativeError is |got-want| / |want| in the Euclidean norm.
func relativeError(got []float32, want []float64) float64 {
	var off, norm float64
	for i, x := range want {
		off += (float64(got[i]) - x) * (float64(got[i]) - x)
		norm += x * x
	}
	return math.Sqrt(off / norm)
}

// Finite differences of every parameter are too slow for sequences longer than a block of queries and
// for vocabularies that need several chunks of logits: there, each tensor moves along one random direction.
func TestGradientsAlongRandomDirections(t *testing.T) {
	wide := smallConfigs()["llama, one query a key"]
	wide.Vocab = 20000
	if wide.logitRows() >= 7+60 {
		t.Fatalf("%d rows of logits fit one chunk", wide.logitRows())
	}
	t.Run("large vocabulary", func(t *testing.T) { checkSlopes(t, wide, 7, 60) })
	for name, c := range smallConfigs() {
		t.Run(name, func(t *testing.T) { checkSlopes(t, c, 64, 131) })
	}
}

func checkSlopes(t *testing.T, c Config, lengths ...int) {
	const h = 1e-5
	w, seqs := roughWeights(c, 6), randomSequences(c, 6, lengths...)
	trainer := NewTrainer(Runtime{Threads: 2}, w)
	if _, err := trainer.ForwardBackward(seqs, crossEntropyGrad); err != nil {
		t.Fatal(err)
	}
	r, random := newReference(w), rand.New(rand.NewPCG(6, 6))
	for _, g := range trainer.grad.Tensors() {
		direction, slope, norm := make([]float64, len(g.Data)), 0.0, 0.0
		for i, x := range g.Data {
			direction[i] = random.NormFloat64()
			slope += direction[i] * float64(x)
			norm += float64(x) * float64(x)
		}
		lossAfter := func(step float64) float64 {
			for i := range direction {
				r.tensors[g.Name][i] += step * direction[i]
			}
			return referenceLoss(r, seqs)
		}
		above, below := lossAfter(h), lossAfter(-2*h)
		lossAfter(h)
		// Along a random direction a gradient's slope is about its norm; it may be much less by chance.
		if want := (above - below) / (2 * h); !(math.Abs(slope-want) < 1e-4*math.Sqrt(norm)) {
			t.Errorf("%s: slope %g, finite difference %g", g.Name, slope, want)
		}
	}
}

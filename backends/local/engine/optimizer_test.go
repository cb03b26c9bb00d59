package engine

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// referenceAdam is algorithm 2 of Loshchilov and Hutter 2019 for one parameter, in float64.
type referenceAdam struct{ p, m, v float64 }

func (r *referenceAdam) step(g float64, step int, a Adam) {
	r.m = a.Beta1*r.m + (1-a.Beta1)*g
	r.v = a.Beta2*r.v + (1-a.Beta2)*g*g
	m := r.m / (1 - math.Pow(a.Beta1, float64(step)))
	v := r.v / (1 - math.Pow(a.Beta2, float64(step)))
	r.p -= a.LR * (m/(math.Sqrt(v)+a.Eps) + a.WeightDecay*r.p)
}

func TestStepIsClippedAdamW(t *testing.T) {
	c := smallConfigs()["qwen3, two queries a key"]
	for name, a := range map[string]Adam{
		"clipped":     {LR: 0.01, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.1, ClipNorm: 0.5},
		"not clipped": {LR: 0.01, Beta1: 0.8, Beta2: 0.99, Eps: 1e-3, WeightDecay: 0.2},
	} {
		t.Run(name, func(t *testing.T) {
			trainer := NewTrainer(Runtime{Threads: 2}, roughWeights(c, 1))
			want := make([]referenceAdam, c.Params())
			for i, x := range trainer.weights.flat {
				want[i].p = float64(x)
			}
			for step := 1; step <= 3; step++ {
				if _, err := trainer.ForwardBackward(randomSequences(c, uint64(step), 9, 4), crossEntropyGrad); err != nil {
					t.Fatal(err)
				}
				grad := append([]float32(nil), trainer.grad.flat...)
				norm := 0.0
				for _, g := range grad {
					norm += float64(g) * float64(g)
				}
				norm = math.Sqrt(norm)
				scale := 1.0
				if a.ClipNorm > 0 && norm > a.ClipNorm {
					scale = a.ClipNorm / norm
				}
				if got := trainer.Step(a); math.Abs(got-norm) > 1e-9*norm {
					t.Errorf("gradient norm %v, want %v", got, norm)
				}
				i := 0
				for _, tensor := range trainer.weights.Tensors() {
					settings := a
					if len(tensor.Shape) == 1 {
						settings.WeightDecay = 0
					}
					for _, got := range tensor.Data {
						want[i].step(float64(grad[i])*scale, step, settings)
						if math.Abs(float64(got)-want[i].p) > 1e-5 {
							t.Fatalf("step %d, %s: parameter %v, want %v", step, tensor.Name, got, want[i].p)
						}
						i++
					}
				}
				if norm := trainer.GradNorm(); norm != 0 {
					t.Errorf("gradients have norm %v after the step", norm)
				}
			}
		})
	}
}

func TestAStepOnInfiniteGradientsChangesNothing(t *testing.T) {
	trainer := NewTrainer(Runtime{}, roughWeights(smallConfigs()["qwen3, two queries a key"], 1))
	before := trainer.weights.Clone()
	trainer.grad.flat[17] = float32(math.Inf(1))
	if norm := trainer.Step(Adam{LR: 1, Beta1: 0.9, Beta2: 0.9, Eps: 1}); !math.IsInf(norm, 1) {
		t.Errorf("gradient norm %v, want +Inf", norm)
	}
	if !cmp.Equal(before.flat, trainer.weights.flat) || trainer.State().Step != 0 || trainer.GradNorm() != 0 {
		t.Error("weights, step count or gradients are not as they were at the start")
	}
}

func TestAStateOfAnotherModelIsRefused(t *testing.T) {
	configs := smallConfigs()
	one := NewTrainer(Runtime{}, NewWeights(configs["qwen3, two queries a key"]))
	other := NewTrainer(Runtime{}, NewWeights(configs["llama, one query a key"]))
	if err := one.SetState(other.State()); err == nil {
		t.Error("no error")
	}
}

// A model that learned four documents by heart writes them: training, packing and sampling agree.
func TestTrainedModelWritesWhatItLearned(t *testing.T) {
	c := Config{Vocab: 20, Dim: 32, Layers: 2, Heads: 4, KVHeads: 2, HeadDim: 8, FF: 64, Context: 32, RopeTheta: 1e4, NormEps: 1e-6, Tied: true, QKNorm: true}
	const end = 19
	w := NewWeights(c)
	w.Init(rand.New(rand.NewPCG(1, 1)).NormFloat64, 0)
	trainer := NewTrainer(Runtime{Threads: 2}, w)
	var seqs []Sequence
	for i := range int32(4) {
		document := []int32{i}
		for j := range 8 + i {
			document = append(document, 4+(7*i+j*j)%15)
		}
		seqs = append(seqs, Sequence{document, append(document[1:len(document):len(document)], end)})
	}
	for range 150 {
		if _, err := trainer.ForwardBackward(seqs, func(int, int, float32) float32 { return -1.0 / 40 }); err != nil {
			t.Fatal(err)
		}
		trainer.Step(Adam{LR: 1e-2, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, ClipNorm: 1})
	}
	var reqs []Request
	for _, s := range seqs {
		reqs = append(reqs, Request{Prompt: s.Tokens[:1], MaxTokens: 30, StopTokens: []int32{end}})
	}
	err := NewSampler(Runtime{Threads: 2}, w).Sample(context.Background(), reqs, func(i int, got Completion) {
		if diff := cmp.Diff(seqs[i].Tokens[1:], got.Tokens); diff != "" || got.Finish != FinishStop || got.StopToken != end {
			t.Errorf("document %d ended by %q %d: %s", i, got.Finish, got.StopToken, diff)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

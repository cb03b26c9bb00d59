package engine_test

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"idiolect/backends/local/engine"
	"idiolect/backends/local/engine/kernel"
	"idiolect/backends/local/safetensors"
)

// golden is a model of testdata/golden: what PyTorch computed, see make_golden.py there.
type golden struct {
	Config    engine.Config
	Sequences [][]int32
	Positions []int       // of the first sequence
	Logprobs  [][]float32 // of every token at those positions
	Loss      float64     // mean cross-entropy of all targets
	Gradients map[string]excerpt
	Adam      struct {
		LR, Beta1, Beta2, Eps float64
		WeightDecay           float64 `json:"weight_decay"`
	}
	Losses  []float64          // before each of two AdamW steps
	Stepped map[string]excerpt // weights after them
	Greedy  []int32            // continues the last sequence
}

// excerpt is the norm of a tensor and its entries at every Stride-th place.
type excerpt struct {
	Norm    float64
	Stride  int
	Entries []float32
}

// eachGolden runs test with every model on every instruction set of this machine.
func eachGolden(t *testing.T, test func(t *testing.T, g golden, rt engine.Runtime, w *engine.Weights)) {
	data, err := os.ReadFile("testdata/golden/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var models map[string]golden
	if err := json.Unmarshal(data, &models); err != nil {
		t.Fatal(err)
	}
	for name, g := range models {
		for _, set := range kernel.Names() {
			kernels, err := kernel.Choose(set)
			if err != nil {
				t.Fatal(err)
			}
			t.Run(name+"/"+set, func(t *testing.T) {
				test(t, g, engine.Runtime{Kernels: kernels, Threads: 2}, readWeights(t, name, g.Config))
			})
		}
	}
}

// readWeights also checks that names and shapes are those of the checkpoint, all of them.
func readWeights(t *testing.T, name string, c engine.Config) *engine.Weights {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata/golden", name+".safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := safetensors.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	w := engine.NewWeights(c)
	for _, to := range w.Tensors() {
		from, err := f.Tensor(to.Name)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(from.Shape, to.Shape) {
			t.Fatalf("%s has shape %v, the engine wants %v", to.Name, from.Shape, to.Shape)
		}
		copy(to.Data, from.Data)
	}
	if got, want := len(w.Tensors()), len(f.Names()); got != want {
		t.Fatalf("the engine has %d tensors, the checkpoint %d", got, want)
	}
	return w
}

// predictions are the next-token sequences of all but the last token.
func (g golden) predictions() []engine.Sequence {
	var seqs []engine.Sequence
	for _, s := range g.Sequences {
		seqs = append(seqs, engine.Sequence{Tokens: s[:len(s)-1], Targets: s[1:]})
	}
	return seqs
}

// backward adds the gradients of the mean cross-entropy and returns it.
func (g golden) backward(t *testing.T, trainer *engine.Trainer) float64 {
	t.Helper()
	n := 0
	for _, s := range g.Sequences {
		n += len(s) - 1
	}
	logprobs, err := trainer.ForwardBackward(g.predictions(), func(int, int, float32) float32 { return -1 / float32(n) })
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, row := range logprobs {
		for _, l := range row {
			sum -= float64(l)
		}
	}
	return sum / float64(n)
}

// TestLogprobsArePyTorchs asks for the log-probability of every token at a position by making each the target in turn:
// that is the logits, less what a softmax ignores.
func TestLogprobsArePyTorchs(t *testing.T) {
	eachGolden(t, func(t *testing.T, g golden, rt engine.Runtime, w *engine.Weights) {
		tokens := g.predictions()[0].Tokens
		var seqs []engine.Sequence
		for id := range g.Config.Vocab {
			seqs = append(seqs, engine.Sequence{Tokens: tokens, Targets: slices.Repeat([]int32{int32(id)}, len(tokens))})
		}
		trained, err := engine.NewTrainer(rt, w).Forward(seqs)
		if err != nil {
			t.Fatal(err)
		}
		sampled, err := engine.NewSampler(rt, w).Logprobs(t.Context(), seqs)
		if err != nil {
			t.Fatal(err)
		}
		for by, logprobs := range map[string][][]float32{"trainer": trained, "sampler": sampled} {
			worst := 0.0
			for i, pos := range g.Positions {
				for id, want := range g.Logprobs[i] {
					worst = max(worst, math.Abs(float64(logprobs[id][pos]-want)))
				}
			}
			t.Logf("%s: largest difference %.2g", by, worst)
			if worst > 1e-4 || math.IsNaN(worst) {
				t.Errorf("%s: a log-probability differs by %g, want at most 1e-4", by, worst)
			}
		}
	})
}

// TestGradientsArePyTorchs reads the gradients out of the first moment, which they are after a step with Beta1 0.
func TestGradientsArePyTorchs(t *testing.T) {
	eachGolden(t, func(t *testing.T, g golden, rt engine.Runtime, w *engine.Weights) {
		trainer := engine.NewTrainer(rt, w)
		if loss := g.backward(t, trainer); math.Abs(loss-g.Loss) > 1e-5 {
			t.Errorf("loss %.7f, want %.7f", loss, g.Loss)
		}
		trainer.Step(engine.Adam{Beta2: 0.9, Eps: 1})
		g.compare(t, w, trainer.State().M, g.Gradients, 1e-4)
	})
}

func TestAdamWIsPyTorchs(t *testing.T) {
	eachGolden(t, func(t *testing.T, g golden, rt engine.Runtime, w *engine.Weights) {
		trainer := engine.NewTrainer(rt, w)
		for i, want := range g.Losses {
			if loss := g.backward(t, trainer); math.Abs(loss-want) > 1e-4 {
				t.Errorf("loss before step %d is %.7f, want %.7f", i+1, loss, want)
			}
			trainer.Step(engine.Adam{LR: g.Adam.LR, Beta1: g.Adam.Beta1, Beta2: g.Adam.Beta2, Eps: g.Adam.Eps, WeightDecay: g.Adam.WeightDecay})
		}
		g.compare(t, w, w.Flat(), g.Stepped, 1e-4)
	})
}

// compare checks the norm and the kept entries of every tensor in flat. Differences are relative to the norm: that of the
// tensor, and for entries that of the entries kept.
func (g golden) compare(t *testing.T, w *engine.Weights, flat []float32, want map[string]excerpt, tolerance float64) {
	t.Helper()
	worst := 0.0
	for _, tensor := range w.Tensors() {
		data := flat[:len(tensor.Data)]
		flat = flat[len(tensor.Data):]
		e, ok := want[tensor.Name]
		if !ok {
			t.Fatalf("no golden values of %s", tensor.Name)
		}
		sum, off, size := 0.0, 0.0, 0.0
		for _, x := range data {
			sum += float64(x) * float64(x)
		}
		for i, x := range e.Entries {
			d := float64(data[i*e.Stride] - x)
			off += d * d
			size += float64(x) * float64(x)
		}
		relative := max(math.Abs(math.Sqrt(sum)/e.Norm-1), math.Sqrt(off/size))
		if relative > tolerance || math.IsNaN(relative) {
			t.Errorf("%s: relative difference %.2g, want at most %g", tensor.Name, relative, tolerance)
		}
		worst = max(worst, relative)
	}
	t.Logf("largest relative difference %.2g", worst)
}

func TestGreedyCompletionIsPyTorchs(t *testing.T) {
	eachGolden(t, func(t *testing.T, g golden, rt engine.Runtime, w *engine.Weights) {
		request := engine.Request{Prompt: g.Sequences[len(g.Sequences)-1], MaxTokens: len(g.Greedy)}
		var tokens []int32
		err := engine.NewSampler(rt, w).Sample(t.Context(), []engine.Request{request}, func(_ int, c engine.Completion) { tokens = c.Tokens })
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(tokens, g.Greedy) {
			t.Errorf("tokens %v, want %v", tokens, g.Greedy)
		}
	})
}

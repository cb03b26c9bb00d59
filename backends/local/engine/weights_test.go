package engine

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTensorsNameEveryParameterOnce(t *testing.T) {
	for name, c := range smallConfigs() {
		t.Run(name, func(t *testing.T) {
			w := NewWeights(c)
			for i := range w.Flat() {
				w.Flat()[i] = float32(i)
			}
			next, names := 0, map[string]bool{}
			for _, tensor := range w.Tensors() {
				size := 1
				for _, n := range tensor.Shape {
					size *= n
				}
				if size != len(tensor.Data) || tensor.Data[0] != float32(next) || names[tensor.Name] {
					t.Errorf("%s: shape %v, %d values from index %v, want %d", tensor.Name, tensor.Shape, len(tensor.Data), tensor.Data[0], next)
				}
				next, names[tensor.Name] = next+size, true
			}
			if next != c.Params() || next != len(w.Flat()) {
				t.Errorf("tensors hold %d parameters, Params is %d, Flat has %d", next, c.Params(), len(w.Flat()))
			}
			if names["lm_head.weight"] == c.Tied || names["model.layers.1.self_attn.q_norm.weight"] != c.QKNorm {
				t.Errorf("tensors of a model with Tied %v, QKNorm %v: %v", c.Tied, c.QKNorm, names)
			}
		})
	}
}

func TestParamsOfAPublishedModel(t *testing.T) {
	// Qwen3-0.6B, config.json: 596,049,920 parameters (0.44B without the embedding).
	c := Config{Vocab: 151936, Dim: 1024, Layers: 28, Heads: 16, KVHeads: 8, HeadDim: 128, FF: 3072, Context: 40960, RopeTheta: 1e6, NormEps: 1e-6, Tied: true, QKNorm: true}
	if got := c.Params(); got != 596049920 {
		t.Errorf("Params() = %d, want 596049920", got)
	}
}

func TestInitialWeights(t *testing.T) {
	c := Config{Vocab: 300, Dim: 64, Layers: 8, Heads: 4, KVHeads: 2, HeadDim: 16, FF: 96, Context: 8, RopeTheta: 1e4, Tied: false, QKNorm: true}
	w := NewWeights(c)
	w.Init(rand.New(rand.NewPCG(1, 1)).NormFloat64, 0)
	for _, tensor := range w.Tensors() {
		mean, square := 0.0, 0.0
		for _, x := range tensor.Data {
			mean += float64(x) / float64(len(tensor.Data))
			square += float64(x) * float64(x) / float64(len(tensor.Data))
		}
		std := math.Sqrt(square - mean*mean)
		wantMean, wantStd := 0.0, 0.02
		switch {
		case len(tensor.Shape) == 1:
			wantMean, wantStd = 1, 0
		case strings.HasSuffix(tensor.Name, "embed_tokens.weight"):
			wantStd = 0.125
		case strings.HasSuffix(tensor.Name, "o_proj.weight"), strings.HasSuffix(tensor.Name, "down_proj.weight"):
			wantStd = 0.005
		}
		if math.Abs(mean-wantMean) > 0.1*wantStd || math.Abs(std-wantStd) > 0.05*wantStd {
			t.Errorf("%s: mean %.4f, standard deviation %.4f, want %v and %v", tensor.Name, mean, std, wantMean, wantStd)
		}
	}
}

func TestRoundBF16(t *testing.T) {
	w := NewWeights(Config{Vocab: 8, Dim: 1, Layers: 1, Heads: 1, KVHeads: 1, HeadDim: 2, FF: 1, Context: 1, RopeTheta: 1})
	const unit = 1.0 / 128 // between neighbours in [1, 2)
	in := []float32{1 + unit/2, 1 + 3*unit/2, 1 + 0.51*unit, -1 - 0.49*unit, 0, float32(math.Inf(-1)), math.MaxFloat32, float32(math.NaN())}
	want := []float32{1, 1 + 2*unit, 1 + unit, -1, 0, float32(math.Inf(-1)), float32(math.Inf(1)), float32(math.NaN())}
	copy(w.Flat(), in)
	w.RoundBF16()
	for i, x := range want {
		if got := w.Flat()[i]; got != x && (got == got || x == x) {
			t.Errorf("%v rounds to %v, want %v", in[i], got, x)
		}
	}
}

func TestACloneSharesNothing(t *testing.T) {
	w := roughWeights(smallConfigs()["qwen3, two queries a key"], 1)
	c := w.Clone()
	if diff := cmp.Diff(w.Flat(), c.Flat()); diff != "" {
		t.Fatal(diff)
	}
	c.Flat()[0]++
	if c.Flat()[0] == w.Flat()[0] {
		t.Error("a change of the clone changed the original")
	}
}

func TestBadConfigsAreRefused(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"model config: vocab is 0: at least 1 is needed":                    func(c *Config) { c.Vocab = 0 },
		"model config: 4 heads cannot share 3 kv_heads evenly":              func(c *Config) { c.KVHeads = 3 },
		"model config: head_dim is 5: rotary positions need an even number": func(c *Config) { c.HeadDim = 5 },
		"model config: rope_theta is NaN: a positive number is needed":      func(c *Config) { c.RopeTheta = math.NaN() },
		"model config: norm_eps is -1: a number of at least 0 is needed":    func(c *Config) { c.NormEps = -1 },
	} {
		t.Run(want, func(t *testing.T) {
			c := smallConfigs()["qwen3, two queries a key"]
			change(&c)
			if err := c.Check(); err == nil || err.Error() != want {
				t.Errorf("error %v", err)
			}
		})
	}
}

package engine

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"idiolect/backends/local/engine/kernel"
)

func layerPrefixes(c Config) []string {
	var list []string
	for i := range c.Layers {
		list = append(list, fmt.Sprintf("model.layers.%d.", i))
	}
	return list
}

// smallConfigs are models small enough for the reference; their sizes share no factors with the
// tiles of the kernels.
func smallConfigs() map[string]Config {
	base := Config{Vocab: 13, Dim: 10, Layers: 2, Heads: 4, KVHeads: 2, HeadDim: 6, FF: 14, Context: 150, RopeTheta: 100, NormEps: 1e-5, Tied: true, QKNorm: true}
	with := func(change func(*Config)) Config {
		c := base
		change(&c)
		return c
	}
	return map[string]Config{
		"qwen3, two queries a key":   base,
		"llama, one query a key":     with(func(c *Config) { c.QKNorm, c.Tied, c.KVHeads = false, false, 4 }),
		"one key for all queries":    with(func(c *Config) { c.KVHeads, c.Tied = 1, false }),
		"three queries a key, llama": with(func(c *Config) { c.Heads, c.KVHeads, c.QKNorm, c.RopeTheta = 6, 2, false, 1e4 }),
	}
}

func eachSet(t *testing.T, test func(t *testing.T, k *kernel.Set)) {
	for _, name := range kernel.Names() {
		k, err := kernel.Choose(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) { test(t, k) })
	}
}

// roughWeights are far from any initialisation: norm weights differ from 1 and attention is peaked,
// so that a forgotten term shows.
func roughWeights(c Config, seed uint64) *Weights {
	r := rand.New(rand.NewPCG(seed, 1))
	w := NewWeights(c)
	w.Init(r.NormFloat64, 0.5)
	for _, t := range w.Tensors() {
		for i := range t.Data {
			if len(t.Shape) == 1 {
				t.Data[i] = float32(1 + 0.3*r.NormFloat64())
			} else if t.Name != "model.embed_tokens.weight" {
				t.Data[i] = float32(0.4 * r.NormFloat64())
			}
		}
	}
	return w
}

// randomSequences have the given lengths and random tokens and targets.
func randomSequences(c Config, seed uint64, lengths ...int) []Sequence {
	r := rand.New(rand.NewPCG(seed, 2))
	var seqs []Sequence
	for _, n := range lengths {
		s := Sequence{make([]int32, n), make([]int32, n)}
		for i := range n {
			s.Tokens[i], s.Targets[i] = r.Int32N(int32(c.Vocab)), r.Int32N(int32(c.Vocab))
		}
		seqs = append(seqs, s)
	}
	return seqs
}

// weightOf is an arbitrary smooth loss weight, different at each position.
func weightOf(seq, pos int) float64 { return 0.3 + 0.1*float64((7*seq+3*pos)%11) }

func TestForwardAgreesWithTheReference(t *testing.T) {
	for name, c := range smallConfigs() {
		t.Run(name, func(t *testing.T) {
			eachSet(t, func(t *testing.T, k *kernel.Set) {
				w, seqs := roughWeights(c, 1), randomSequences(c, 1, 7, 1, 2, 149)
				got, err := NewTrainer(Runtime{k, 2}, w).Forward(seqs)
				if err != nil {
					t.Fatal(err)
				}
				worst := 0.0
				for i, s := range seqs {
					for pos, want := range newReference(w).logprobs(s) {
						worst = max(worst, math.Abs(float64(got[i][pos])-want))
					}
				}
				t.Logf("worst log-probability error %.2g", worst)
				if !(worst < 2e-5) {
					t.Errorf("log-probabilities are off by up to %g", worst)
				}
			})
		})
	}
}

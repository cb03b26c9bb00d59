package engine

import (
	"fmt"
	"math"
)

// Weights are the parameters of one model in one flat slice. What must be multiplied by the same
// input lies side by side, so that one product serves it: q, k and v; gate and up.
type Weights struct {
	config Config
	flat   []float32
	embed  []float32 // [Vocab, Dim]
	blocks []block
	norm   []float32 // [Dim]
	head   []float32 // [Vocab, Dim]; embed itself when tied
}

// block is the parameters of one transformer block. Matrices are [out, in], row-major.
type block struct {
	attnNorm     []float32 // [Dim]
	qkv          []float32 // [Heads*HeadDim + 2*KVHeads*HeadDim, Dim]
	qNorm, kNorm []float32 // [HeadDim], halves of headNorms; nil without QKNorm
	headNorms    []float32
	out          []float32 // [Dim, Heads*HeadDim]
	mlpNorm      []float32 // [Dim]
	gateUp       []float32 // [2*FF, Dim]
	down         []float32 // [Dim, FF]
}

// Tensor is a named view of parameters, as a Hugging Face checkpoint names and shapes them.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float32 // aliases the weights: writing here changes the model
}

// NewWeights returns zero weights. It panics on a Config that Check refuses.
func NewWeights(c Config) *Weights {
	if err := c.Check(); err != nil {
		panic(err)
	}
	w := &Weights{config: c, flat: make([]float32, c.Params())}
	rest := w.flat
	take := func(n int) []float32 {
		view := rest[:n:n]
		rest = rest[n:]
		return view
	}
	w.embed = take(c.Vocab * c.Dim)
	for range c.Layers {
		var b block
		b.attnNorm = take(c.Dim)
		b.qkv = take(c.qkvDim() * c.Dim)
		if c.QKNorm {
			b.headNorms = take(2 * c.HeadDim)
			b.qNorm, b.kNorm = b.headNorms[:c.HeadDim:c.HeadDim], b.headNorms[c.HeadDim:]
		}
		b.out = take(c.Dim * c.queryDim())
		b.mlpNorm = take(c.Dim)
		b.gateUp = take(2 * c.FF * c.Dim)
		b.down = take(c.Dim * c.FF)
		w.blocks = append(w.blocks, b)
	}
	w.norm = take(c.Dim)
	w.head = w.embed
	if !c.Tied {
		w.head = take(c.Vocab * c.Dim)
	}
	return w
}

// Config is the shape the weights were made for.
func (w *Weights) Config() Config { return w.config }

// Flat is all parameters, in the order of Tensors; it aliases the weights.
func (w *Weights) Flat() []float32 { return w.flat }

// Clone returns a copy that shares nothing with w.
func (w *Weights) Clone() *Weights {
	c := NewWeights(w.config)
	copy(c.flat, w.flat)
	return c
}

// Tensors lists every parameter once, in the order of Flat, under the names of Hugging Face's
// Qwen3ForCausalLM and LlamaForCausalLM. A tied model has no lm_head.weight.
func (w *Weights) Tensors() []Tensor {
	c := w.config
	list := []Tensor{{"model.embed_tokens.weight", []int{c.Vocab, c.Dim}, w.embed}}
	for i, b := range w.blocks {
		list = append(list, b.tensors(c, fmt.Sprintf("model.layers.%d.", i))...)
	}
	list = append(list, Tensor{"model.norm.weight", []int{c.Dim}, w.norm})
	if !c.Tied {
		list = append(list, Tensor{"lm_head.weight", []int{c.Vocab, c.Dim}, w.head})
	}
	return list
}

func (b block) tensors(c Config, prefix string) []Tensor {
	q, kv := c.queryDim(), c.kvDim()
	list := []Tensor{
		{"input_layernorm.weight", []int{c.Dim}, b.attnNorm},
		{"self_attn.q_proj.weight", []int{q, c.Dim}, b.qkv[:q*c.Dim]},
		{"self_attn.k_proj.weight", []int{kv, c.Dim}, b.qkv[q*c.Dim : (q+kv)*c.Dim]},
		{"self_attn.v_proj.weight", []int{kv, c.Dim}, b.qkv[(q+kv)*c.Dim:]},
	}
	if c.QKNorm {
		list = append(list,
			Tensor{"self_attn.q_norm.weight", []int{c.HeadDim}, b.qNorm},
			Tensor{"self_attn.k_norm.weight", []int{c.HeadDim}, b.kNorm})
	}
	list = append(list,
		Tensor{"self_attn.o_proj.weight", []int{c.Dim, q}, b.out},
		Tensor{"post_attention_layernorm.weight", []int{c.Dim}, b.mlpNorm},
		Tensor{"mlp.gate_proj.weight", []int{c.FF, c.Dim}, b.gateUp[:c.FF*c.Dim]},
		Tensor{"mlp.up_proj.weight", []int{c.FF, c.Dim}, b.gateUp[c.FF*c.Dim:]},
		Tensor{"mlp.down_proj.weight", []int{c.Dim, c.FF}, b.down})
	for i := range list {
		list[i].Name = prefix + list[i].Name
	}
	return list
}

// Init draws fresh weights from normal (standard normal numbers, one per matrix entry, in the order
// of Tensors): matrices with standard deviation 0.02, those that write into the residual stream
// scaled by 1/sqrt(2*Layers) (GPT-2, Radford et al. 2019, section 2.3), the embedding with embStd,
// norms 1. embStd <= 0 means 1/sqrt(Dim): a tied embedding that starts at 0.02 lets words that
// stand in for each other collapse onto one vector.
func (w *Weights) Init(normal func() float64, embStd float64) {
	const std = 0.02
	if embStd <= 0 {
		embStd = 1 / math.Sqrt(float64(w.config.Dim))
	}
	fill := func(data []float32, std float64) {
		for i := range data {
			data[i] = float32(normal() * std)
		}
	}
	residual := std / math.Sqrt(float64(2*w.config.Layers))
	fill(w.embed, embStd)
	for _, b := range w.blocks {
		fill(b.qkv, std)
		fill(b.out, residual)
		fill(b.gateUp, std)
		fill(b.down, residual)
		for _, norm := range [][]float32{b.attnNorm, b.headNorms, b.mlpNorm} {
			ones(norm)
		}
	}
	ones(w.norm)
	if !w.config.Tied {
		fill(w.head, std)
	}
}

func ones(x []float32) {
	for i := range x {
		x[i] = 1
	}
}

// RoundBF16 rounds every parameter in place to the nearest bfloat16, ties to even, so that a model
// stored in that format is exactly the one that was measured. NaN stays NaN.
func (w *Weights) RoundBF16() {
	for i, x := range w.flat {
		if x != x {
			continue // the carry below could turn a NaN into an infinity
		}
		bits := math.Float32bits(x)
		bits += 0x7fff + bits>>16&1
		w.flat[i] = math.Float32frombits(bits &^ 0xffff)
	}
}

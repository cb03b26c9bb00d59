package local

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"idiolect/backends"
	"idiolect/backends/local/engine"
	"idiolect/backends/local/safetensors"
	"idiolect/backends/local/tokenizer"
)

// model is a base model: everything about it but the weights, which are read
// anew for whoever wants to own them.
type model struct {
	name     string
	revision string
	config   engine.Config
	tok      *tokenizer.Tokenizer
	chat     *tokenizer.ChatML
	forbid   []int32 // ids that are never sampled: padding, reserved, special ones
	weights  []byte  // model.safetensors
}

// configFile is what of a Hugging Face config.json the engine needs.
type configFile struct {
	ModelType string  `json:"model_type"`
	Vocab     int     `json:"vocab_size"`
	Dim       int     `json:"hidden_size"`
	Layers    int     `json:"num_hidden_layers"`
	Heads     int     `json:"num_attention_heads"`
	KVHeads   int     `json:"num_key_value_heads"`
	HeadDim   int     `json:"head_dim"`
	FF        int     `json:"intermediate_size"`
	Context   int     `json:"max_position_embeddings"`
	RopeTheta float64 `json:"rope_theta"`
	NormEps   float64 `json:"rms_norm_eps"`
	Tied      bool    `json:"tie_word_embeddings"`
	Scaling   any     `json:"rope_scaling"`
	Bias      bool    `json:"attention_bias"`
	Sliding   bool    `json:"use_sliding_window"`
	Act       string  `json:"hidden_act"` // "" is silu, as in both architectures
}

// loadModel reads config.json, generation_config.json, tokenizer.json and
// model.safetensors. What the engine cannot compute is refused by name. The
// revision is that of the files, unless it is known already.
func loadModel(name string, files fs.FS, revision string) (*model, error) {
	m := &model{name: name, revision: revision}
	var c configFile
	if err := readJSON(files, "config.json", &c); err != nil {
		return nil, fmt.Errorf("model %s: %w", name, err)
	}
	switch {
	case c.ModelType != "qwen3" && c.ModelType != "llama":
		return nil, fmt.Errorf("model %s: config.json says model_type %q - qwen3 and llama can be read", name, c.ModelType)
	case c.Scaling != nil || c.Bias || c.Sliding:
		return nil, fmt.Errorf("model %s: config.json has rope_scaling, attention_bias or use_sliding_window, which the engine does not compute yet", name)
	case c.Act != "" && c.Act != "silu":
		return nil, fmt.Errorf("model %s: config.json says hidden_act %q - silu is computed", name, c.Act)
	}
	if c.HeadDim == 0 {
		c.HeadDim = c.Dim / max(c.Heads, 1)
	}
	m.config = engine.Config{
		Vocab: c.Vocab, Dim: c.Dim, Layers: c.Layers, Heads: c.Heads, KVHeads: c.KVHeads, HeadDim: c.HeadDim, FF: c.FF, Context: c.Context,
		RopeTheta: c.RopeTheta, NormEps: c.NormEps, Tied: c.Tied, QKNorm: c.ModelType == "qwen3",
	}
	if err := m.config.Check(); err != nil {
		return nil, fmt.Errorf("model %s: %w", name, err)
	}
	return m, m.readRest(files)
}

func (m *model) readRest(files fs.FS) error {
	var generation struct {
		Suppress []int32 `json:"suppress_tokens"`
	}
	if err := readJSON(files, "generation_config.json", &generation); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("model %s: %w", m.name, err)
	}
	m.forbid = generation.Suppress
	tok, err := fs.ReadFile(files, "tokenizer.json")
	if err != nil {
		return fmt.Errorf("model %s: %w", m.name, err)
	}
	if m.tok, err = tokenizer.Load(bytes.NewReader(tok)); err != nil {
		return fmt.Errorf("model %s: %w", m.name, err)
	}
	if m.chat, err = tokenizer.NewChatML(m.tok); err != nil {
		return fmt.Errorf("model %s: %w", m.name, err)
	}
	if m.weights, err = fs.ReadFile(files, "model.safetensors"); err != nil {
		return fmt.Errorf("model %s: %w", m.name, err)
	}
	if m.revision == "" {
		m.revision = m.hash(tok)
	}
	return nil
}

// hash names the model by all that decides what it writes.
func (m *model) hash(tok []byte) string {
	h := sha256.New()
	h.Write(m.weights)
	h.Write(tok)
	fmt.Fprintf(h, "%+v %v", m.config, m.forbid)
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

func readJSON(files fs.FS, name string, v any) error {
	src, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(src, v); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// open resolves a reference to a model and a copy of its weights that the
// caller owns.
func (b *Backend) open(ref backends.Model) (*model, *engine.Weights, error) {
	m, err := b.model(ref.Name)
	if err != nil {
		return nil, nil, err
	}
	src, from := m.weights, m.name
	if ref.Checkpoint != "" {
		if src, err = os.ReadFile(ref.Checkpoint); err != nil {
			return nil, nil, err
		}
		from = ref.Checkpoint
	}
	w, err := readWeights(m.config, src)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", from, err)
	}
	return m, w, nil
}

// readWeights fills a model's tensors from a safetensors file that has exactly
// those.
func readWeights(c engine.Config, src []byte) (*engine.Weights, error) {
	f, err := safetensors.Open(bytes.NewReader(src), int64(len(src)))
	if err != nil {
		return nil, err
	}
	w := engine.NewWeights(c)
	names := f.Names()
	for _, t := range w.Tensors() {
		got, err := f.Tensor(t.Name)
		if err != nil {
			return nil, err
		}
		if !slices.Equal(got.Shape, t.Shape) {
			return nil, fmt.Errorf("tensor %s has shape %v - the model's is %v", t.Name, got.Shape, t.Shape)
		}
		copy(t.Data, got.Data)
		names = slices.DeleteFunc(names, func(n string) bool { return n == t.Name })
	}
	if len(names) > 0 {
		return nil, fmt.Errorf("tensor %s has no place in the model", names[0])
	}
	return w, nil
}

// brainTensors are weights as they rest: in bfloat16.
func brainTensors(w *engine.Weights) []safetensors.Tensor {
	var ts []safetensors.Tensor
	for _, t := range w.Tensors() {
		ts = append(ts, safetensors.Tensor{Name: t.Name, DType: safetensors.BF16, Shape: t.Shape, Data: t.Data})
	}
	return ts
}

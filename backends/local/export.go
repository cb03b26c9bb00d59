package local

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"idiolect/backends"
	"idiolect/backends/local/engine"
	"idiolect/backends/local/safetensors"
	"idiolect/backends/local/tokenizer"
)

// Export writes a model as transformers reads it, and as Resolve does:
// model.safetensors in bfloat16, config.json, generation_config.json and
// tokenizer.json. The ids in suppress are never to be sampled. Every file
// appears whole or not at all.
func Export(dir string, w *engine.Weights, t *tokenizer.Tokenizer, suppress []int32) error {
	chat, err := tokenizer.NewChatML(t)
	if err != nil {
		return err
	}
	files := []struct {
		name  string
		write func(*bytes.Buffer) error
	}{
		{"config.json", func(b *bytes.Buffer) error { return exportJSON(b, exportConfig(w.Config(), chat.Stop())) }},
		{"generation_config.json", func(b *bytes.Buffer) error {
			return exportJSON(b, map[string]any{"do_sample": true, "eos_token_id": chat.Stop(), "suppress_tokens": suppress})
		}},
		{"tokenizer.json", func(b *bytes.Buffer) error { return t.Save(b) }},
		{"model.safetensors", func(b *bytes.Buffer) error {
			return safetensors.Write(b, brainTensors(w), map[string]string{"format": "pt"})
		}},
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for _, f := range files {
		var b bytes.Buffer
		if err := f.write(&b); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		if err := renameio.WriteFile(filepath.Join(dir, f.name), b.Bytes(), 0o666); err != nil {
			return err
		}
	}
	return nil
}

func exportJSON(b *bytes.Buffer, v any) error {
	e := json.NewEncoder(b)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// exportConfig is config.json in the keys of transformers' Qwen3Config or, for a
// model without query and key norms, LlamaConfig.
func exportConfig(c engine.Config, stop int32) map[string]any {
	kind, class := "llama", "LlamaForCausalLM"
	if c.QKNorm {
		kind, class = "qwen3", "Qwen3ForCausalLM"
	}
	return map[string]any{
		"architectures": []string{class}, "model_type": kind, "torch_dtype": "bfloat16",
		"vocab_size": c.Vocab, "hidden_size": c.Dim, "num_hidden_layers": c.Layers, "num_attention_heads": c.Heads,
		"num_key_value_heads": c.KVHeads, "head_dim": c.HeadDim, "intermediate_size": c.FF, "max_position_embeddings": c.Context,
		"rope_theta": c.RopeTheta, "rms_norm_eps": c.NormEps, "tie_word_embeddings": c.Tied, "hidden_act": "silu",
		"attention_bias": false, "use_sliding_window": false, "eos_token_id": stop, "pad_token_id": nil, "bos_token_id": nil,
	}
}

// Import reads back what Export wrote, or a shipped model by its name. The caller owns the weights.
func Import(name string) (*engine.Weights, *tokenizer.Tokenizer, error) {
	b := &Backend{loaded: map[string]*model{}}
	m, w, err := b.open(backends.Model{Name: name})
	if err != nil {
		return nil, nil, err
	}
	return w, m.tok, nil
}

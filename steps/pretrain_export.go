package steps

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"idiolect/backends/local/engine"
	"idiolect/backends/local/safetensors"
	"idiolect/datasets/world"

	"github.com/google/renameio/v2"
)

// export writes the model as Hugging Face's transformers reads it, and the lines of progress.
func (p *pretraining) export() error {
	stop := p.corpus.chat.Stop()
	generation := map[string]any{"do_sample": true, "eos_token_id": stop, "suppress_tokens": neverSampled(p.corpus.tokenizer, p.corpus.chat)}
	for _, file := range []struct {
		name  string
		write func(*bytes.Buffer) error
	}{
		{"training.csv", func(b *bytes.Buffer) error { return exportLines(b, p.Lines) }},
		{"tokenizer.json", func(b *bytes.Buffer) error { return p.corpus.tokenizer.Save(b) }},
		{"config.json", func(b *bytes.Buffer) error { return exportJSON(b, qwen3Config(p.weights.Config(), stop)) }},
		{"generation_config.json", func(b *bytes.Buffer) error { return exportJSON(b, generation) }},
		{"model.safetensors", func(b *bytes.Buffer) error { return exportWeights(b, p.weights) }},
	} {
		var b bytes.Buffer
		if err := file.write(&b); err != nil {
			return fmt.Errorf("%s: %w", file.name, err)
		}
		if err := renameio.WriteFile(filepath.Join(p.out, file.name), b.Bytes(), 0o666); err != nil {
			return err
		}
	}
	if err := os.Remove(filepath.Join(p.out, pretrainCheckpoint)); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}

func exportWeights(b *bytes.Buffer, w *engine.Weights) error {
	var tensors []safetensors.Tensor
	for _, t := range w.Tensors() {
		tensors = append(tensors, safetensors.Tensor{Name: t.Name, DType: safetensors.BF16, Shape: t.Shape, Data: t.Data})
	}
	return safetensors.Write(b, tensors, map[string]string{"format": "pt"})
}

func exportJSON(b *bytes.Buffer, v any) error {
	e := json.NewEncoder(b)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// qwen3Config is config.json in the keys of transformers' Qwen3Config.
func qwen3Config(c engine.Config, stop int32) map[string]any {
	return map[string]any{
		"architectures": []string{"Qwen3ForCausalLM"}, "model_type": "qwen3", "torch_dtype": "bfloat16",
		"vocab_size": c.Vocab, "hidden_size": c.Dim, "num_hidden_layers": c.Layers, "num_attention_heads": c.Heads,
		"num_key_value_heads": c.KVHeads, "head_dim": c.HeadDim, "intermediate_size": c.FF, "max_position_embeddings": c.Context,
		"rope_theta": c.RopeTheta, "rms_norm_eps": c.NormEps, "tie_word_embeddings": c.Tied, "hidden_act": "silu",
		"attention_bias": false, "use_sliding_window": false, "eos_token_id": stop, "pad_token_id": nil, "bos_token_id": nil,
	}
}

// exportLines writes one row a line: rates are shares of poems, by group of topics.
func exportLines(b *bytes.Buffer, lines []pretrainLine) error {
	w := csv.NewWriter(b)
	header := []string{"seconds", "tokens", "tokens_per_second", "learning_rate", "loss"}
	for _, group := range []string{"seen", "unseen", "made_up"} {
		for _, rate := range []string{"poems", "form", "named", "unrhymed", "hyperbole", "season", "colour", "the", "known"} {
			header = append(header, group+"_"+rate)
		}
	}
	if err := w.Write(header); err != nil {
		return err
	}
	for _, l := range lines {
		row := []string{fmt.Sprintf("%.1f", l.Seconds), fmt.Sprint(l.Tokens), fmt.Sprintf("%.0f", l.Speed),
			fmt.Sprintf("%.3g", l.LearningRate), fmt.Sprintf("%.5f", l.Loss)}
		for _, r := range []world.Rates{l.Seen, l.Unseen, l.MadeUp} {
			row = append(row, fmt.Sprint(r.Poems))
			for _, share := range []float64{r.Form, r.Named, r.Unrhymed, r.Hyperbole, r.Season, r.Colour, r.The, r.Known} {
				row = append(row, fmt.Sprintf("%.4f", share))
			}
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

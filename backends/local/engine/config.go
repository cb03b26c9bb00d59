package engine

import "fmt"

// Config is the shape of a model, in the terms of a Hugging Face config.json:
// vocab_size, hidden_size, num_hidden_layers, num_attention_heads, num_key_value_heads, head_dim,
// intermediate_size, max_position_embeddings, rope_theta, rms_norm_eps, tie_word_embeddings.
type Config struct {
	Vocab     int     // token ids are 0..Vocab-1
	Dim       int     // width of the residual stream
	Layers    int     // transformer blocks
	Heads     int     // query heads
	KVHeads   int     // key/value heads; each serves Heads/KVHeads query heads
	HeadDim   int     // width of one head, even; Heads*HeadDim may differ from Dim
	FF        int     // width of the SwiGLU hidden layer
	Context   int     // longest sequence, in tokens
	RopeTheta float64 // base of the rotary frequencies
	NormEps   float64 // added to the mean square inside RMSNorm
	Tied      bool    // the output projection is the embedding
	QKNorm    bool    // RMSNorm over each query and key head before rotation (Qwen3)
}

// Check returns an error naming the first value no model can have.
func (c Config) Check() error {
	for _, size := range []struct {
		name  string
		value int
	}{
		{"vocab", c.Vocab}, {"dim", c.Dim}, {"layers", c.Layers}, {"heads", c.Heads}, {"kv_heads", c.KVHeads},
		{"head_dim", c.HeadDim}, {"ff", c.FF}, {"context", c.Context},
	} {
		if size.value < 1 {
			return fmt.Errorf("model config: %s is %d: at least 1 is needed", size.name, size.value)
		}
	}
	switch {
	case c.Heads%c.KVHeads != 0:
		return fmt.Errorf("model config: %d heads cannot share %d kv_heads evenly", c.Heads, c.KVHeads)
	case c.HeadDim%2 != 0:
		return fmt.Errorf("model config: head_dim is %d: rotary positions need an even number", c.HeadDim)
	case !(c.RopeTheta > 0):
		return fmt.Errorf("model config: rope_theta is %v: a positive number is needed", c.RopeTheta)
	case !(c.NormEps >= 0):
		return fmt.Errorf("model config: norm_eps is %v: a number of at least 0 is needed", c.NormEps)
	}
	return nil
}

// Params is the number of parameters; a tied embedding counts once.
func (c Config) Params() int {
	block := 2*c.Dim + c.qkvDim()*c.Dim + c.Dim*c.queryDim() + 3*c.FF*c.Dim
	if c.QKNorm {
		block += 2 * c.HeadDim
	}
	total := c.Vocab*c.Dim + c.Layers*block + c.Dim
	if !c.Tied {
		total += c.Vocab * c.Dim
	}
	return total
}

// group is the number of query heads that share one key/value head.
func (c Config) group() int    { return c.Heads / c.KVHeads }
func (c Config) queryDim() int { return c.Heads * c.HeadDim }
func (c Config) kvDim() int    { return c.KVHeads * c.HeadDim }
func (c Config) qkvDim() int   { return c.queryDim() + 2*c.kvDim() }

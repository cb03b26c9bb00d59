package local

import (
	"fmt"

	"idiolect/backends"
	"idiolect/backends/local/tokenizer"
)

// renderer is a model's chat format.
type renderer struct{ m *model }

func (r renderer) messages(ms []backends.Message) []tokenizer.Message {
	out := make([]tokenizer.Message, len(ms))
	for i, m := range ms {
		out[i] = tokenizer.Message{Role: m.Role, Content: m.Content}
	}
	return out
}

// Prompt renders messages and the header of the answer.
func (r renderer) Prompt(ms []backends.Message) ([]int32, error) {
	return r.m.chat.Prompt(r.messages(ms))
}

// Example renders a conversation and shifts it: position i predicts token i+1.
func (r renderer) Example(ms []backends.Message, promptWeight float32) (backends.Datum, error) {
	ids, weights, err := r.m.chat.Training(r.messages(ms), promptWeight)
	if err != nil {
		return backends.Datum{}, err
	}
	if n := len(ids) - 1; n < 1 || n > r.m.config.Context {
		return backends.Datum{}, fmt.Errorf("the conversation has %d tokens - model %s reads 2 to %d", len(ids), r.m.name, r.m.config.Context+1)
	}
	return backends.Datum{Tokens: ids[:len(ids)-1], Targets: ids[1:], Weights: weights[1:]}, nil
}

// Decode is the text of tokens.
func (r renderer) Decode(ids []int32) string { return r.m.tok.Decode(ids) }

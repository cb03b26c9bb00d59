package tokenizer

import (
	"fmt"
	"slices"
)

// Special tokens of the shipped model, by what they are for.
const (
	EndOfText = "<|endoftext|>" // between documents
	TurnStart = "<|im_start|>"  // begins a message
	TurnEnd   = "<|im_end|>"    // ends a message; what a sampler stops at
	Pad       = "<|pad|>"       // never sampled
)

// Reserved returns the 16 special tokens of the shipped model, ids 0 to 15: the four above, the one-token answers
// <yes>, <no>, <A> and <B> of judges, and eight without a use yet. Their places never change.
func Reserved() []string {
	special := []string{EndOfText, TurnStart, TurnEnd, Pad, "<yes>", "<no>", "<A>", "<B>"}
	for i := range 8 {
		special = append(special, fmt.Sprintf("<|reserved_%d|>", i))
	}
	return special
}

// Message is one turn of a chat.
type Message struct {
	Role    string // system, user or assistant
	Content string
}

// ChatML renders chats as Qwen models and the shipped one read them, without think blocks:
//
//	<|im_start|>user\nWrite about rain.<|im_end|>\n<|im_start|>assistant\n…<|im_end|>
//
// A newline stands between messages and not after the last, so a training sequence is exactly the prompt, the sampled
// completion and its stop token. Header and content are encoded apart, and content as plain text: it can neither end its
// turn nor change the ids of the header.
type ChatML struct {
	t          *Tokenizer
	start, end int32
	newline    []int32
	headers    map[string][]int32 // by role: <|im_start|>role\n
}

// NewChatML returns a renderer for the ids of t, which has to have <|im_start|> and <|im_end|>.
func NewChatML(t *Tokenizer) (*ChatML, error) {
	start, okStart := t.ID(TurnStart)
	end, okEnd := t.ID(TurnEnd)
	if !okStart || !okEnd {
		return nil, fmt.Errorf("chatml: the tokenizer has no %s or no %s", TurnStart, TurnEnd)
	}
	c := &ChatML{t: t, start: start, end: end, newline: t.Encode("\n"), headers: map[string][]int32{}}
	for _, role := range []string{"system", "user", "assistant"} {
		c.headers[role] = append([]int32{start}, t.Encode(role+"\n")...)
	}
	return c, nil
}

// Stop returns the id that ends a completion: <|im_end|>.
func (c *ChatML) Stop() int32 { return c.end }

// Prompt returns the ids of messages and the header of the assistant turn to come.
func (c *ChatML) Prompt(messages []Message) ([]int32, error) {
	ids, _, err := c.Training(messages, 0)
	if err != nil {
		return nil, err
	}
	if len(messages) > 0 {
		ids = append(ids, c.newline...)
	}
	return append(ids, c.headers["assistant"]...), nil
}

// Training returns the ids of messages and, of the same length, the weight in the loss of predicting each: 1 for the
// content of assistant turns and the <|im_end|> after it, promptWeight for everything else.
func (c *ChatML) Training(messages []Message, promptWeight float32) (ids []int32, weights []float32, err error) {
	for i, m := range messages {
		header, ok := c.headers[m.Role]
		if !ok {
			return nil, nil, fmt.Errorf("chatml: message %d: role %q: want system, user or assistant", i+1, m.Role)
		}
		if i > 0 {
			ids = append(ids, c.newline...)
		}
		ids = append(ids, header...)
		weights = pad(weights, len(ids), promptWeight)
		ids = append(append(ids, c.t.Encode(m.Content)...), c.end)
		if m.Role == "assistant" {
			weights = pad(weights, len(ids), 1)
		} else {
			weights = pad(weights, len(ids), promptWeight)
		}
	}
	return ids, weights, nil
}

// pad extends weights to n with w.
func pad(weights []float32, n int, w float32) []float32 {
	return append(weights, slices.Repeat([]float32{w}, n-len(weights))...)
}

package steps

import (
	"fmt"
	"math"
	"slices"

	"idiolect/backends"
)

// worded asks how likely each of some words is as the answer to messages.
type worded struct {
	messages []backends.Message
	words    []string
}

// weighing is what is shown to a model for it: each word as a continuation.
type weighing struct {
	data   []backends.Datum
	first  int   // where in the targets of each the word begins
	counts []int // of its tokens
	tokens int   // that are read
	err    error
}

// weighing renders it. Where the tokens of a word begin another, such as those of
// 1 and 10, the end of the answer counts too: else the longer would count twice.
func (w worded) weighing(r backends.Renderer) weighing {
	if r == nil {
		return weighing{err: fmt.Errorf("the model shows no tokens, and so no probabilities")}
	}
	prompt, err := r.Prompt(w.messages)
	if err != nil {
		return weighing{err: err}
	}
	it := weighing{first: len(prompt) - 1}
	for _, word := range w.words {
		d, err := r.Example(append(slices.Clone(w.messages), backends.Message{Role: "assistant", Content: word}), 0)
		if err != nil {
			return weighing{err: err}
		}
		if len(d.Tokens) < len(prompt) || !slices.Equal(d.Tokens[:len(prompt)], prompt) {
			return weighing{err: fmt.Errorf("an answer %q does not continue its prompt in the model's chat format", word)}
		}
		n := len(d.Targets) - it.first
		for n > 0 && d.Weights[it.first+n-1] == 0 { // what stands between turns
			n--
		}
		it.data, it.counts, it.tokens = append(it.data, d), append(it.counts, n), it.tokens+len(d.Tokens)
	}
	if !it.nested() {
		for i := range it.counts {
			it.counts[i]--
		}
	}
	return it
}

// nested says whether one word begins another.
func (it weighing) nested() bool {
	word := func(i int) []int32 { return it.data[i].Targets[it.first : it.first+it.counts[i]-1] }
	for i := range it.data {
		for j := range it.data {
			if a, b := word(i), word(j); i != j && len(a) < len(b) && slices.Equal(a, b[:len(a)]) {
				return true
			}
		}
	}
	return false
}

// probabilities are those of words, by word.
func probabilities(words []string, logprobs []float32) map[string]float64 {
	ps := map[string]float64{}
	for i, w := range words {
		ps[w] = math.Exp(float64(logprobs[i]))
	}
	return ps
}

// least stands for the log probability of what is impossible, which JSON cannot
// write.
const least = -1e4

// read is the answer: the log probability of every word.
func (it weighing) read(logprobs [][]float32) backends.Completion {
	c := backends.Completion{PromptTokens: it.tokens, Finish: "stop"}
	for i, lps := range logprobs {
		sum := 0.0
		for _, lp := range lps[it.first : it.first+it.counts[i]] {
			sum += float64(lp)
		}
		if math.IsNaN(sum) || sum < least {
			sum = least
		}
		c.Logprobs = append(c.Logprobs, float32(sum))
	}
	return c
}

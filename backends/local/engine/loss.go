package engine

import "idiolect/backends/local/engine/kernel"

// logitRows is how many rows have their logits in memory at once: about 4 MB worth, so that a large
// vocabulary costs no memory and a small one stays in cache. It decides how the gradient of the head
// is summed, so it depends on the vocabulary alone.
func (c Config) logitRows() int {
	return min(max((1<<20)/c.Vocab, 32), microTokens)
}

// loss fills logprobs and, when g is not nil, leaves the gradient of acts.hidden in scratch.dnormed
// and adds that of the head. Logits, log-probabilities and their gradient pass through memory once.
func (t *Trainer) loss(b *batch, logprobs [][]float32, g Grad) {
	c, s, chunk := t.config, &t.scratch, t.config.logitRows()
	for lo := 0; lo < b.rows(); lo += chunk {
		hi := min(lo+chunk, b.rows())
		hidden := t.acts.hidden[lo*c.Dim : hi*c.Dim]
		t.linear(s.logits, hidden, t.weights.head, hi-lo, c.Dim, c.Vocab, false)
		t.rt.spread(hi-lo, func(from, to int) {
			for i := from; i < to; i++ {
				sp := b.spans[b.spanOf[lo+i]]
				pos := lo + i - sp.start
				at := func(logprob float32) float32 {
					logprobs[sp.seq][pos] = logprob
					if g == nil {
						return 0
					}
					return g(sp.seq, pos, logprob)
				}
				crossEntropy(t.rt.Kernels, s.logits[i*c.Vocab:][:c.Vocab], int(b.targets[lo+i]), at)
			}
		})
		if g != nil {
			t.linearBack(s.dnormed[lo*c.Dim:], t.grad.head, s.logits, hidden, t.weights.head, hi-lo, c.Dim, c.Vocab)
		}
	}
}

// crossEntropy turns one row of logits into its gradient: with p = softmax(logits) and g the
// derivative that at returns for log p[target], it is g * (onehot(target) - p).
func crossEntropy(k *kernel.Set, logits []float32, target int, at func(logprob float32) float32) {
	logit := logits[target]
	lse := k.Softmax(logits, 1)
	g := at(logit - lse)
	k.Scale(logits, -g)
	logits[target] += g
}

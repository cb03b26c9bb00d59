package engine

import "idiolect/backends/local/engine/kernel"

// logitRows is how many rows have their logits in memory at once: about 4 MB worth, so that a large
// vocabulary costs no memory and a small one stays in cache. It decides how the gradient of the head
// is summed, so it depends on the vocabulary alone.
func (c Config) logitRows() int {
	return min(max((1<<20)/c.Vocab, 32), microTokens)
}

// lossRows is how many of them one thread has at a time.
func (c Config) lossRows() int { return min(chunkRows, c.logitRows()) }

// loss fills logprobs and, when g is not nil, leaves the gradient of the normalised output in
// scratch.dhidden and adds that of the head. Logits, log-probabilities and their gradient pass through
// memory once.
func (t *Trainer) loss(b *batch, logprobs [][]float32, g Grad) {
	m := t.config
	for lo := 0; lo < b.rows(); lo += m.logitRows() {
		hi := min(lo+m.logitRows(), b.rows())
		t.eachRows(b, lo, hi, m.lossRows(), func(c chunk) {
			d, wide := m.Dim, padded(m.Vocab)
			c.normRows(c.normed, c.of(c.acts.out, d), c.weights.norm, c.of(c.acts.outInv, 1))
			c.ahead.head.Mul(c.n, c.normed, d, c.logits, wide, false)
			c.crossEntropy(logprobs, g)
			if g != nil {
				c.factors.head.dy.Put(c.first-lo, c.n, c.logits, wide)
				c.factors.head.x.Put(c.first-lo, c.n, c.normed, d)
				c.back.head.Mul(c.n, c.logits, wide, c.of(c.scratch.dhidden, d), d, false)
			}
		})
		if g != nil {
			t.addProducts(gradientProducts{{t.factors.head, t.grad.head, m.Dim}}, hi-lo)
		}
	}
}

// crossEntropy reads the log-probability of each row's target from its logits and turns the logits into
// their gradient.
func (c chunk) crossEntropy(logprobs [][]float32, g Grad) {
	for i := range c.n {
		row := c.first + i
		sp := c.b.spans[c.b.spanOf[row]]
		pos := row - sp.start
		crossEntropy(c.rt.Kernels, c.logits[i*padded(c.config.Vocab):][:c.config.Vocab], int(c.b.targets[row]), func(logprob float32) float32 {
			logprobs[sp.seq][pos] = logprob
			if g == nil {
				return 0
			}
			return g(sp.seq, pos, logprob)
		})
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

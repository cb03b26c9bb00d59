package engine

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

// crossEntropy reads the log-probability of each row's target from its logits and, when g is not nil,
// turns the logits into their gradient: with p = softmax(logits) and d the derivative that g returns for
// log p[target], it is d * (onehot(target) - p).
func (c chunk) crossEntropy(logprobs [][]float32, g Grad) {
	k, width := c.rt.Kernels, c.config.Vocab
	for i := range c.n {
		row := c.first + i
		sp, target, logits := c.b.spans[c.b.spanOf[row]], c.b.targets[row], c.logits[i*padded(width):][:width]
		pos, logit := row-sp.start, logits[target]
		logprob := logit - k.Softmax(logits, 1)
		logprobs[sp.seq][pos] = logprob
		if g != nil {
			d := g(sp.seq, pos, logprob)
			k.Scale(logits, -d)
			logits[target] += d
		}
	}
}

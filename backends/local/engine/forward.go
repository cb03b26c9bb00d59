package engine

// forward leaves the output of the last block in acts.out. Between two attentions every operation is
// row by row: a chunk goes through all of them in one go. With train, the backward pass is prepared.
func (t *Trainer) forward(b *batch, train bool) {
	first := t.ahead.renewQKV(t.config, &t.weights.blocks[0])
	first.to.Renew(first.from)
	t.eachChunk(b, func(c chunk) {
		c.embed()
		c.enterAttention(0)
	})
	for i := range t.acts.blocks {
		t.attend(b, i, t.renewedForward(i, train))
		t.eachChunk(b, func(c chunk) {
			c.leaveAttention(i)
			c.feedForward(i)
			if i+1 < len(t.acts.blocks) {
				c.enterAttention(i + 1)
			}
		})
	}
}

func (c chunk) embed() {
	d, x := c.config.Dim, c.of(c.acts.blocks[0].in, c.config.Dim)
	for i, id := range c.b.tokens[c.first:][:c.n] {
		copy(x[i*d:(i+1)*d], c.weights.embed[int(id)*d:])
	}
}

// enterAttention makes the queries, keys and values of block i.
func (c chunk) enterAttention(i int) {
	a, w, d, width := &c.acts.blocks[i], &c.weights.blocks[i], c.config.Dim, c.config.qkvDim()
	c.normRows(c.normed, c.of(a.in, d), w.attnNorm, c.of(a.inInv, 1))
	c.ahead.qkv.Mul(c.n, c.normed, d, c.of(a.qkv, width), width, false)
	c.splitHeads(a, w)
}

// leaveAttention adds the projected output of attention to the residual stream.
func (c chunk) leaveAttention(i int) {
	a, d, width := &c.acts.blocks[i], c.config.Dim, c.config.queryDim()
	copy(c.of(a.mid, d), c.of(a.in, d))
	c.ahead.out.Mul(c.n, c.of(a.attn, width), width, c.of(a.mid, d), d, true)
}

// feedForward adds mlp(norm(mid)) to the residual stream and hands it to the next block.
func (c chunk) feedForward(i int) {
	a, w, d, ff := &c.acts.blocks[i], &c.weights.blocks[i], c.config.Dim, c.config.FF
	c.normRows(c.normed, c.of(a.mid, d), w.mlpNorm, c.of(a.midInv, 1))
	c.ahead.gateUp.Mul(c.n, c.normed, d, c.of(a.gateUp, 2*ff), 2*ff, false)
	c.swiglu(a)
	out := c.of(c.acts.after(i), d)
	copy(out, c.of(a.mid, d))
	c.ahead.down.Mul(c.n, c.mlp, padded(ff), out, d, true)
}

// swiglu is silu(gate)*up for each row (Shazeer 2020), into lane.mlp.
func (c chunk) swiglu(a *blockActivations) {
	ff := c.config.FF
	gateUp := c.of(a.gateUp, 2*ff)
	for i := range c.n {
		c.rt.Kernels.SwiGLU(c.mlp[i*padded(ff):][:ff], gateUp[2*i*ff:][:ff], gateUp[(2*i+1)*ff:][:ff])
	}
}

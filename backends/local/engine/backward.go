package engine

// backward carries scratch.dhidden, the gradient of the normalised output, down to the embedding. As in
// forward, a chunk goes through all that lies between two attentions in one go; it leaves behind the
// rows whose products are the gradients of the matrices. Those products run beside attention.
func (t *Trainer) backward(b *batch) {
	last := len(t.acts.blocks) - 1
	t.eachChunk(b, func(c chunk) {
		c.outputBack()
		c.feedForwardBack(last)
		c.leaveAttentionBack(last)
	})
	t.sumBlocks(t.grad.norm, t.scratch.attnSums, b.rows())
	t.sumBlocks(t.grad.blocks[last].mlpNorm, t.scratch.mlpSums, b.rows())
	for i := last; i >= 0; i-- {
		t.eachHead(b, &t.acts.blocks[i], t.products(i), t.renewedBackward(i), t.attendBack)
		t.eachChunk(b, func(c chunk) {
			c.enterAttentionBack(i)
			if i > 0 {
				c.feedForwardBack(i - 1)
				c.leaveAttentionBack(i - 1)
			}
		})
		g := &t.grad.blocks[i]
		t.sumBlocks(g.attnNorm, t.scratch.attnSums, b.rows())
		t.sumBlocks(g.headNorms, t.scratch.headSums, b.rows())
		if i > 0 {
			t.sumBlocks(t.grad.blocks[i-1].mlpNorm, t.scratch.mlpSums, b.rows())
		}
	}
	t.addProducts(gradientProducts{t.qkvProduct(0)}, b.rows())
	t.embedBack(b)
}

// outputBack starts the gradient of the residual stream, scratch.dx, at the last norm.
func (c chunk) outputBack() {
	d := c.config.Dim
	dx := c.of(c.scratch.dx, d)
	clear(dx)
	c.normRowsBack(dx, c.scratch.attnSums, c.of(c.scratch.dhidden, d), c.of(c.acts.out, d), c.weights.norm, c.of(c.acts.outInv, 1))
}

// feedForwardBack turns dx, the gradient of block i's output, into that of its mid.
func (c chunk) feedForwardBack(i int) {
	a, w, f := &c.acts.blocks[i], &c.weights.blocks[i], &c.factors
	d, ff := c.config.Dim, c.config.FF
	dx, wide := c.of(c.scratch.dx, d), padded(2*ff)
	c.swiglu(a)
	f.down.dy.Put(c.first, c.n, dx, d)
	f.down.x.Put(c.first, c.n, c.mlp, padded(ff))
	c.back.down.Mul(c.n, dx, d, c.dmlp, ff, false)
	gateUp := c.of(a.gateUp, 2*ff)
	for r := range c.n {
		c.rt.Kernels.SwiGLUBack(c.dgateUp[r*wide:][:ff], c.dgateUp[r*wide+ff:][:ff], c.dmlp[r*ff:][:ff],
			gateUp[2*r*ff:][:ff], gateUp[(2*r+1)*ff:][:ff])
	}
	c.normRows(c.normed, c.of(a.mid, d), w.mlpNorm, c.of(a.midInv, 1))
	f.gateUp.dy.Put(c.first, c.n, c.dgateUp, wide)
	f.gateUp.x.Put(c.first, c.n, c.normed, d)
	c.back.gateUp.Mul(c.n, c.dgateUp, wide, c.dnormed, d, false)
	c.normRowsBack(dx, c.scratch.mlpSums, c.dnormed, c.of(a.mid, d), w.mlpNorm, c.of(a.midInv, 1))
}

// leaveAttentionBack makes the gradient of what attention returned.
func (c chunk) leaveAttentionBack(i int) {
	d, width := c.config.Dim, c.config.queryDim()
	dx := c.of(c.scratch.dx, d)
	c.factors.out.dy.Put(c.first, c.n, dx, d)
	c.factors.out.x.Put(c.first, c.n, c.of(c.acts.blocks[i].attn, width), width)
	c.back.out.Mul(c.n, dx, d, c.of(c.scratch.dattn, width), width, false)
}

// enterAttentionBack turns dx, the gradient of block i's mid, into that of its input, given the
// gradients of queries, keys and values.
func (c chunk) enterAttentionBack(i int) {
	a, w, d, wide := &c.acts.blocks[i], &c.weights.blocks[i], c.config.Dim, padded(c.config.qkvDim())
	c.joinHeads(a, w)
	c.normRows(c.normed, c.of(a.in, d), w.attnNorm, c.of(a.inInv, 1))
	c.factors.qkv.dy.Put(c.first, c.n, c.dqkv, wide)
	c.factors.qkv.x.Put(c.first, c.n, c.normed, d)
	c.back.qkv.Mul(c.n, c.dqkv, wide, c.dnormed, d, false)
	c.normRowsBack(c.of(c.scratch.dx, d), c.scratch.attnSums, c.dnormed, c.of(a.in, d), w.attnNorm, c.of(a.inInv, 1))
}

// products are the gradients whose factors are complete when attention of block i is due.
func (t *Trainer) products(i int) gradientProducts {
	c, f, g := t.config, &t.factors, &t.grad.blocks[i]
	ps := gradientProducts{{f.gateUp, g.gateUp, c.Dim}, {f.down, g.down, c.FF}, {f.out, g.out, c.queryDim()}}
	if i+1 < len(t.grad.blocks) {
		ps = append(ps, t.qkvProduct(i+1))
	}
	return ps
}

func (t *Trainer) qkvProduct(i int) gradientProduct {
	return gradientProduct{t.factors.qkv, t.grad.blocks[i].qkv, t.config.Dim}
}

func (t *Trainer) addProducts(ps gradientProducts, rows int) {
	t.rt.each(ps.parts(), func(_, part int) { ps.add(part, rows) })
}

// embedBack adds each row's gradient to its token's. Threads share the columns, so the rows of one
// token are added in their order.
func (t *Trainer) embedBack(b *batch) {
	d, dx := t.config.Dim, t.scratch.dx
	t.rt.spread(d, func(lo, hi int) {
		for i, id := range b.tokens {
			t.rt.Kernels.AddScaled(t.grad.embed[int(id)*d+lo:int(id)*d+hi], dx[i*d+lo:i*d+hi], 1)
		}
	})
}

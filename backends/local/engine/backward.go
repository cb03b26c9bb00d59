package engine

import "idiolect/backends/local/engine/kernel"

// linearBack is linear backward: dx = dy w, dw += dy^T x.
func (t *Trainer) linearBack(dx, dw, dy, x, w []float32, rows, in, out int) {
	t.rt.Kernels.MatMul(t.rt.Threads, rows, in, out,
		kernel.Mat{P: dy, Rs: out, Cs: 1}, kernel.Mat{P: w, Rs: in, Cs: 1}, dx, in, false)
	t.rt.Kernels.MatMul(t.rt.Threads, out, in, rows,
		kernel.Mat{P: dy, Rs: 1, Cs: out}, kernel.Mat{P: x, Rs: in, Cs: 1}, dw, in, true)
}

// backward carries scratch.dnormed, the gradient of acts.hidden, down to the embedding.
func (t *Trainer) backward(b *batch) {
	acts, dx := &t.acts, t.scratch.dx[:b.rows()*t.config.Dim]
	clear(dx)
	t.normRowsBack(dx, t.grad.norm, t.scratch.dnormed, acts.out, t.weights.norm, acts.outInv, b.rows())
	for i := len(acts.blocks) - 1; i >= 0; i-- {
		a, w, g := &acts.blocks[i], &t.weights.blocks[i], &t.grad.blocks[i]
		t.mlpBack(dx, a, w, g, b.rows())
		t.attentionBack(b, dx, a, w, g)
	}
	t.embedBack(b, dx)
}

// mlpBack turns dx, the gradient of the block's output, into that of a.mid.
func (t *Trainer) mlpBack(dx []float32, a *blockActivations, w, g *block, rows int) {
	c, s := t.config, &t.scratch
	t.swiglu(s.mlp, a.gateUp, rows)
	t.linearBack(s.dmlp, g.down, dx, s.mlp, w.down, rows, c.FF, c.Dim)
	t.rt.spread(rows, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			gate, up := 2*i*c.FF, (2*i+1)*c.FF
			t.rt.Kernels.SwiGLUBack(s.dgateUp[gate:][:c.FF], s.dgateUp[up:][:c.FF],
				s.dmlp[i*c.FF:][:c.FF], a.gateUp[gate:][:c.FF], a.gateUp[up:][:c.FF])
		}
	})
	t.normRows(s.normed, a.mid, w.mlpNorm, a.midInv, rows)
	t.linearBack(s.dnormed, g.gateUp, s.dgateUp, s.normed, w.gateUp, rows, c.Dim, 2*c.FF)
	t.normRowsBack(dx, g.mlpNorm, s.dnormed, a.mid, w.mlpNorm, a.midInv, rows)
}

// attentionBack turns dx, the gradient of a.mid, into that of a.in.
func (t *Trainer) attentionBack(b *batch, dx []float32, a *blockActivations, w, g *block) {
	c, s, rows := t.config, &t.scratch, b.rows()
	t.linearBack(s.dattn, g.out, dx, a.attn, w.out, rows, c.queryDim(), c.Dim)
	t.attendBack(b, a)
	t.joinHeads(b, a, w, g)
	t.normRows(s.normed, a.in, w.attnNorm, a.inInv, rows)
	t.linearBack(s.dnormed, g.qkv, s.dqkv, s.normed, w.qkv, rows, c.Dim, c.qkvDim())
	t.normRowsBack(dx, g.attnNorm, s.dnormed, a.in, w.attnNorm, a.inInv, rows)
}

// embedBack adds each row's gradient to its token's. Threads share the columns, so the rows of one
// token are added in their order.
func (t *Trainer) embedBack(b *batch, dx []float32) {
	d := t.config.Dim
	t.rt.spread(d, func(lo, hi int) {
		for i, id := range b.tokens {
			t.rt.Kernels.AddScaled(t.grad.embed[int(id)*d+lo:int(id)*d+hi], dx[i*d+lo:i*d+hi], 1)
		}
	})
}

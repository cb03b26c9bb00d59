package engine

import "idiolect/backends/local/engine/kernel"

// linear is y = x w^T (plus y when add): x is [rows, in], w is [out, in], y is [rows, out].
func (t *Trainer) linear(y, x, w []float32, rows, in, out int, add bool) {
	t.rt.Kernels.MatMul(t.rt.Threads, rows, out, in,
		kernel.Mat{P: x, Rs: in, Cs: 1}, kernel.Mat{P: w, Rs: 1, Cs: in}, y, out, add)
}

// forward leaves the normalised output of the last block in acts.hidden.
func (t *Trainer) forward(b *batch) {
	rows, acts := b.rows(), &t.acts
	t.embed(b, acts.blocks[0].in)
	for i := range acts.blocks {
		out := acts.out
		if i+1 < len(acts.blocks) {
			out = acts.blocks[i+1].in
		}
		t.forwardBlock(b, &acts.blocks[i], &t.weights.blocks[i], out)
	}
	t.normRows(acts.hidden, acts.out, t.weights.norm, acts.outInv, rows)
}

func (t *Trainer) embed(b *batch, x []float32) {
	d := t.config.Dim
	for i, id := range b.tokens {
		copy(x[i*d:(i+1)*d], t.weights.embed[int(id)*d:])
	}
}

// forwardBlock is x + attention(norm(x)), then that plus mlp(norm(.)), from a.in to out.
func (t *Trainer) forwardBlock(b *batch, a *blockActivations, w *block, out []float32) {
	c, s, rows := t.config, &t.scratch, b.rows()
	t.normRows(s.normed, a.in, w.attnNorm, a.inInv, rows)
	t.linear(a.qkv, s.normed, w.qkv, rows, c.Dim, c.qkvDim(), false)
	t.splitHeads(b, a, w)
	t.attend(b, a)
	t.copyRows(a.mid, a.in[:rows*c.Dim])
	t.linear(a.mid, a.attn, w.out, rows, c.queryDim(), c.Dim, true)

	t.normRows(s.normed, a.mid, w.mlpNorm, a.midInv, rows)
	t.linear(a.gateUp, s.normed, w.gateUp, rows, c.Dim, 2*c.FF, false)
	t.swiglu(s.mlp, a.gateUp, rows)
	t.copyRows(out, a.mid[:rows*c.Dim])
	t.linear(out, s.mlp, w.down, rows, c.FF, c.Dim, true)
}

func (t *Trainer) copyRows(dst, src []float32) {
	t.rt.spread(len(src), func(lo, hi int) { copy(dst[lo:hi], src[lo:hi]) })
}

// swiglu is silu(gate)*up for each row of gateUp (Shazeer 2020).
func (t *Trainer) swiglu(mlp, gateUp []float32, rows int) {
	ff := t.config.FF
	t.rt.spread(rows, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			gate, up := gateUp[2*i*ff:][:ff], gateUp[(2*i+1)*ff:][:ff]
			t.rt.Kernels.SwiGLU(mlp[i*ff:][:ff], gate, up)
		}
	})
}

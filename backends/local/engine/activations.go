package engine

// blockActivations is what the backward pass needs of one block. What costs less to compute again
// than to fetch from memory is not kept: normalised rows, attention probabilities, the product of
// gate and up.
type blockActivations struct {
	in      []float32 // [rows, Dim] residual stream entering the block
	inInv   []float32 // [rows]
	qkv     []float32 // [rows, qkvDim] before query/key norm and rotation
	headInv []float32 // [rows, Heads+KVHeads]
	q, k, v []float32 // rotated; see headLayout
	attn    []float32 // [rows, Heads*HeadDim] output of attention
	mid     []float32 // [rows, Dim] residual stream between attention and MLP
	midInv  []float32 // [rows]
	gateUp  []float32 // [rows, 2*FF]
}

// activations are the intermediate values of one batch; they are kept from step to step.
type activations struct {
	rows   int // capacity
	blocks []blockActivations
	out    []float32 // [rows, Dim] residual stream after the last block
	outInv []float32 // [rows]
	hidden []float32 // [rows, Dim] out, normalised
}

// scratch is memory without meaning from one operation to the next.
type scratch struct {
	normed     []float32          // [rows, Dim]
	mlp        []float32          // [rows, FF]
	logits     []float32          // [logitRows, Vocab]
	partial    []float32          // [blocks(rows), max(Dim, 2*HeadDim)]
	dx         []float32          // [rows, Dim] gradient of the residual stream
	dnormed    []float32          // [rows, Dim]
	dmlp       []float32          // [rows, FF]
	dgateUp    []float32          // [rows, 2*FF]
	dattn      []float32          // [rows, Heads*HeadDim]
	dq, dk, dv []float32          // as q, k, v
	dqkv       []float32          // [rows, qkvDim]
	attention  []attentionScratch // one per thread
}

// reserve makes room for a batch. It allocates only when a batch is larger than any before.
func (t *Trainer) reserve(b *batch) {
	t.reserveAttention(b.longest)
	if b.rows() <= t.acts.rows {
		return
	}
	c := t.config
	rows := (b.rows() + 511) / 512 * 512
	floats := func(width int) []float32 { return make([]float32, rows*width) }
	t.acts = activations{rows: rows, out: floats(c.Dim), outInv: floats(1), hidden: floats(c.Dim)}
	for range c.Layers {
		t.acts.blocks = append(t.acts.blocks, blockActivations{
			in: floats(c.Dim), inInv: floats(1), qkv: floats(c.qkvDim()), headInv: floats(c.Heads + c.KVHeads),
			q: floats(c.queryDim()), k: floats(c.kvDim()), v: floats(c.kvDim()), attn: floats(c.queryDim()),
			mid: floats(c.Dim), midInv: floats(1), gateUp: floats(2 * c.FF),
		})
	}
	t.scratch = scratch{
		normed: floats(c.Dim), mlp: floats(c.FF), logits: make([]float32, c.logitRows()*c.Vocab),
		partial: make([]float32, blocks(rows)*max(c.Dim, 2*c.HeadDim)),
		dx:      floats(c.Dim), dnormed: floats(c.Dim), dmlp: floats(c.FF), dgateUp: floats(2 * c.FF),
		dattn: floats(c.queryDim()), dq: floats(c.queryDim()), dk: floats(c.kvDim()), dv: floats(c.kvDim()),
		dqkv: floats(c.qkvDim()), attention: t.scratch.attention,
	}
}

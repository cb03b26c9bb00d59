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
}

// after is the residual stream that leaves block i.
func (a *activations) after(i int) []float32 {
	if i+1 < len(a.blocks) {
		return a.blocks[i+1].in
	}
	return a.out
}

// scratch is memory of the whole batch without meaning from one block to the next.
type scratch struct {
	dhidden    []float32 // [rows, Dim] gradient of the normalised output
	dx         []float32 // [rows, Dim] gradient of the residual stream
	dattn      []float32 // [rows, Heads*HeadDim]
	dq, dk, dv []float32 // as q, k, v
	// Partial sums of the gradients of norm weights, see blockSum.
	attnSums, mlpSums []float32 // [blocks(rows), Dim]
	headSums          []float32 // [blocks(rows), 2*HeadDim]
}

// reserve makes room for a batch. It allocates only when a batch is larger than any before.
func (t *Trainer) reserve(b *batch) {
	for len(t.lanes) < t.rt.Threads {
		t.lanes = append(t.lanes, newLane(t.config))
	}
	t.reserveAttention(b.longest)
	if b.rows() <= t.acts.rows {
		return
	}
	c := t.config
	rows := (b.rows() + 511) / 512 * 512
	floats := func(width int) []float32 { return make([]float32, rows*width) }
	sums := func(width int) []float32 { return make([]float32, blocks(rows)*width) }
	t.acts = activations{rows: rows, out: floats(c.Dim), outInv: floats(1)}
	for range c.Layers {
		t.acts.blocks = append(t.acts.blocks, blockActivations{
			in: floats(c.Dim), inInv: floats(1), qkv: floats(c.qkvDim()), headInv: floats(c.Heads + c.KVHeads),
			q: floats(c.queryDim()), k: floats(c.kvDim()), v: floats(c.kvDim()), attn: floats(c.queryDim()),
			mid: floats(c.Dim), midInv: floats(1), gateUp: floats(2 * c.FF),
		})
	}
	t.scratch = scratch{
		dhidden: floats(c.Dim), dx: floats(c.Dim), dattn: floats(c.queryDim()),
		dq: floats(c.queryDim()), dk: floats(c.kvDim()), dv: floats(c.kvDim()),
		attnSums: sums(c.Dim), mlpSums: sums(c.Dim), headSums: sums(2 * c.HeadDim),
	}
	t.factors = c.newFactors(t.rt.Kernels, rows)
}

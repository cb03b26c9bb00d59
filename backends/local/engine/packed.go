package engine

import "idiolect/backends/local/engine/kernel"

// orientation makes of a matrix w, [out, in], the K x N right-hand side of a product.
type orientation func(w []float32, in, out int) (b kernel.Mat, K, N int)

// forwards is that of y = x w^T, backwards that of dx = dy w.
func forwards(w []float32, in, out int) (kernel.Mat, int, int)  { return transposed(w, in), in, out }
func backwards(w []float32, in, out int) (kernel.Mat, int, int) { return rowMajor(w, in), out, in }

func (o orientation) pack(k *kernel.Set, w []float32, in, out int) *kernel.Packed {
	b, K, N := o(w, in, out)
	return k.Pack(b, K, N)
}

// packedBlock is the matrices of a block, packed for products with rows of activations.
type packedBlock struct {
	qkv, out, gateUp, down *kernel.Packed
}

func (o orientation) packBlock(k *kernel.Set, c Config, b *block) packedBlock {
	return packedBlock{
		qkv: o.pack(k, b.qkv, c.Dim, c.qkvDim()), out: o.pack(k, b.out, c.queryDim(), c.Dim),
		gateUp: o.pack(k, b.gateUp, c.Dim, 2*c.FF), down: o.pack(k, b.down, c.FF, c.Dim),
	}
}

// packedWeights is the matrices that a pass through the model needs between two attentions. They are
// packed anew for block after block, while attention runs, into memory that thereby stays in cache.
type packedWeights struct {
	orientation
	packedBlock
	head *kernel.Packed
}

func (o orientation) packWeights(k *kernel.Set, w *Weights) packedWeights {
	return packedWeights{o, o.packBlock(k, w.config, &w.blocks[0]), o.pack(k, w.head, w.config.Dim, w.config.Vocab)}
}

// renewal is a matrix to be packed where another was.
type renewal struct {
	to   *kernel.Packed
	from kernel.Mat
}

func (p *packedWeights) renewal(to *kernel.Packed, w []float32, in int) renewal {
	from, _, _ := p.orientation(w, in, 0)
	return renewal{to, from}
}

func (p *packedWeights) renewQKV(c Config, b *block) renewal { return p.renewal(p.qkv, b.qkv, c.Dim) }

// renewRest is what lies between the attention of a block and the next block.
func (p *packedWeights) renewRest(c Config, b *block) []renewal {
	return []renewal{p.renewal(p.gateUp, b.gateUp, c.Dim), p.renewal(p.down, b.down, c.FF), p.renewal(p.out, b.out, c.queryDim())}
}

// renewedForward is what the rows need after the attention of block i on their way forward, and when
// train, where they turn round after the last, on their way back.
func (t *Trainer) renewedForward(i int, train bool) []renewal {
	c, w, last := t.config, t.weights, len(t.weights.blocks)-1
	rs := t.ahead.renewRest(c, &w.blocks[i])
	if i < last {
		return append(rs, t.ahead.renewQKV(c, &w.blocks[i+1]))
	}
	rs = append(rs, t.ahead.renewal(t.ahead.head, w.head, c.Dim))
	if train {
		rs = append(append(rs, t.back.renewal(t.back.head, w.head, c.Dim)), t.back.renewRest(c, &w.blocks[last])...)
	}
	return rs
}

// renewedBackward is what the rows need after the attention of block i on their way back.
func (t *Trainer) renewedBackward(i int) []renewal {
	c, w := t.config, t.weights
	rs := []renewal{t.back.renewQKV(c, &w.blocks[i])}
	if i > 0 {
		rs = append(rs, t.back.renewRest(c, &w.blocks[i-1])...)
	}
	return rs
}

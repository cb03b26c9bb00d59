package engine

import "idiolect/backends/local/engine/kernel"

// packedBlock is the matrices of a block, packed for products with rows of activations.
type packedBlock struct {
	qkv, out, gateUp, down *kernel.Packed
}

// packedWeights is every matrix of a model packed one way round, and what each was packed from.
type packedWeights struct {
	blocks  []packedBlock
	head    *kernel.Packed
	renewal []renewal
}

type renewal struct {
	to   *kernel.Packed
	from kernel.Mat
}

// packForward packs w for y = x w^T.
func packForward(k *kernel.Set, w *Weights) *packedWeights {
	return packAll(w, func(w []float32, in, out int) (*kernel.Packed, kernel.Mat) {
		from := transposed(w, in)
		return k.Pack(from, in, out), from
	})
}

// packBackward packs w for dx = dy w.
func packBackward(k *kernel.Set, w *Weights) *packedWeights {
	return packAll(w, func(w []float32, in, out int) (*kernel.Packed, kernel.Mat) {
		from := rowMajor(w, in)
		return k.Pack(from, out, in), from
	})
}

func packAll(w *Weights, pack func(w []float32, in, out int) (*kernel.Packed, kernel.Mat)) *packedWeights {
	c, p := w.config, &packedWeights{}
	add := func(w []float32, in, out int) *kernel.Packed {
		to, from := pack(w, in, out)
		p.renewal = append(p.renewal, renewal{to, from})
		return to
	}
	for _, b := range w.blocks {
		p.blocks = append(p.blocks, packedBlock{
			qkv: add(b.qkv, c.Dim, c.qkvDim()), out: add(b.out, c.queryDim(), c.Dim),
			gateUp: add(b.gateUp, c.Dim, 2*c.FF), down: add(b.down, c.FF, c.Dim),
		})
	}
	p.head = add(w.head, c.Dim, c.Vocab)
	return p
}

// renew packs the weights as they are now.
func (p *packedWeights) renew(rt Runtime) {
	rt.each(len(p.renewal), func(_, i int) { p.renewal[i].to.Renew(p.renewal[i].from) })
}

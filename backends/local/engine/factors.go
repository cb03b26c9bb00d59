package engine

import "idiolect/backends/local/engine/kernel"

// gradientFactors are the two matrices whose product is a weight's gradient, dw += dy^T x, for all rows
// of a batch: chunks put their rows while they have them in cache.
type gradientFactors struct {
	dy, x *kernel.Factor
}

func newFactors(k *kernel.Set, rows, in, out int) gradientFactors {
	return gradientFactors{k.NewLeft(rows, out), k.NewRight(rows, in)}
}

// factors are those of one block and of the head. One block's are enough: a block is finished before
// the one below it begins.
type factors struct {
	qkv, out, gateUp, down, head gradientFactors
}

func (c Config) newFactors(k *kernel.Set, rows int) factors {
	return factors{
		qkv: newFactors(k, rows, c.Dim, c.qkvDim()), out: newFactors(k, rows, c.queryDim(), c.Dim),
		gateUp: newFactors(k, rows, c.Dim, 2*c.FF), down: newFactors(k, rows, c.FF, c.Dim),
		head: newFactors(k, min(rows, c.logitRows()), c.Dim, c.Vocab),
	}
}

// gradientProduct adds the product of f to dw, [out, in].
type gradientProduct struct {
	f  gradientFactors
	dw []float32
	in int
}

// gradientProducts are cut into parts that threads share.
type gradientProducts []gradientProduct

func (ps gradientProducts) parts() (n int) {
	for _, p := range ps {
		n += p.f.dy.Parts()
	}
	return n
}

// add computes one part, summed over rows rows.
func (ps gradientProducts) add(part, rows int) {
	for _, p := range ps {
		if n := p.f.dy.Parts(); part >= n {
			part -= n
			continue
		}
		p.f.dy.AddProduct(p.f.x, part, rows, p.dw, p.in)
		return
	}
}

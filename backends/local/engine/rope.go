package engine

import (
	"math"

	"idiolect/backends/local/engine/kernel"
)

// rotary holds cosines and sines of the rotary angles (RoPE, Su et al. 2021, in the half-split form
// of Llama and Qwen): element j and element j+HeadDim/2 of a head form a pair, turned by
// position * theta^(-2j/HeadDim).
type rotary struct {
	half     int
	cos, sin []float32 // [positions, half]
}

func newRotary(c Config) rotary {
	half := c.HeadDim / 2
	r := rotary{half, make([]float32, c.Context*half), make([]float32, c.Context*half)}
	for j := range half {
		frequency := math.Pow(c.RopeTheta, -2*float64(j)/float64(c.HeadDim))
		for pos := range c.Context {
			sin, cos := math.Sincos(float64(pos) * frequency)
			r.cos[pos*half+j], r.sin[pos*half+j] = float32(cos), float32(sin)
		}
	}
	return r
}

// turn rotates one head x by its position, in place.
func (r rotary) turn(x []float32, pos int) {
	cos, sin := r.cos[pos*r.half:][:r.half], r.sin[pos*r.half:][:r.half]
	a, b := x[:r.half], x[r.half:][:r.half]
	for j, c := range cos {
		s := sin[j]
		a[j], b[j] = float32(a[j]*c)-float32(b[j]*s), float32(b[j]*c)+float32(a[j]*s)
	}
}

// unturn is the transpose of turn: it carries a gradient back through the rotation.
func (r rotary) unturn(x []float32, pos int) {
	cos, sin := r.cos[pos*r.half:][:r.half], r.sin[pos*r.half:][:r.half]
	a, b := x[:r.half], x[r.half:][:r.half]
	for j, c := range cos {
		s := sin[j]
		a[j], b[j] = float32(a[j]*c)+float32(b[j]*s), float32(b[j]*c)-float32(a[j]*s)
	}
}

// headLayout finds the heads of a row in q, k and v, which are stored sequence by sequence and, in a
// sequence, key/value head by key/value head, so that attention reads each head contiguously:
// q is [span][KVHeads][length][group, HeadDim], k and v are [span][KVHeads][length][HeadDim].
type headLayout struct {
	Config
	span
	pos int
}

func (t *Trainer) headsOf(b *batch, row int) headLayout {
	s := b.spans[b.spanOf[row]]
	return headLayout{t.config, s, row - s.start}
}

// kv is the offset in k or v of key/value head h at this row.
func (l headLayout) kv(h int) int { return (l.start*l.KVHeads + h*l.length + l.pos) * l.HeadDim }

// query is the offset in q of query head h at this row.
func (l headLayout) query(h int) int {
	g := l.group()
	return l.kv(h/g)*g + h%g*l.HeadDim
}

// normTurn writes into dst one query or key head x: normalised unless norm is nil, then rotated.
// It returns what RMSNorm divided by, inverted.
func normTurn(k *kernel.Set, r rotary, dst, x, norm []float32, eps float64, pos int) (inv float32) {
	if norm != nil {
		inv = k.RMSNorm(dst, x, norm, float32(eps))
	} else {
		copy(dst, x)
	}
	r.turn(dst, pos)
	return inv
}

// splitHeads carries the raw rows of a.qkv into a.q, a.k and a.v.
func (t *Trainer) splitHeads(b *batch, a *blockActivations, w *block) {
	c, hd := t.config, t.config.HeadDim
	t.rt.spread(b.rows(), func(lo, hi int) {
		for row := lo; row < hi; row++ {
			at := t.headsOf(b, row)
			raw := a.qkv[row*c.qkvDim():][:c.qkvDim()]
			inv := a.headInv[row*(c.Heads+c.KVHeads):]
			for h := range c.Heads {
				inv[h] = normTurn(t.rt.Kernels, t.rotary, a.q[at.query(h):][:hd], raw[h*hd:][:hd], w.qNorm, c.NormEps, at.pos)
			}
			for h := range c.KVHeads {
				key, value := raw[c.queryDim()+h*hd:][:hd], raw[c.queryDim()+c.kvDim()+h*hd:][:hd]
				inv[c.Heads+h] = normTurn(t.rt.Kernels, t.rotary, a.k[at.kv(h):][:hd], key, w.kNorm, c.NormEps, at.pos)
				copy(a.v[at.kv(h):][:hd], value)
			}
		}
	})
}

// joinHeads is splitHeads backward: from the gradients of q, k and v (overwritten) it makes the
// gradient of the raw rows, and adds that of the query and key norms to grad.
func (t *Trainer) joinHeads(b *batch, a *blockActivations, w, grad *block) {
	c, hd, s := t.config, t.config.HeadDim, &t.scratch
	back := func(draw, dw, dhead, raw, norm []float32, inv float32, pos int) {
		t.rotary.unturn(dhead, pos)
		if norm == nil {
			copy(draw, dhead)
			return
		}
		clear(draw)
		t.rt.Kernels.RMSNormBack(draw, dw, dhead, raw, norm, inv)
	}
	t.rt.sumRows(b.rows(), grad.headNorms, s.partial, func(row int, dw []float32) {
		at := t.headsOf(b, row)
		raw, draw := a.qkv[row*c.qkvDim():][:c.qkvDim()], s.dqkv[row*c.qkvDim():][:c.qkvDim()]
		inv := a.headInv[row*(c.Heads+c.KVHeads):]
		for h := range c.Heads {
			back(draw[h*hd:][:hd], dw[:len(w.qNorm)], s.dq[at.query(h):][:hd], raw[h*hd:][:hd], w.qNorm, inv[h], at.pos)
		}
		for h := range c.KVHeads {
			o := c.queryDim() + h*hd
			back(draw[o:][:hd], dw[len(w.qNorm):], s.dk[at.kv(h):][:hd], raw[o:][:hd], w.kNorm, inv[c.Heads+h], at.pos)
			copy(draw[o+c.kvDim():][:hd], s.dv[at.kv(h):][:hd])
		}
	})
}

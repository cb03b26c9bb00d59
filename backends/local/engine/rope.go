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

// heads finds the heads of one row in q, k and v, which are stored sequence by sequence and, in a
// sequence, key/value head by key/value head, so that attention reads each head contiguously:
// q is [span][KVHeads][length][group, HeadDim], k and v are [span][KVHeads][length][HeadDim].
type heads struct {
	pos   int // in the sequence
	first int // offset of the row's first key/value head in k and v
	step  int // from one key/value head to the next
}

func (c chunk) headsOf(row int) heads {
	s := &c.b.spans[c.b.spanOf[row]]
	pos, hd := row-s.start, c.config.HeadDim
	return heads{pos, (s.start*c.config.KVHeads + pos) * hd, s.length * hd}
}

// key is the offset in k and v of key/value head h; the queries it serves start at group times that in q.
func (r heads) key(h int) int { return r.first + h*r.step }

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
func (c chunk) splitHeads(a *blockActivations, w *block) {
	m, k, eps := &c.config, c.rt.Kernels, c.config.NormEps
	hd, group, keys, values, width := m.HeadDim, m.group(), m.queryDim(), m.queryDim()+m.kvDim(), m.qkvDim()
	for row := c.first; row < c.first+c.n; row++ {
		at, raw, inv := c.headsOf(row), a.qkv[row*width:][:width], a.headInv[row*(m.Heads+m.KVHeads):]
		for h := range m.KVHeads {
			to := at.key(h)
			for g := range group {
				i := h*group + g
				inv[i] = normTurn(k, c.rotary, a.q[to*group+g*hd:][:hd], raw[i*hd:][:hd], w.qNorm, eps, at.pos)
			}
			inv[m.Heads+h] = normTurn(k, c.rotary, a.k[to:][:hd], raw[keys+h*hd:][:hd], w.kNorm, eps, at.pos)
			copy(a.v[to:][:hd], raw[values+h*hd:][:hd])
		}
	}
}

// joinHeads is splitHeads backward: from the gradients of q, k and v (overwritten) it makes the
// gradient of the raw rows, lane.dqkv, and leaves that of the query and key norms in scratch.headSums.
func (c chunk) joinHeads(a *blockActivations, w *block) {
	m, s := &c.config, &c.scratch
	hd, group, keys, values, width := m.HeadDim, m.group(), m.queryDim(), m.queryDim()+m.kvDim(), m.qkvDim()
	for i := range c.n {
		row := c.first + i
		at, dw := c.headsOf(row), c.blockSum(s.headSums, len(w.headNorms), i)
		raw, draw, inv := a.qkv[row*width:][:width], c.dqkv[i*padded(width):], a.headInv[row*(m.Heads+m.KVHeads):]
		for h := range m.KVHeads {
			from := at.key(h)
			for g := range group {
				o := (h*group + g) * hd
				c.normTurnBack(draw[o:][:hd], dw[:len(w.qNorm)], s.dq[from*group+g*hd:][:hd], raw[o:][:hd], w.qNorm, inv[h*group+g], at.pos)
			}
			o := keys + h*hd
			c.normTurnBack(draw[o:][:hd], dw[len(w.qNorm):], s.dk[from:][:hd], raw[o:][:hd], w.kNorm, inv[m.Heads+h], at.pos)
			copy(draw[values+h*hd:][:hd], s.dv[from:][:hd])
		}
	}
}

// normTurnBack turns dhead, the gradient of what normTurn wrote (overwritten), into that of the raw head
// and adds that of the norm to dw.
func (c chunk) normTurnBack(draw, dw, dhead, raw, norm []float32, inv float32, pos int) {
	c.rotary.unturn(dhead, pos)
	if norm == nil {
		copy(draw, dhead)
		return
	}
	clear(draw)
	c.rt.Kernels.RMSNormBack(draw, dw, dhead, raw, norm, inv)
}

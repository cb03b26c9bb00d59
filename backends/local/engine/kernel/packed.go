package kernel

// Packed is a K x N right-hand side packed once for many products: weights. Later changes of the matrix it was made from are not
// seen before Renew.
type Packed struct {
	tiles *tiles
	k, n  int
	p     []float32 // block of K after block, each in panels
}

// Pack packs the K x N matrix b.
func (s *Set) Pack(b Mat, K, N int) *Packed {
	t := &s.tiles
	p := &Packed{tiles: t, k: K, n: N, p: make([]float32, K*roundUp(N, t.cols))}
	p.Renew(b)
	return p
}

// Renew packs another matrix of the same size in the place of the last. No Mul may run meanwhile.
func (p *Packed) Renew(b Mat) {
	if p.k == 0 || p.n == 0 {
		return
	}
	b.mustHold("B", p.k, p.n)
	t := p.tiles
	for block := range t.blocks(p.k) {
		lo, hi := p.k*block/t.blocks(p.k), p.k*(block+1)/t.blocks(p.k)
		t.pack(p.block(lo, hi), b.at(lo, 0), hi-lo, p.n)
	}
}

// block is where rows [lo,hi) of the matrix are kept.
func (p *Packed) block(lo, hi int) []float32 {
	wide := roundUp(p.n, p.tiles.cols)
	return p.p[lo*wide : hi*wide]
}

// Mul computes C = A B, or C += A B when add, for M rows of A that are lda apart and rows of C that are ldc apart, on the calling
// goroutine; many goroutines may call it at once. The bits are those of MatMul.
func (p *Packed) Mul(M int, a []float32, lda int, c []float32, ldc int, add bool) {
	if M == 0 || p.n == 0 {
		return
	}
	Mat{c, ldc, 1}.mustHold("C", M, p.n)
	if p.k == 0 {
		if !add {
			zeroRows(c, M, p.n, ldc)
		}
		return
	}
	rows := Mat{a, lda, 1}
	rows.mustHold("A", M, p.k)
	t := p.tiles
	w := t.scratch.Get().(*workspace)
	defer t.scratch.Put(w)
	for block := range t.blocks(p.k) {
		lo, hi := p.k*block/t.blocks(p.k), p.k*(block+1)/t.blocks(p.k)
		k := hi - lo
		t.columns(w, M, p.n, k, rows.at(0, lo), panels{p.block(lo, hi), k * t.cols, t.cols}, c, ldc, add || block > 0)
	}
}

package engine

// normRows is RMSNorm (Zhang and Sennrich 2019) of each row of x: y = x * inv * w with
// inv = 1/sqrt(mean(x^2) + NormEps), kept in inv for the backward pass. y may be x.
func (t *Trainer) normRows(y, x, w, inv []float32, rows int) {
	d, eps := t.config.Dim, float32(t.config.NormEps)
	t.rt.spread(rows, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			inv[i] = t.rt.Kernels.RMSNorm(y[i*d:(i+1)*d], x[i*d:(i+1)*d], w, eps)
		}
	})
}

// normRowsBack adds to dx and dw the gradients of x and w, given that of y.
func (t *Trainer) normRowsBack(dx, dw, dy, x, w, inv []float32, rows int) {
	d := t.config.Dim
	t.rt.sumRows(rows, dw, t.scratch.partial, func(i int, into []float32) {
		t.rt.Kernels.RMSNormBack(dx[i*d:(i+1)*d], into, dy[i*d:(i+1)*d], x[i*d:(i+1)*d], w, inv[i])
	})
}

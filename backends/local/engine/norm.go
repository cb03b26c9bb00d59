package engine

// normRows is RMSNorm (Zhang and Sennrich 2019) of each row of x: y = x * inv * w with
// inv = 1/sqrt(mean(x^2) + NormEps), kept in inv for the backward pass. y may be x.
func (c chunk) normRows(y, x, w, inv []float32) {
	d, eps := c.config.Dim, float32(c.config.NormEps)
	for i := range c.n {
		inv[i] = c.rt.Kernels.RMSNorm(y[i*d:(i+1)*d], x[i*d:(i+1)*d], w, eps)
	}
}

// normRowsBack adds to dx the gradient of x, given that of y, and leaves that of w in sums, block of
// rows by block of rows.
func (c chunk) normRowsBack(dx, sums, dy, x, w, inv []float32) {
	d := c.config.Dim
	for i := range c.n {
		c.rt.Kernels.RMSNormBack(dx[i*d:(i+1)*d], c.blockSum(sums, d, i), dy[i*d:(i+1)*d], x[i*d:(i+1)*d], w, inv[i])
	}
}

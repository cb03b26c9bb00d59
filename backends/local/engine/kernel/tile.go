package kernel

import "sync"

// A tile computes rows x cols elements of C over one block of K: the sum over k of a[i*ars+k*acs]*b[k*brs+j], each
// accumulated from zero in the order of k, is stored into c[i*ldc+j] or, when add, added to it. rows is fixed by the function;
// b must be readable for the full width of the tile, of which only the first cols columns reach c. A large tile asks for the
// memory from next on, 32 bytes for each k, to be brought into the cache.
type tile func(k int, a []float32, ars, acs int, b []float32, brs int, next *float32, c []float32, ldc, cols int, add bool)

// tiles is the matrix half of a set.
type tiles struct {
	rows, cols int    // largest register tile
	full       []tile // full[r-1] computes r rows of cols columns
	narrow     []tile // narrow[r-1] computes r rows of cols/2 columns
	depth      int    // K is cut into the fewest equal blocks of at most depth
	height     int    // rows of A swept per panel of B, so that they stay in cache
	width      int    // columns of B packed at a time, so that they stay in cache

	// copyRows copies k rows of n floats into rows of width floats, the rest zero: dst[i*width+j] = src[i*stride+j].
	// width is cols or cols/2.
	copyRows func(dst, src []float32, k, n, stride, width int)
	// transpose copies n columns of k floats into rows of width floats, the rest zero: dst[i*width+j] = src[j*stride+i].
	transpose func(dst, src []float32, k, n, stride, width int)
	scratch   *sync.Pool // of *workspace
}

// workspace is the packing memory of one goroutine inside one product.
type workspace struct{ a, b []float32 }

func newScratch() *sync.Pool { return &sync.Pool{New: func() any { return new(workspace) }} }

// grow returns buf with length n, reallocated when it is too small; its contents are lost.
func grow(buf []float32, n int) []float32 {
	if cap(buf) < n {
		return make([]float32, n)
	}
	return buf[:n]
}

// panels is a block of B cut into column panels as wide as the tile: panel j starts at p[j*step], its rows are stride apart.
type panels struct {
	p            []float32
	step, stride int
}

// pack copies k rows x n columns of b, panel after panel, into buf, which it returns grown.
func (t *tiles) pack(buf []float32, b Mat, k, n int) []float32 {
	buf = grow(buf, k*roundUp(n, t.cols))
	for j := 0; j < n; j += t.cols {
		cols := min(t.cols, n-j)
		if dst := buf[k*j : k*(j+t.cols)]; b.Cs == 1 {
			t.copyRows(dst, b.P[j:], k, cols, b.Rs, t.cols)
		} else {
			t.transpose(dst, b.P[j*b.Cs:], k, cols, b.Cs, t.cols)
		}
	}
	return buf
}

// strips are rows of A, cut into strips of nearly equal height: element (i,k) of strip s, whose first row is row f of A, is
// p[f*row + s*step + i*rs + k*cs].
type strips struct {
	p          []float32
	n          int // strips
	low, extra int // a strip is low rows high, the first extra strips one more
	row, step  int
	rs, cs     int
}

// first is the first row of strip s.
func (a strips) first(s int) int { return s*a.low + min(s, a.extra) }

// settle cuts m rows x k columns of a into strips that the tiles read at full speed: in place, or copied to buf, which it
// returns grown, when its use for cols columns of C repays that: when the stride would make the rows fight for the same cache
// sets, or when a is stored by columns, where each k would be on a page of its own.
func (t *tiles) settle(buf []float32, a Mat, m, k, cols int) (strips, []float32) {
	n := (m + t.rows - 1) / t.rows
	cut := strips{p: a.P, n: n, low: m / n, extra: m % n, row: a.Rs, rs: a.Rs, cs: a.Cs}
	switch {
	case m == 1 || cols <= 2*t.cols || a.Cs == 1 && a.Rs%512 != 0:
		return cut, buf
	case a.Cs == 1:
		stride := roundUp(k, 32) + 16 // an odd number of cache lines
		buf = grow(buf, m*stride)
		for i := range m {
			copy(buf[i*stride:i*stride+k], a.P[i*a.Rs:])
		}
		cut.p, cut.row, cut.rs = buf, stride, stride
	default:
		const few = 16
		high := roundUp(t.rows, t.cols/2)
		cut.row, cut.step, cut.cs = 0, high*k, high
		buf = grow(buf, cut.n*cut.step)
		for i := 0; i < k; i += few { // few at a time: a cache line of A holds a part of two strips
			for s := range cut.n {
				f := cut.first(s)
				t.copyRows(buf[s*cut.step+i*high:], a.P[i*a.Cs+f:], min(few, k-i), cut.first(s+1)-f, a.Cs, high)
			}
		}
		cut.p = buf
	}
	return cut, buf
}

// sweep runs the tiles of a block of C with n columns over k: panel by panel, strip by strip. The first four strips bring the next
// panel into the L2 cache, a quarter each: the memory behind it is too slow to deliver a panel during one strip.
func (t *tiles) sweep(n, k int, a strips, b panels, c []float32, ldc int, add bool) {
	for j := 0; j < n; j += t.cols {
		cols := min(t.cols, n-j)
		kernels := t.full
		if cols <= t.cols/2 {
			kernels = t.narrow
		}
		panel, next := b.p[j/t.cols*b.step:], b.p[:1]
		if j+t.cols < n {
			next = b.p[(j/t.cols+1)*b.step:]
		}
		for s := range a.n {
			i, end := a.first(s), a.first(s+1)
			kernels[end-i-1](k, a.p[i*a.row+s*a.step:], a.rs, a.cs, panel, b.stride, &next[min(s*k*8, len(next)-1)], c[i*ldc+j:], ldc, cols, add)
		}
	}
}

// blocks is the number of blocks that K is cut into; block i is [K*i/blocks, K*(i+1)/blocks). It depends on K alone.
func (t *tiles) blocks(k int) int { return (k + t.depth - 1) / t.depth }

func roundUp(n, to int) int { return (n + to - 1) / to * to }

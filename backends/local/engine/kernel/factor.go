package kernel

import "fmt"

// Factor is one of the two matrices of a product that sums over rows, C += L^T R, as the gradient of a weight does over the
// rows of a batch. It is filled row by row, while they are in cache, and kept in the order in which the tiles read it: that
// product then packs nothing. A Factor is left or right for good.
type Factor struct {
	tiles  *tiles
	strips strips // of the columns of a left factor
	rows   int    // room
	cols   int
	width  int // floats from one row of a panel to the next
	stride int // floats from one panel to the next
	p      []float32
}

// NewLeft makes room for up to rows rows of a left factor of cols columns.
func (s *Set) NewLeft(rows, cols int) *Factor {
	t := &s.tiles
	n := (cols + t.rows - 1) / t.rows
	cut := strips{n: n, low: cols / n, extra: cols % n}
	return newFactor(t, cut, rows, cols, roundUp(t.rows, t.cols/2))
}

// NewRight makes room for up to rows rows of a right factor of cols columns.
func (s *Set) NewRight(rows, cols int) *Factor {
	t := &s.tiles
	return newFactor(t, strips{n: (cols + t.cols - 1) / t.cols, low: t.cols}, rows, cols, t.cols)
}

func newFactor(t *tiles, cut strips, rows, cols, width int) *Factor {
	const skew = 23 // rows, so that panels do not start at multiples of a power of 2 and fight for the same cache sets
	f := &Factor{tiles: t, strips: cut, rows: rows, cols: cols, width: width, stride: (rows + skew) * width}
	f.p = make([]float32, cut.n*f.stride)
	return f
}

// Put writes n rows, that are ld apart in x, from row row on. Other rows may be put at the same time.
func (f *Factor) Put(row, n int, x []float32, ld int) {
	if n == 0 {
		return
	}
	if row < 0 || row+n > f.rows {
		panic(fmt.Sprintf("kernel: rows %d to %d put into a factor with room for %d", row, row+n, f.rows))
	}
	Mat{x, ld, 1}.mustHold("of a factor's rows", n, f.cols)
	for i := range f.strips.n {
		lo, hi := f.strips.first(i), min(f.strips.first(i+1), f.cols)
		to := i*f.stride + row*f.width
		f.tiles.copyRows(f.p[to:to+n*f.width], x[lo:], n, hi-lo, ld, f.width)
	}
}

// Parts is the number of parts that AddProduct computes; it depends on the shape of the left factor alone.
func (f *Factor) Parts() int { return (f.strips.n + f.partStrips() - 1) / f.partStrips() }

// partStrips is how many strips of the left factor a part takes: some hundred rows of C repay the reading of the right factor.
func (f *Factor) partStrips() int { return 112 / f.tiles.rows }

// AddProduct adds to C one part, some rows, of L^T R, summed over the first K rows put into both. C has one row for each column of
// left, ldc apart. Different parts may be computed at the same time; together they give the bits of MatMul with add.
func (f *Factor) AddProduct(right *Factor, part, K int, c []float32, ldc int) {
	if K == 0 {
		return
	}
	Mat{c, ldc, 1}.mustHold("C", f.cols, right.cols)
	t, begin, end := f.tiles, part*f.partStrips(), min((part+1)*f.partStrips(), f.strips.n)
	for block := range t.blocks(K) {
		lo, hi := K*block/t.blocks(K), K*(block+1)/t.blocks(K)
		b := panels{right.p[lo*right.width:], right.stride, right.width}
		for first := begin; first < end; first += t.height / t.rows {
			i, a := f.strips.first(first), f.strips.between(first, min(first+t.height/t.rows, end))
			a.p, a.step, a.rs, a.cs = f.p[first*f.stride+lo*f.width:], f.stride, 1, f.width
			t.sweep(right.cols, hi-lo, a, b, c[i*ldc:], ldc, true)
		}
	}
}

// between is the strips first..last, counted from their own first row.
func (a strips) between(first, last int) strips {
	a.n, a.extra = last-first, max(0, min(a.extra, last)-first)
	return a
}

package kernel

// portable is the set in plain Go, for every architecture. Products are rounded explicitly, float32(x*y)+z, because the
// compiler may otherwise fuse them on some architectures and GOAMD64 levels.
func portable() *Set {
	return &Set{name: "portable", tiles: portableTiles(), vectors: portableVectors()}
}

func portableTiles() tiles {
	rows := []tile{tile1x4, tile2x4}
	return tiles{
		rows: 2, cols: 4, full: rows, narrow: rows,
		depth: 256, height: 64, width: 256,
		copyRows: copyRows, transpose: transposeRows, scratch: newScratch(),
	}
}

// tile1x4 computes one row of four columns.
func tile1x4(k int, a []float32, ars, acs int, b []float32, brs int, _ *float32, c []float32, ldc, cols int, add bool) {
	if cols < 4 {
		edge(1, k, a, ars, acs, b, brs, c, ldc, cols, add)
		return
	}
	var c0, c1, c2, c3 float32
	for i, j := 0, 0; k > 0; k-- {
		row := b[j : j+4 : j+4]
		x := a[i]
		c0 += float32(x * row[0])
		c1 += float32(x * row[1])
		c2 += float32(x * row[2])
		c3 += float32(x * row[3])
		i += acs
		j += brs
	}
	store4(c, c0, c1, c2, c3, add)
}

// tile2x4 computes two rows of four columns: eight accumulators fit the registers of every CPU.
func tile2x4(k int, a []float32, ars, acs int, b []float32, brs int, _ *float32, c []float32, ldc, cols int, add bool) {
	if cols < 4 {
		edge(2, k, a, ars, acs, b, brs, c, ldc, cols, add)
		return
	}
	var c00, c01, c02, c03, c10, c11, c12, c13 float32
	a0, a1 := a, a[ars:]
	for i, j := 0, 0; k > 0; k-- {
		row := b[j : j+4 : j+4]
		x, y := a0[i], a1[i]
		c00 += float32(x * row[0])
		c01 += float32(x * row[1])
		c02 += float32(x * row[2])
		c03 += float32(x * row[3])
		c10 += float32(y * row[0])
		c11 += float32(y * row[1])
		c12 += float32(y * row[2])
		c13 += float32(y * row[3])
		i += acs
		j += brs
	}
	store4(c, c00, c01, c02, c03, add)
	store4(c[ldc:], c10, c11, c12, c13, add)
}

func store4(c []float32, c0, c1, c2, c3 float32, add bool) {
	c = c[:4]
	if add {
		c0, c1, c2, c3 = c[0]+c0, c[1]+c1, c[2]+c2, c[3]+c3
	}
	c[0], c[1], c[2], c[3] = c0, c1, c2, c3
}

// edge is the tile at the border of C: any size, in the order and rounding of the others.
func edge(rows, k int, a []float32, ars, acs int, b []float32, brs int, c []float32, ldc, cols int, add bool) {
	for i := range rows {
		for j := range cols {
			var sum float32
			for l := range k {
				sum += float32(a[i*ars+l*acs] * b[l*brs+j])
			}
			if add {
				sum += c[i*ldc+j]
			}
			c[i*ldc+j] = sum
		}
	}
}

// copyRows is the copying of rows in plain Go.
func copyRows(dst, src []float32, k, n, stride, width int) {
	for i := range k {
		row := dst[i*width : (i+1)*width]
		clear(row[copy(row, src[i*stride:i*stride+n]):])
	}
}

// transposeRows is the copying of columns in plain Go.
func transposeRows(dst, src []float32, k, n, stride, width int) {
	if n < width {
		clear(dst[:k*width])
	}
	transposeColumns(dst, src, k, n, stride, width)
}

// transposeColumns leaves the columns from n on alone.
func transposeColumns(dst, src []float32, k, n, stride, width int) {
	for j := range n {
		for i, x := range src[j*stride : j*stride+k] {
			dst[i*width+j] = x
		}
	}
}

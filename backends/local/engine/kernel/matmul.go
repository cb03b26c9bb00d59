package kernel

import (
	"fmt"
	"sync"
)

// Mat is a strided view of a matrix: element (i,j) is P[i*Rs+j*Cs], and one of Rs, Cs is 1.
type Mat struct {
	P      []float32
	Rs, Cs int
}

// at is the part of the view that starts at element (i,j).
func (m Mat) at(i, j int) Mat { return Mat{m.P[i*m.Rs+j*m.Cs:], m.Rs, m.Cs} }

// mustHold panics when a rows x cols view reaches past its slice: assembly does not check bounds.
func (m Mat) mustHold(name string, rows, cols int) {
	if m.Rs != 1 && m.Cs != 1 {
		panic(fmt.Sprintf("kernel: matrix %s has strides %d and %d: one must be 1", name, m.Rs, m.Cs))
	}
	if last := (rows-1)*m.Rs + (cols-1)*m.Cs; last >= len(m.P) || m.Rs < 0 || m.Cs < 0 {
		panic(fmt.Sprintf("kernel: matrix %s of %d x %d with strides %d and %d needs %d floats: has %d",
			name, rows, cols, m.Rs, m.Cs, last+1, len(m.P)))
	}
}

// MatMul computes C = A B, or C += A B when add, on up to threads goroutines. A is M x K, B is K x N, and C is M x N stored by
// rows that are ldc apart. C must not overlap A or B. K is cut into equal blocks by its length alone; within a block each
// element is one chain of multiply-adds in the order of k, and the blocks are added to C in order.
func (s *Set) MatMul(threads, M, N, K int, a, b Mat, c []float32, ldc int, add bool) {
	if M == 0 || N == 0 {
		return
	}
	Mat{c, ldc, 1}.mustHold("C", M, N)
	if K == 0 {
		if !add {
			zeroRows(c, M, N, ldc)
		}
		return
	}
	a.mustHold("A", M, K)
	b.mustHold("B", K, N)
	if threads = min(threads, M*N*K/minimalShare); threads > 1 {
		s.tiles.shared(threads, M, N, K, a, b, c, ldc, add)
	} else {
		s.tiles.product(M, N, K, a, b, c, ldc, add)
	}
}

// shared is product on several goroutines, each with its own rows or columns of C.
func (t *tiles) shared(threads, M, N, K int, a, b Mat, c []float32, ldc int, add bool) {
	byRows := M >= N || M >= 2*threads*t.rows
	var group sync.WaitGroup
	for i := range threads {
		part := func() {
			if lo, hi := share(M, i, threads), share(M, i+1, threads); byRows && lo < hi {
				t.product(hi-lo, N, K, a.at(lo, 0), b, c[lo*ldc:], ldc, add)
			}
			if lo, hi := share(N, i, threads), share(N, i+1, threads); !byRows && lo < hi {
				t.product(M, hi-lo, K, a, b.at(0, lo), c[lo:], ldc, add)
			}
		}
		if i < threads-1 {
			group.Go(part)
		} else {
			part()
		}
	}
	group.Wait()
}

// minimalShare is the number of multiply-adds below which another goroutine costs more than it brings (some 5 us).
const minimalShare = 1 << 18

// share is where part i of n items on parts begins, in multiples of 16 so that no cache line of C has two writers.
func share(n, i, parts int) int { return min(n, roundUp(n*i/parts, 16)) }

// product is MatMul on the calling goroutine, for M, N, K > 0.
func (t *tiles) product(M, N, K int, a, b Mat, c []float32, ldc int, add bool) {
	w := t.scratch.Get().(*workspace)
	defer t.scratch.Put(w)
	direct := 0 // columns of B that are read in place: packing a panel pays only when several strips of rows use it
	if b.Cs == 1 && M <= 3*t.rows {
		direct = N / t.cols * t.cols
	}
	for block := range t.blocks(K) {
		lo, hi := K*block/t.blocks(K), K*(block+1)/t.blocks(K)
		k, add := hi-lo, add || block > 0
		if direct > 0 {
			t.columns(w, M, direct, k, a.at(0, lo), panels{b.P[lo*b.Rs:], t.cols, b.Rs}, c, ldc, add)
		}
		for j := direct; j < N; j += t.width {
			n := min(t.width, N-j)
			w.b = t.pack(w.b, b.at(lo, j), k, n)
			t.columns(w, M, n, k, a.at(0, lo), panels{w.b, k * t.cols, t.cols}, c[j:], ldc, add)
		}
	}
}

// columns multiplies one block of K into n columns of C, height rows at a time.
func (t *tiles) columns(w *workspace, M, n, k int, a Mat, b panels, c []float32, ldc int, add bool) {
	for i := 0; i < M; i += t.height {
		m := min(t.height, M-i)
		var rows strips
		rows, w.a = t.settle(w.a, a.at(i, 0), m, k, n)
		t.sweep(n, k, rows, b, c[i*ldc:], ldc, add)
	}
}

func zeroRows(c []float32, rows, cols, ldc int) {
	for i := range rows {
		clear(c[i*ldc : i*ldc+cols])
	}
}

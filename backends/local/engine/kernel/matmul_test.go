package kernel

import (
	"fmt"
	"testing"
)

// The layouts of a linear layer with weights W [N x K]: forward Y = X W' (NT), data gradient dX = dY W (NN), weight gradient
// dW = dY' X (TN).
var layouts = []string{"NN", "NT", "TN"}

// operands is a random M x K and a random K x N matrix in a layout, with pad unused floats after each row.
func operands(layout string, M, N, K, pad int) (a, b Mat) {
	a = Mat{normals(1, M*(K+pad)), K + pad, 1}
	b = Mat{normals(2, K*(N+pad)), N + pad, 1}
	if layout[0] == 'T' {
		a = Mat{normals(1, K*(M+pad)), 1, M + pad}
	}
	if layout[1] == 'T' {
		b = Mat{normals(2, N*(K+pad)), 1, K + pad}
	}
	return a, b
}

// matmulBound is the error of one float32 product in units of |A||B|: one rounding per multiply-add of a block of K and one per
// block, far above what happens.
func matmulBound(K int) float64 { return float64(min(K, 512)+K/128+2) * 0x1p-24 }

func TestMatMul(t *testing.T) {
	sizes := [][3]int{{1, 1, 1}, {1, 33, 7}, {2, 15, 16}, {13, 17, 19}, {14, 32, 64}, {15, 31, 65}, {29, 100, 300},
		{40, 40, 32}, {57, 48, 513}, {130, 70, 9}, {3, 600, 5}, {300, 2, 31}, {64, 96, 512}}
	forEachSet(t, func(t *testing.T, s *Set) {
		for _, size := range sizes {
			M, N, K := size[0], size[1], size[2]
			for _, layout := range layouts {
				for _, pad := range []int{0, 3} {
					a, b := operands(layout, M, N, K, pad)
					ldc := N + pad
					want, scale := refMatMul(M, N, K, a, b)
					what := fmt.Sprintf("%s %dx%dx%d pad %d", layout, M, N, K, pad)
					c := normals(3, M*ldc)
					before := append([]float32(nil), c...)
					s.MatMul(2, M, N, K, a, b, c, ldc, false)
					near(t, what, rowsOf(c, M, N, ldc), want, scale, matmulBound(K))
					samePadding(t, what, before, c, M, N, ldc)
					s.MatMul(1, M, N, K, a, b, c, ldc, true)
					for i := range want {
						want[i], scale[i] = 2*want[i], 2*scale[i]
					}
					near(t, what+" added", rowsOf(c, M, N, ldc), want, scale, matmulBound(K))
				}
			}
		}
	})
}

// rowsOf copies the M x N matrix with stride ldc without its padding.
func rowsOf(c []float32, M, N, ldc int) []float32 {
	var rows []float32
	for i := range M {
		rows = append(rows, c[i*ldc:i*ldc+N]...)
	}
	return rows
}

// samePadding fails when a float between the rows was written.
func samePadding(t *testing.T, what string, want, got []float32, M, N, ldc int) {
	t.Helper()
	for i := range M {
		sameBits(t, what+" padding", want[i*ldc+N:(i+1)*ldc], got[i*ldc+N:(i+1)*ldc])
	}
}

func TestMatMulOfNothing(t *testing.T) {
	forEachSet(t, func(t *testing.T, s *Set) {
		c := []float32{1, 2, 3, 4}
		s.MatMul(2, 0, 2, 2, Mat{nil, 2, 1}, Mat{c, 2, 1}, nil, 2, false)
		s.MatMul(2, 2, 0, 2, Mat{c, 2, 1}, Mat{nil, 0, 1}, nil, 2, false)
		s.Pack(Mat{nil, 0, 1}, 2, 0).Mul(2, c, 2, nil, 0, false)
		s.MatMul(2, 2, 2, 0, Mat{nil, 0, 1}, Mat{nil, 2, 1}, c, 2, true)
		s.Pack(Mat{nil, 2, 1}, 0, 2).Mul(2, nil, 0, c, 2, true)
		sameBits(t, "adding an empty sum", []float32{1, 2, 3, 4}, c)
		s.MatMul(2, 1, 2, 0, Mat{nil, 0, 1}, Mat{nil, 2, 1}, c, 2, false)
		s.Pack(Mat{nil, 2, 1}, 0, 2).Mul(1, nil, 0, c[2:], 2, false)
		sameBits(t, "an empty sum", []float32{0, 0, 0, 0}, c)
	})
}

// TestMatMulBits holds the promise that an element depends on its row, its column and K alone: it computes each row and each
// column of one product again by itself and among others, on 1, 2, 3, 4 and 7 threads, in place and packed.
func TestMatMulBits(t *testing.T) {
	const M, N, K = 56, 337, 530
	forEachSet(t, func(t *testing.T, s *Set) {
		for _, layout := range layouts {
			a, b := operands(layout, M, N, K, 1)
			want := make([]float32, M*N)
			s.MatMul(1, M, N, K, a, b, want, N, false)
			for _, threads := range []int{2, 3, 4, 7} {
				got := make([]float32, M*N)
				s.MatMul(threads, M, N, K, a, b, got, N, false)
				sameBits(t, fmt.Sprintf("%s on %d threads", layout, threads), want, got)
			}
			for _, rows := range []int{1, 2, 5, 14, 27, 56} {
				at := M - rows
				got := make([]float32, rows*N)
				s.MatMul(1, rows, N, K, a.at(at, 0), b, got, N, false)
				sameBits(t, fmt.Sprintf("%s, the last %d rows", layout, rows), want[at*N:], got)
				if layout[0] == 'N' {
					clear(got)
					s.Pack(b, K, N).Mul(rows, a.at(at, 0).P, a.Rs, got, N, false)
					sameBits(t, fmt.Sprintf("%s, the last %d rows packed", layout, rows), want[at*N:], got)
				}
			}
			for _, cols := range []int{1, 7, 16, 33, 320} {
				at := N - cols
				got := make([]float32, M*cols)
				s.MatMul(1, M, cols, K, a, b.at(0, at), got, cols, false)
				sameBits(t, fmt.Sprintf("%s, the last %d columns", layout, cols), rowsOf(want[at:], M, cols, N), got)
			}
		}
	})
}

// TestMatMulStrides holds that the bits do not depend on how the operands are stored.
func TestMatMulStrides(t *testing.T) {
	const M, N, K = 31, 45, 77
	forEachSet(t, func(t *testing.T, s *Set) {
		a, b := operands("NN", M, N, K, 0)
		want := make([]float32, M*N)
		s.MatMul(1, M, N, K, a, b, want, N, false)
		at, bt := Mat{make([]float32, K*M), 1, M}, Mat{make([]float32, N*K), 1, K}
		wide := Mat{make([]float32, M*512), 512, 1}
		for k := range K {
			for i := range M {
				at.P[k*M+i], wide.P[i*512+k] = a.P[i*K+k], a.P[i*K+k]
			}
			for j := range N {
				bt.P[j*K+k] = b.P[k*N+j]
			}
		}
		for what, x := range map[string]Mat{"transposed": at, "with rows 2 KiB apart": wide} {
			got := make([]float32, M*N)
			s.MatMul(1, M, N, K, x, bt, got, N, false)
			sameBits(t, what, want, got)
		}
	})
}

func TestMatMulPanicsOutOfBounds(t *testing.T) {
	s := Best()
	ok := Mat{make([]float32, 6), 3, 1}
	cases := map[string]func(){
		"A too short":    func() { s.MatMul(1, 3, 2, 3, ok, Mat{make([]float32, 6), 2, 1}, make([]float32, 6), 2, false) },
		"B too short":    func() { s.MatMul(1, 2, 2, 3, ok, Mat{make([]float32, 5), 2, 1}, make([]float32, 6), 2, false) },
		"C too short":    func() { s.MatMul(1, 2, 2, 3, ok, Mat{make([]float32, 6), 2, 1}, make([]float32, 3), 2, false) },
		"no unit stride": func() { s.MatMul(1, 1, 1, 1, Mat{ok.P, 2, 2}, ok, make([]float32, 1), 1, false) },
		"packed A short": func() { s.Pack(ok, 2, 3).Mul(4, make([]float32, 7), 2, make([]float32, 12), 3, false) },
		"full factor":    func() { s.NewLeft(2, 3).Put(1, 2, ok.P, 3) },
		"factor's rows":  func() { s.NewRight(2, 4).Put(0, 2, ok.P, 3) },
		"uneven vectors": func() { s.Dot(ok.P, ok.P[1:]) },
	}
	for name, call := range cases {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			call()
		})
	}
}

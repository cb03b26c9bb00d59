package kernel

import (
	"fmt"
	"testing"
)

// TestFactors holds that the product of two factors has the bits of MatMul, however their rows were put: rows of K that lie in a
// wider matrix, in pieces of odd sizes, last piece first, into factors with room for more.
func TestFactors(t *testing.T) {
	forEachSet(t, func(t *testing.T, s *Set) {
		for _, size := range [][3]int{{1, 1, 1}, {5, 7, 9}, {31, 70, 600}, {230, 33, 1030}, {113, 320, 64}} {
			M, N, K := size[0], size[1], size[2]
			a, b := operands("TN", M, N, K, 3)
			want, got := normals(9, M*N), normals(9, M*N)
			s.MatMul(1, M, N, K, a, b, want, N, true)
			left, right := s.NewLeft(K+5, M), s.NewRight(K+5, N)
			for _, piece := range []int{1, 17, 64} {
				for lo := (K - 1) / piece * piece; lo >= 0; lo -= piece {
					n := min(piece, K-lo)
					left.Put(lo, n, a.P[lo*a.Cs:], a.Cs)
					right.Put(lo, n, b.P[lo*b.Rs:], b.Rs)
				}
				copy(got, normals(9, M*N))
				for part := left.Parts() - 1; part >= 0; part-- {
					left.AddProduct(right, part, K, got, N)
				}
				sameBits(t, fmt.Sprintf("%d x %d over %d rows put %d at a time", M, N, K, piece), want, got)
			}
		}
	})
}

// TestRenewedPacking holds that a Packed forgets the matrix it held before.
func TestRenewedPacking(t *testing.T) {
	const M, N, K = 9, 37, 400
	forEachSet(t, func(t *testing.T, s *Set) {
		_, before := operands("NN", M, N, K, 0)
		a, b := operands("NT", M, N, K, 0)
		packed, want, got := s.Pack(before, K, N), make([]float32, M*N), make([]float32, M*N)
		packed.Renew(b)
		packed.Mul(M, a.P, a.Rs, got, N, false)
		s.MatMul(1, M, N, K, a, b, want, N, false)
		sameBits(t, "a renewed matrix", want, got)
	})
}

package kernel

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// TestBits compares a hash of what every kernel computes with testdata/bits.txt, one line per set; avx512 and avx2 share theirs.
// It holds that the bits do not change from one compiler, GOAMD64 level or CPU to another; run it as
//
//	go test -run TestBits && GOAMD64=v3 go test -run TestBits && go test -tags noasm -run TestBits
//
// A change of the arithmetic changes the line by intent, and with it every stored result: it belongs in the release notes.
func TestBits(t *testing.T) {
	golden, err := os.ReadFile("testdata/bits.txt")
	if err != nil {
		t.Fatal(err)
	}
	forEachSet(t, func(t *testing.T, s *Set) {
		line := s.Name() + " " + bitsOf(s)
		if !strings.Contains("\n"+string(golden), "\n"+line+"\n") {
			t.Errorf("testdata/bits.txt has no line %q", line)
		}
	})
}

// bitsOf is the hash of the results of every kernel.
func bitsOf(s *Set) string {
	h := sha256.New()
	for _, size := range [][3]int{{1, 1, 1}, {5, 7, 9}, {31, 70, 600}, {57, 33, 1030}} {
		M, N, K := size[0], size[1], size[2]
		a, b, c := steps(1, M*K), steps(2, K*N), steps(3, M*N)
		s.MatMul(2, M, N, K, Mat{a, K, 1}, Mat{b, N, 1}, c, N, true)
		hashOf(h, c...)
		s.MatMul(1, M, N, K, Mat{a, 1, M}, Mat{b, 1, K}, c, N, false)
		hashOf(h, c...)
		s.Pack(Mat{b, N, 1}, K, N).Mul(M, a, K, c, N, true)
		hashOf(h, c...)
	}
	for _, n := range []int{1, 15, 200, 1003} {
		hashVectors(h, s, n)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// hashVectors adds the results of the vector kernels on n elements.
func hashVectors(h hash.Hash, s *Set, n int) {
	x, y, z, w, v := steps(1, n), steps(2, n), steps(3, n), steps(4, n), steps(5, n)
	s.Scale(x, 12)
	s.AddScaled(y, z, 1.7)
	hashOf(h, y...)
	hashOf(h, s.Dot(x, y), float32(s.SumSquares(x)))
	s.SwiGLU(z, x, y)
	hashOf(h, z...)
	s.SwiGLUBack(v, z, y, x, w)
	hashOf(h, append(v, z...)...)
	hashOf(h, s.RMSNorm(y, x, w, 1e-5))
	s.RMSNormBack(z, v, y, x, w, .4)
	hashOf(h, append(append(y, z...), v...)...)
	s.Exp(v, x)
	hashOf(h, v...)
	s.AdamW(w, z, y, v, Adam{LR: .01, Beta1: .9, Beta2: .95, Eps: 1e-8, WeightDecay: .1, Correct1: 3, Correct2: 4})
	hashOf(h, append(append(w, y...), v...)...)
	hashOf(h, s.Softmax(x, .8))
	hashOf(h, x...)
}

// steps is n multiples of 2^-22 in [-1,1), exact on every machine.
func steps(seed uint64, n int) []float32 {
	r := rand.New(rand.NewPCG(seed, 2))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.IntN(1<<23)-1<<22) / (1 << 22)
	}
	return x
}

// hashOf adds the bits of x.
func hashOf(h hash.Hash, x ...float32) {
	for _, v := range x {
		h.Write(binary.LittleEndian.AppendUint32(nil, math.Float32bits(v)))
	}
}

// Package rng is where all randomness of an experiment comes from.
//
// A stream is named, never shared: the SHA-256 of a readable text (format
// version, seed, role, row key, replicate) seeds a PCG generator. It does not
// depend on the step that draws, and for sampling not on the policy, so that
// editing an unrelated setting reshuffles nothing and all methods of one eval
// share their noise prompt by prompt, which makes their differences paired.
//
// What is drawn from the generator's 64-bit words (integers, fractions,
// permutations, normals) is defined here and not left to a library, since a
// release must change no result.
package rng

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
)

// Role says what a stream is for. Two roles never share a stream.
type Role string

// The roles there are.
const (
	Shuffle   Role = "shuffle"
	Split     Role = "split"
	Init      Role = "init"
	Order     Role = "order"
	Sample    Role = "sample"
	Judge     Role = "judge"
	Bootstrap Role = "bootstrap"
)

// Stream is one named stream. It is not safe for concurrent use.
type Stream struct {
	pcg   *rand.PCG
	spare float64 // the second normal of a Box-Muller pair
	has   bool
}

// New opens the stream of (seed, role, row key, replicate). The row key is ""
// for what belongs to no row; the replicate tells repetitions apart ("1",
// "2.3": repeat 2, sample 3).
func New(seed int64, role Role, rowKey, replicate string) *Stream {
	h := digest(seed, role, rowKey, replicate)
	return &Stream{pcg: rand.NewPCG(binary.BigEndian.Uint64(h[:8]), binary.BigEndian.Uint64(h[8:16]))}
}

// Seed gives the 64-bit seed that names a stream, for a sampler that has its own
// generator.
func Seed(seed int64, role Role, rowKey, replicate string) uint64 {
	h := digest(seed, role, rowKey, replicate)
	return binary.BigEndian.Uint64(h[:8])
}

func digest(seed int64, role Role, rowKey, replicate string) [32]byte {
	return sha256.Sum256(fmt.Appendf(nil, "idiolect-rng/1\nseed: %d\nrole: %s\nrow: %s\nreplicate: %s\n", seed, role, rowKey, replicate))
}

// Uint64 draws 64 random bits (PCG-DXSM, as math/rand/v2 has it).
func (s *Stream) Uint64() uint64 { return s.pcg.Uint64() }

// Float64 draws from [0, 1): the top 53 bits over 2^53.
func (s *Stream) Float64() float64 { return float64(s.Uint64()>>11) / (1 << 53) }

// IntN draws from [0, n) without bias, by multiplication and rejection (Lemire,
// 2019, "Fast random integer generation in an interval"). It panics unless n is
// positive.
func (s *Stream) IntN(n int) int {
	if n <= 0 {
		panic(fmt.Sprintf("rng: IntN(%d)", n))
	}
	hi, lo := bits.Mul64(s.Uint64(), uint64(n))
	if lo < uint64(n) {
		for least := -uint64(n) % uint64(n); lo < least; {
			hi, lo = bits.Mul64(s.Uint64(), uint64(n))
		}
	}
	return int(hi)
}

// Perm draws a permutation of [0, n): Fisher and Yates, from the end.
func (s *Stream) Perm(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	for i := n - 1; i > 0; i-- {
		j := s.IntN(i + 1)
		p[i], p[j] = p[j], p[i]
	}
	return p
}

// Normal draws from N(0, 1) by Box and Muller's polar-free form, two at a time.
func (s *Stream) Normal() float64 {
	if s.has {
		s.has = false
		return s.spare
	}
	u := 1 - s.Float64() // (0, 1]: its logarithm is finite
	r, angle := math.Sqrt(-2*math.Log(u)), 2*math.Pi*s.Float64()
	s.spare, s.has = r*math.Sin(angle), true
	return r * math.Cos(angle)
}

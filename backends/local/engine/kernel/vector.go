package kernel

import (
	"fmt"
	"math"
)

// vectors is the vector half of a set: each function takes slices of equal length that its caller has checked.
type vectors struct {
	exp        func(dst, x []float32)
	maxScaled  func(x []float32, scale float32) float32             // max of scale*x; -Inf for none
	expSum     func(x []float32, scale, shift float32) float32      // x = exp(scale*x - shift), returns the sum
	dot        func(a, b []float32) float32                         // sum of a*b
	dot3       func(a, b, c []float32) float32                      // sum of (a*b)*c
	addScaled  func(y, x []float32, alpha float32)                  // y += alpha*x
	scale      func(x []float32, alpha float32)                     // x *= alpha
	scaleMul   func(y, x, w []float32, alpha float32)               // y = (alpha*x)*w
	rmsBack    func(dx, dw, dy, x, w []float32, inv, slope float32) // dx += inv*(dy*w) - slope*x, dw += dy*(inv*x)
	swiglu     func(dst, gate, up []float32)                        // dst = silu(gate)*up
	swigluBack func(dgate, dup, dy, gate, up []float32)             // see SwiGLUBack
	sumSquares func(x []float32) float64                            // sum of x*x in float64
	// adamW is AdamW with rest = 1-beta and keep = 1-lr*decay, each rounded once.
	adamW func(p, g, m, v []float32, beta1, rest1, beta2, rest2, correct1, correct2, eps, lr, keep float32)
	peak  func(n int) float64 // see PeakFMA
}

// Exp computes dst = exp(x) within 2 ulp. It is exactly 0 below -87.33655 (where the result would be subnormal) and +Inf above
// 88.72284. dst may be x.
func (s *Set) Exp(dst, x []float32) {
	same(len(dst), len(x))
	s.vectors.exp(dst, x)
}

// Softmax computes x = exp(scale*x - lse) in place and returns lse = log sum exp(scale*x), which is -Inf for no elements. At
// least one element must be above -Inf.
func (s *Set) Softmax(x []float32, scale float32) (lse float32) {
	if len(x) == 0 {
		return float32(math.Inf(-1))
	}
	shift, sum := s.normalise(x, scale)
	return shift + float32(logOf(float64(sum)))
}

// Probabilities is Softmax without lse, whose logarithm costs as much as the rest of a short row.
func (s *Set) Probabilities(x []float32, scale float32) {
	if len(x) > 0 {
		s.normalise(x, scale)
	}
}

// normalise computes x = exp(scale*x - shift) / sum.
func (s *Set) normalise(x []float32, scale float32) (shift, sum float32) {
	shift = s.vectors.maxScaled(x, scale)
	sum = s.vectors.expSum(x, scale, shift)
	s.vectors.scale(x, 1/sum)
	return shift, sum
}

// RMSNorm computes one row y = x*inv*w with inv = 1/sqrt(mean(x*x) + eps), which it returns for RMSNormBack
// (Zhang and Sennrich 2019, eq. 4). y may be x.
func (s *Set) RMSNorm(y, x, w []float32, eps float32) (inv float32) {
	same(len(y), len(x))
	same(len(y), len(w))
	if len(x) == 0 {
		return 0
	}
	mean := s.vectors.dot(x, x) / float32(len(x))
	inv = 1 / float32(math.Sqrt(float64(mean+eps)))
	s.vectors.scaleMul(y, x, w, inv)
	return inv
}

// RMSNormBack adds the gradients of one row of RMSNorm: dx += inv*(dy*w - x*inv*inv*mean(dy*w*x)) and dw += dy*x*inv.
// The five slices must not overlap.
func (s *Set) RMSNormBack(dx, dw, dy, x, w []float32, inv float32) {
	same(len(dx), len(x))
	same(len(dw), len(x))
	same(len(dy), len(x))
	same(len(w), len(x))
	if len(x) == 0 {
		return
	}
	slope := s.vectors.dot3(dy, w, x) / float32(len(x)) * inv * inv * inv
	s.vectors.rmsBack(dx, dw, dy, x, w, inv, slope)
}

// SwiGLU computes dst = silu(gate)*up, with silu(g) = g/(1+exp(-g)) (Shazeer 2020, eq. 6). dst may be gate or up.
func (s *Set) SwiGLU(dst, gate, up []float32) {
	same(len(dst), len(gate))
	same(len(dst), len(up))
	s.vectors.swiglu(dst, gate, up)
}

// SwiGLUBack computes (does not add) the gradients dup = dy*silu(gate) and dgate = dy*up*silu'(gate), where with
// q = 1/(1+exp(-g)) silu'(g) = q*(1 + g*(1-q)). An output may be one of the inputs.
func (s *Set) SwiGLUBack(dgate, dup, dy, gate, up []float32) {
	same(len(dgate), len(gate))
	same(len(dup), len(gate))
	same(len(dy), len(gate))
	same(len(up), len(gate))
	s.vectors.swigluBack(dgate, dup, dy, gate, up)
}

// Dot is the sum of a*b: element i belongs to lane i mod L (L = 32, or 8 in the portable set), each lane is summed
// in order, and the lanes are added as a tree of halves.
func (s *Set) Dot(a, b []float32) float32 {
	same(len(a), len(b))
	return s.vectors.dot(a, b)
}

// AddScaled computes y += alpha*x.
func (s *Set) AddScaled(y, x []float32, alpha float32) {
	same(len(y), len(x))
	s.vectors.addScaled(y, x, alpha)
}

// Scale computes x *= alpha.
func (s *Set) Scale(x []float32, alpha float32) { s.vectors.scale(x, alpha) }

// SumSquares is the sum of x*x in float64, where each square is exact: element i belongs to lane i mod L (L = 16, or 8 in the
// portable set), each lane is summed in order, and the lanes are added as a tree of halves.
func (s *Set) SumSquares(x []float32) float64 { return s.vectors.sumSquares(x) }

// Adam is the constants of one AdamW step (Loshchilov and Hutter 2019, algorithm 2). Correct1 and Correct2 are the bias
// corrections 1/(1-Beta1^t) and 1/(1-Beta2^t) of step t, counted from 1.
type Adam struct {
	LR, Beta1, Beta2, Eps, WeightDecay float32
	Correct1, Correct2                 float32
}

// AdamW updates the weights p and the moments m and v by the gradient g, which it leaves as it is:
// m = Beta1*m + (1-Beta1)*g, v = Beta2*v + (1-Beta2)*g*g, p = p*(1-LR*WeightDecay) - LR*(m*Correct1)/(sqrt(v*Correct2)+Eps).
func (s *Set) AdamW(p, g, m, v []float32, a Adam) {
	same(len(p), len(g))
	same(len(p), len(m))
	same(len(p), len(v))
	s.vectors.adamW(p, g, m, v, a.Beta1, 1-a.Beta1, a.Beta2, 1-a.Beta2, a.Correct1, a.Correct2, a.Eps, a.LR,
		1-float32(a.LR*a.WeightDecay))
}

// PeakFMA runs n iterations of a loop of multiply-adds that touches registers only, and returns the floating-point operations
// it did: divided by the time, the roof of one core for this set.
func (s *Set) PeakFMA(n int) (flops float64) { return s.vectors.peak(n) }

func same(a, b int) {
	if a != b {
		panic(fmt.Sprintf("kernel: slices of %d and %d elements: must be equally long", a, b))
	}
}

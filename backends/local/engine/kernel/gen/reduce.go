package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// lanes is how many partial sums a reduction keeps: element i belongs to lane i mod 32. It is the same for both widths, so
// that they add in the same order and give the same bits.
const lanes = 32

// zeros is n accumulators.
func (w width) zeros(n int) []reg.VecVirtual {
	acc := make([]reg.VecVirtual, n)
	for i := range acc {
		acc[i] = w.zero()
	}
	return acc
}

func maxScaled(w width) {
	function(w, "maxScaled", "returns the largest scale*x, -Inf for none.", "x", "scale", "float32")
	scale, lowest := w.broadcast("scale"), w.vec()
	least := GP32()
	MOVL(U32(math.Float32bits(float32(math.Inf(-1)))), least)
	VMOVD(least, lowest.AsX())
	VBROADCASTSS(lowest.AsX(), lowest)
	acc := make([]reg.VecVirtual, lanes/w.lanes)
	for i := range acc {
		acc[i] = w.vec()
		VMOVAPS(lowest, acc[i])
	}
	forEach(w, "x", len(acc), func(g group) {
		for i := range acc {
			x, other := g.load("x", i), w.vec()
			VMULPS(scale, x, x)
			if g.live[i] != nil {
				VMOVAPS(lowest, other)
			}
			VMAXPS(w.orElse(x, other, g.live[i]), acc[i], acc[i])
		}
	})
	Store(w.fold(acc, func(a, b, to reg.Register) { VMAXPS(a, b, to) }), ReturnIndex(0))
	end()
}

func expSum(w width) {
	function(w, "expSum", "computes x = exp(scale*x - shift) and returns the sum.", "x", "scale shift", "float32")
	c, scale, shift := w.expConstants(), w.broadcast("scale"), w.broadcast("shift")
	acc := w.zeros(lanes / w.lanes)
	forEach(w, "x", len(acc), func(g group) {
		for i := range acc {
			x := g.load("x", i)
			VMULPS(scale, x, x)
			VSUBPS(shift, x, x)
			e := c.exp(w, x)
			if g.live[i] != nil {
				e = w.orElse(e, w.zero(), g.live[i])
			}
			VADDPS(e, acc[i], acc[i])
			g.store(e, "x", i)
		}
	})
	Store(w.sum(acc), ReturnIndex(0))
	end()
}

func dot(w width) {
	function(w, "dot", "returns the sum of a*b.", "a b", "", "float32")
	acc := w.zeros(lanes / w.lanes)
	forEach(w, "a b", len(acc), func(g group) {
		for i := range acc {
			VFMADD231PS(g.load("a", i), g.load("b", i), acc[i])
		}
	})
	Store(w.sum(acc), ReturnIndex(0))
	end()
}

func dot3(w width) {
	function(w, "dot3", "returns the sum of (a*b)*c.", "a b c", "", "float32")
	acc := w.zeros(lanes / w.lanes)
	forEach(w, "a b c", len(acc), func(g group) {
		for i := range acc {
			a := g.load("a", i)
			VMULPS(g.load("b", i), a, a)
			VFMADD231PS(g.load("c", i), a, acc[i])
		}
	})
	Store(w.sum(acc), ReturnIndex(0))
	end()
}

// sumSquares keeps half as many lanes, of float64.
func sumSquares(w width) {
	function(w, "sumSquares", "returns the sum of x*x in float64.", "x", "", "float64")
	acc := w.zeros(lanes / w.lanes)
	forEach(w, "x", len(acc)/2, func(g group) {
		for i := range g.live {
			x := g.load("x", i)
			for half := range 2 {
				d := w.vec()
				w.widen(x, half, d)
				VFMADD231PD(d, d, acc[2*i+half])
			}
		}
	})
	add := func(a, b, to reg.Register) { VADDPD(a, b, to) }
	low := w.halve(acc, add)
	high := XMM()
	VPERMILPD(Imm(1), low, high)
	VADDPD(high, low, low)
	Store(low, ReturnIndex(0))
	end()
}

// widen turns the lower or upper half of a vector of float32 into float64.
func (w width) widen(x reg.VecVirtual, half int, d reg.VecVirtual) {
	switch {
	case w.wide() && half == 0:
		VCVTPS2PD(x.AsY(), d)
	case w.wide():
		upper := YMM()
		VEXTRACTF64X4(Imm(1), x, upper)
		VCVTPS2PD(upper, d)
	case half == 0:
		VCVTPS2PD(x.AsX(), d)
	default:
		upper := XMM()
		VEXTRACTF128(Imm(1), x, upper)
		VCVTPS2PD(upper, d)
	}
}

// peak runs as many independent multiply-adds as hide their latency.
func peak(w width) {
	name := "peak" + w.suffix
	TEXT(name, NOSPLIT, "func(n int)")
	Doc(name + " runs n turns of 12 multiply-adds on registers.")
	n := Load(Param("n"), GP64())
	acc, x := w.zeros(peakChains), w.zero()
	TESTQ(n, n)
	JLE(LabelRef("done"))
	Label("loop")
	for i := range acc {
		VFMADD231PS(x, x, acc[i])
	}
	DECQ(n)
	JNE(LabelRef("loop"))
	Label("done")
	end()
}

const peakChains = 12

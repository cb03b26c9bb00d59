package main

import (
	"fmt"
	"math"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// vector writes the vector kernels: elementwise.go and reduce.go hold their bodies.
func vector(w width) {
	for _, kernel := range []func(width){
		exp, addScaled, scale, scaleMul, rmsBack, swiglu, swigluBack, adamW,
		maxScaled, expSum, dot, dot3, sumSquares, peak,
	} {
		kernel(w)
	}
}

// group is the vectors that one turn of a loop works on.
type group struct {
	w     width
	at    reg.GPVirtual // element number
	bases map[string]reg.GPVirtual
	live  []mask // of each vector
}

func (g group) mem(slice string, i int) Mem {
	return Mem{Base: g.bases[slice], Index: g.at, Scale: 4, Disp: 4 * g.w.lanes * i}
}

// load reads vector i of the group from a slice; dead lanes are zero.
func (g group) load(slice string, i int) reg.VecVirtual { return g.w.load(g.mem(slice, i), g.live[i]) }

func (g group) store(v reg.VecVirtual, slice string, i int) { g.w.store(v, g.mem(slice, i), g.live[i]) }

// function begins a kernel over slices of equal length and float parameters.
func function(w width, name, does, slices, params, result string) {
	var args []string
	if slices != "" {
		args = append(args, strings.ReplaceAll(slices, " ", ", ")+" []float32")
	}
	if params != "" {
		args = append(args, strings.ReplaceAll(params, " ", ", ")+" float32")
	}
	name += w.suffix
	TEXT(name, NOSPLIT, fmt.Sprintf("func(%s) %s", strings.Join(args, ", "), result))
	Doc(name + " " + does)
	Pragma("noescape")
}

// forEach runs body over the slices, n vectors a turn, and once more with masks for what is left: the same instructions on the
// same lanes, so that a value never depends on where its element stands.
func forEach(w width, slices string, n int, body func(g group)) {
	g := group{w: w, at: GP64(), bases: map[string]reg.GPVirtual{}, live: make([]mask, n)}
	names := strings.Fields(slices)
	for _, name := range names {
		g.bases[name] = Load(Param(name).Base(), GP64()).(reg.GPVirtual)
	}
	rest := Load(Param(names[0]).Len(), GP64()).(reg.GPVirtual)
	XORQ(g.at, g.at)
	SUBQ(Imm(uint64(n*w.lanes)), rest)
	JLT(LabelRef("rest"))
	Label("loop")
	body(g)
	ADDQ(Imm(uint64(n*w.lanes)), g.at)
	SUBQ(Imm(uint64(n*w.lanes)), rest)
	JGE(LabelRef("loop"))
	Label("rest")
	ADDQ(Imm(uint64(n*w.lanes)), rest)
	JEQ(LabelRef("done"))
	g.live = w.masks(rest, n)
	body(g)
	Label("done")
}

func end() {
	VZEROUPPER()
	RET()
}

// expConstants are the constants of exp.go in package kernel, where their source is.
type expConstants struct {
	lowest, highest, log2e, high, low, one, bias Op
	p                                            [6]Op
}

func (w width) expConstants() expConstants {
	c := expConstants{
		lowest: w.constant(-87.336544), highest: w.constant(89), log2e: w.constant(math.Log2E),
		high: w.constant(0.693359375), low: w.constant(-2.12194440e-4), one: w.constant(1),
	}
	for i, x := range []float32{1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1} {
		c.p[i] = w.constant(x)
	}
	if !w.wide() {
		c.bias = w.bits(127)
	}
	return c
}

// exp returns exp(x) and leaves x as it is.
func (c expConstants) exp(w width, x reg.VecVirtual) reg.VecVirtual {
	r, n, whole := w.vec(), w.vec(), w.vec()
	VMAXPS(c.lowest, x, r)
	VMINPS(c.highest, r, r)
	VMULPS(c.log2e, r, n)
	VCVTPS2DQ(n, whole) // to the nearest
	VCVTDQ2PS(whole, n)
	VFNMADD231PS(c.high, n, r)
	VFNMADD231PS(c.low, n, r)
	p, square := w.vec(), w.vec()
	if w.wide() {
		VMOVAPS(c.p[0], p)
	} else {
		VMOVUPS(c.p[0], p)
	}
	for _, next := range c.p[1:] {
		VFMADD213PS(next, r, p)
	}
	VMULPS(r, r, square)
	VFMADD213PS(r, square, p)
	VADDPS(c.one, p, p)
	if w.wide() {
		k := K()
		VSCALEFPS(n, p, p)
		VCMPPS(Imm(notLess), c.lowest, x, k)
		VMOVAPS_Z(p, k, p)
		return p
	}
	half, keep := YMM(), YMM()
	VPSRAD(Imm(1), whole, half) // 2^n in two factors: 2^128 is not a float32
	VPSUBD(half, whole, whole)
	for _, exponent := range []reg.VecVirtual{half, whole} {
		VPADDD(c.bias, exponent, exponent)
		VPSLLD(Imm(23), exponent, exponent)
		VMULPS(exponent, p, p)
	}
	VCMPPS(Imm(notLess), c.lowest, x, keep)
	VANDPS(keep, p, p)
	return p
}

const notLess = 5 // predicate NLT_US of VCMPPS

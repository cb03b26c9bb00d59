package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// width is a vector width: each kernel is written once and emitted for both.
type width struct {
	suffix string
	lanes  int // floats per register
	rows   int // rows of the largest matrix tile, as many as the registers hold
}

var widths = []width{{"AVX512", 16, 14}, {"AVX2", 8, 6}}

func (w width) wide() bool { return w.lanes == 16 }

func (w width) vec() reg.VecVirtual {
	if w.wide() {
		return ZMM()
	}
	return YMM()
}

func (w width) zero() reg.VecVirtual {
	v := w.vec()
	if w.wide() {
		VPXORD(v, v, v)
	} else {
		VXORPS(v, v, v)
	}
	return v
}

// mask says which lanes of a vector are live: nil for all, a K register (AVX-512) or a vector of sign bits (AVX2).
type mask reg.Register

// masks returns the masks of n vectors of which the first rem lanes in all are live, 0 <= rem < n*lanes.
func (w width) masks(rem reg.GPVirtual, n int) []mask {
	live := make([]mask, n)
	if w.wide() {
		bits := GP64()
		MOVQ(I64(-1), bits)
		BZHIQ(rem, bits, bits)
		for i := range live {
			if i > 0 {
				SHRQ(Imm(16), bits)
			}
			k := K()
			KMOVW(bits.As32(), k)
			live[i] = k
		}
		return live
	}
	at, table := GP64(), GP64()
	MOVQ(rem, at)
	NEGQ(at)
	LEAQ(liveLanes(), table)
	for i := range live {
		v := YMM()
		VMOVUPS(Mem{Base: table, Index: at, Scale: 4, Disp: 4 * (32 + i*w.lanes)}, v)
		live[i] = v
	}
	return live
}

// liveLanes is 32 words of ones followed by 32 words of zeros: read at word 32-n+8*i, it is the mask of vector i of n lanes.
func liveLanes() Mem {
	if table.Symbol.Name == "" {
		table = GLOBL("live", RODATA|NOPTR)
		for i := range 64 {
			DATA(4*i, U32(uint32(0xffffffff*(1-i/32))))
		}
	}
	return table
}

var table Mem

// load reads the live lanes of a vector; the others are zero.
func (w width) load(m Mem, live mask) reg.VecVirtual {
	v := w.vec()
	switch {
	case live == nil:
		VMOVUPS(m, v)
	case w.wide():
		VMOVUPS_Z(m, live, v)
	default:
		VMASKMOVPS(m, live, v)
	}
	return v
}

// store writes the live lanes of a vector.
func (w width) store(v reg.VecVirtual, m Mem, live mask) {
	switch {
	case live == nil:
		VMOVUPS(v, m)
	case w.wide():
		VMOVUPS(v, live, m)
	default:
		VMASKMOVPS(v, live, m)
	}
}

// orElse is v in the live lanes and other, which it may overwrite, in the rest.
func (w width) orElse(v, other reg.VecVirtual, live mask) reg.VecVirtual {
	switch {
	case live == nil:
		return v
	case w.wide():
		VMOVAPS(v, live, other)
	default:
		VBLENDVPS(live, v, other, other)
	}
	return other
}

// broadcast fills a vector with a float32 parameter.
func (w width) broadcast(param string) reg.VecVirtual {
	v := w.vec()
	a, err := Param(param).Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSS(a.Addr, v)
	return v
}

// constant is an operand that holds x in every lane: a register where there are 32 of them, memory where there are 16. It
// must be asked for before the loop that uses it.
func (w width) constant(x float32) Op { return w.bits(math.Float32bits(x)) }

func (w width) bits(x uint32) Op {
	name := fmt.Sprintf("lanes%08x", x)
	m, ok := constants[name]
	if !ok {
		m = GLOBL(name, RODATA|NOPTR)
		for i := range 8 {
			DATA(4*i, U32(x))
		}
		constants[name] = m
	}
	if !w.wide() {
		return m
	}
	v := ZMM()
	VBROADCASTSS(m, v)
	return v
}

var constants = map[string]Mem{}

// sum adds the vectors, a power of two of them, and then the lanes of what remains, as a tree of halves. The result is in the
// lowest lane.
func (w width) sum(acc []reg.VecVirtual) reg.Register {
	return w.fold(acc, func(a, b, to reg.Register) { VADDPS(a, b, to) })
}

// fold is sum with another operation.
func (w width) fold(acc []reg.VecVirtual, op func(a, b, to reg.Register)) reg.Register {
	low, high := w.halve(acc, op), XMM()
	for _, order := range []uint64{0b1110, 0b01} {
		VPERMILPS(Imm(order), low, high)
		op(high, low, low)
	}
	return low
}

// halve combines the vectors and then halves of what remains down to 16 bytes.
func (w width) halve(acc []reg.VecVirtual, op func(a, b, to reg.Register)) reg.Register {
	for n := len(acc) / 2; n > 0; n /= 2 {
		for i := range n {
			op(acc[i+n], acc[i], acc[i])
		}
	}
	top := acc[0]
	if w.wide() {
		half := YMM()
		VEXTRACTF64X4(Imm(1), top, half)
		op(half, top.AsY(), top.AsY())
	}
	half := XMM()
	VEXTRACTF128(Imm(1), top.AsY(), half)
	op(half, top.AsX(), top.AsX())
	return top.AsX()
}

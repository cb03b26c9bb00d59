package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// matmul writes the register tiles of every height, two vectors and one vector wide, and the copying of panels.
func matmul(w width) {
	for vectors := 2; vectors >= 1; vectors-- {
		for rows := 1; rows <= w.rows; rows++ {
			tile(w, rows, vectors)
		}
	}
	copyRows(w)
}

// tile writes c[rows x cols] (+)= a[rows x k] b[k x cols] for cols up to vectors*lanes. A is read in place through its two
// strides, one float at a time; two accumulators per row are the most that the registers hold beside B.
func tile(w width, rows, vectors int) {
	name := fmt.Sprintf("tile%dx%d%s", rows, vectors*w.lanes, w.suffix)
	TEXT(name, NOSPLIT, "func(k int, a []float32, ars, acs int, b []float32, brs int, next *float32, c []float32, ldc, cols int, add bool)")
	Doc(fmt.Sprintf("%s is a tile of %d rows and at most %d columns.", name, rows, vectors*w.lanes))
	Pragma("noescape")
	k := Load(Param("k"), GP64())
	acs, b, brs := floats("acs"), Load(Param("b").Base(), GP64()), floats("brs")
	row, bases := rowAddresses(rows)
	acc := w.zeros(rows * vectors)
	far := w.wide() && rows > 8
	var next reg.GPVirtual
	if far {
		next = Load(Param("next"), GP64()).(reg.GPVirtual)
	}

	Label("loop")
	var right []reg.VecVirtual
	for v := range vectors {
		right = append(right, w.load(Mem{Base: b, Disp: 4 * w.lanes * v}, nil))
	}
	if far { // see tiles.sweep
		PREFETCHT1(Mem{Base: next})
		ADDQ(Imm(32), next)
		for v := range vectors { // out of L2, sixteen turns ahead
			PREFETCHT0(Mem{Base: b, Disp: 2048 + 4*w.lanes*v})
		}
	}
	for i := range rows {
		left := w.vec()
		VBROADCASTSS(row(i), left)
		for v := range vectors {
			VFMADD231PS(right[v], left, acc[i*vectors+v])
		}
	}
	for _, base := range bases {
		ADDQ(acs, base)
	}
	ADDQ(brs, b)
	DECQ(k)
	JNE(LabelRef("loop"))
	storeTile(w, acc, rows, vectors)
}

// floats loads a parameter that counts floats as a count of bytes.
func floats(param string) reg.GPVirtual {
	n := GP64()
	Load(Param(param), n)
	SHLQ(Imm(2), n)
	return n
}

// rowAddresses gives the address of element (i,0) of A for up to 14 rows out of two moving bases and three multiples of the
// row stride, since an address scales its index by 1, 2, 4 or 8 only.
func rowAddresses(rows int) (row func(i int) Mem, bases []reg.GPVirtual) {
	a := GP64()
	Load(Param("a").Base(), a)
	one := floats("ars")
	bases = []reg.GPVirtual{a}
	three, five := GP64(), GP64()
	if rows > 3 {
		LEAQ(Mem{Base: one, Index: one, Scale: 2}, three)
	}
	if rows > 5 {
		LEAQ(Mem{Base: one, Index: one, Scale: 4}, five)
	}
	if rows > 7 {
		seventh := GP64()
		LEAQ(Mem{Base: a, Index: three, Scale: 2}, seventh)
		ADDQ(one, seventh)
		bases = append(bases, seventh)
	}
	return func(i int) Mem {
		base := bases[i/7]
		switch i % 7 {
		case 0:
			return Mem{Base: base}
		case 3:
			return Mem{Base: base, Index: three, Scale: 1}
		case 5:
			return Mem{Base: base, Index: five, Scale: 1}
		case 6:
			return Mem{Base: base, Index: three, Scale: 2}
		default:
			return Mem{Base: base, Index: one, Scale: uint8(i % 7)}
		}
	}, bases
}

// storeTile writes the accumulators to C, or adds them when add; columns from cols on are left alone.
func storeTile(w width, acc []reg.VecVirtual, rows, vectors int) {
	c, ldc := Load(Param("c").Base(), GP64()).(reg.GPVirtual), floats("ldc")
	cols, add := Load(Param("cols"), GP64()).(reg.GPVirtual), Load(Param("add"), GP8())
	if !w.wide() { // masked stores are slow on some of these CPUs
		CMPQ(cols, Imm(uint64(vectors*w.lanes)))
		JNE(LabelRef("masked"))
		storeRows(w, acc, rows, vectors, c, ldc, add, "whole", make([]mask, vectors))
		Label("masked")
	}
	storeRows(w, acc, rows, vectors, c, ldc, add, "part", w.masks(cols, vectors))
}

func storeRows(w width, acc []reg.VecVirtual, rows, vectors int, c, ldc reg.GPVirtual, add reg.Register, name string, live []mask) {
	TESTB(add, add)
	JEQ(LabelRef(name))
	sum := GP64()
	MOVQ(c, sum)
	for i := range rows {
		for v := range vectors {
			old := w.load(Mem{Base: sum, Disp: 4 * w.lanes * v}, live[v])
			VADDPS(old, acc[i*vectors+v], acc[i*vectors+v])
		}
		ADDQ(ldc, sum)
	}
	Label(name)
	for i := range rows {
		for v := range vectors {
			w.store(acc[i*vectors+v], Mem{Base: c, Disp: 4 * w.lanes * v}, live[v])
		}
		if i < rows-1 {
			ADDQ(ldc, c)
		}
	}
	VZEROUPPER()
	RET()
}

// copyRows writes the copying of rows into a panel of one or two vectors.
func copyRows(w width) {
	name := "copyRows" + w.suffix
	TEXT(name, NOSPLIT, "func(dst, src []float32, k, n, stride, width int)")
	Doc(fmt.Sprintf("%s copies k rows of n floats that are stride apart to rows of width floats, %d or %d, and fills up with zeros.",
		name, w.lanes, 2*w.lanes))
	Pragma("noescape")
	dst, src := Load(Param("dst").Base(), GP64()), Load(Param("src").Base(), GP64())
	k, n := Load(Param("k"), GP64()), Load(Param("n"), GP64()).(reg.GPVirtual)
	stride, width := floats("stride"), floats("width")
	live := w.masks(n, 2)
	CMPQ(width, Imm(uint64(8*w.lanes)))
	JEQ(LabelRef("two"))
	for vectors, label := range []string{"one", "two"} {
		Label(label)
		for v := range vectors + 1 {
			w.store(w.load(Mem{Base: src, Disp: 4 * w.lanes * v}, live[v]), Mem{Base: dst, Disp: 4 * w.lanes * v}, nil)
		}
		ADDQ(stride, src)
		ADDQ(width, dst)
		DECQ(k)
		JNE(LabelRef(label))
		VZEROUPPER()
		RET()
	}
}

// transpose8 writes the transposition of 8 x 8 blocks, which both widths use: three rounds of exchanging neighbours, pairs and
// halves.
func transpose8() {
	TEXT("transpose8", NOSPLIT, "func(dst, src []float32, blocks, stride, width int)")
	Doc("transpose8 writes 8 source rows that are stride apart, 8*blocks floats long, as columns of rows that are width apart.")
	Pragma("noescape")
	dst, src := Load(Param("dst").Base(), GP64()), Load(Param("src").Base(), GP64())
	blocks, stride, width := Load(Param("blocks"), GP64()), floats("stride"), floats("width")

	Label("loop")
	from, to := GP64(), GP64()
	MOVQ(src, from)
	rows := make([]reg.VecVirtual, 8)
	for i := range rows {
		rows[i] = YMM()
		VMOVUPS(Mem{Base: from}, rows[i])
		ADDQ(stride, from)
	}
	rows = exchange(rows, 1, func(a, b, low, high reg.VecVirtual) {
		VUNPCKLPS(b, a, low)
		VUNPCKHPS(b, a, high)
	})
	rows = exchange(rows, 2, func(a, b, low, high reg.VecVirtual) {
		VUNPCKLPD(b, a, low)
		VUNPCKHPD(b, a, high)
	})
	rows = exchange(rows, 4, func(a, b, low, high reg.VecVirtual) {
		VPERM2F128(Imm(0x20), b, a, low)
		VPERM2F128(Imm(0x31), b, a, high)
	})
	MOVQ(dst, to)
	for _, i := range []int{0, 2, 1, 3, 4, 6, 5, 7} { // the first round leaves the middle bits swapped
		VMOVUPS(rows[i], Mem{Base: to})
		ADDQ(width, to)
	}
	ADDQ(Imm(32), src)
	MOVQ(to, dst)
	DECQ(blocks)
	JNE(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// exchange applies op to the rows that are distance apart.
func exchange(rows []reg.VecVirtual, distance int, op func(a, b, low, high reg.VecVirtual)) []reg.VecVirtual {
	out := make([]reg.VecVirtual, len(rows))
	for i := range rows {
		if i&distance == 0 {
			out[i], out[i|distance] = YMM(), YMM()
			op(rows[i], rows[i|distance], out[i], out[i|distance])
		}
	}
	return out
}

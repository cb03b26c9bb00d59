package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

func exp(w width) {
	function(w, "exp", "computes dst = exp(x).", "dst x", "", "")
	c := w.expConstants()
	forEach(w, "dst x", 1, func(g group) {
		g.store(c.exp(w, g.load("x", 0)), "dst", 0)
	})
	end()
}

func addScaled(w width) {
	function(w, "addScaled", "computes y += alpha*x.", "y x", "alpha", "")
	alpha := w.broadcast("alpha")
	forEach(w, "y x", 2, func(g group) {
		for i := range g.live {
			y := g.load("y", i)
			VFMADD231PS(g.load("x", i), alpha, y)
			g.store(y, "y", i)
		}
	})
	end()
}

func scale(w width) {
	function(w, "scale", "computes x *= alpha.", "x", "alpha", "")
	alpha := w.broadcast("alpha")
	forEach(w, "x", 2, func(g group) {
		for i := range g.live {
			x := g.load("x", i)
			VMULPS(alpha, x, x)
			g.store(x, "x", i)
		}
	})
	end()
}

func scaleMul(w width) {
	function(w, "scaleMul", "computes y = (alpha*x)*w.", "y x w", "alpha", "")
	alpha := w.broadcast("alpha")
	forEach(w, "y x w", 2, func(g group) {
		for i := range g.live {
			x := g.load("x", i)
			VMULPS(alpha, x, x)
			VMULPS(g.load("w", i), x, x)
			g.store(x, "y", i)
		}
	})
	end()
}

func rmsBack(w width) {
	function(w, "rmsBack", "computes dx += inv*(dy*w) - slope*x and dw += dy*(inv*x).", "dx dw dy x w", "inv slope", "")
	inv, slope := w.broadcast("inv"), w.broadcast("slope")
	forEach(w, "dx dw dy x w", 1, func(g group) {
		dx, dw, dy, x, scale := g.load("dx", 0), g.load("dw", 0), g.load("dy", 0), g.load("x", 0), g.load("w", 0)
		VMULPS(dy, scale, scale)
		VFNMADD231PS(slope, x, dx)
		VFMADD231PS(inv, scale, dx)
		g.store(dx, "dx", 0)
		VMULPS(inv, x, x)
		VFMADD231PS(dy, x, dw)
		g.store(dw, "dw", 0)
	})
	end()
}

// gateOf returns 1 + exp(-g).
func (c expConstants) gateOf(w width, gate, zero reg.VecVirtual) reg.VecVirtual {
	minus := w.vec()
	VSUBPS(gate, zero, minus)
	e := c.exp(w, minus)
	VADDPS(c.one, e, e)
	return e
}

func swiglu(w width) {
	function(w, "swiglu", "computes dst = gate/(1+exp(-gate))*up.", "dst gate up", "", "")
	c, zero := w.expConstants(), w.zero()
	forEach(w, "dst gate up", 1, func(g group) {
		gate := g.load("gate", 0)
		VDIVPS(c.gateOf(w, gate, zero), gate, gate)
		VMULPS(g.load("up", 0), gate, gate)
		g.store(gate, "dst", 0)
	})
	end()
}

func swigluBack(w width) {
	function(w, "swigluBack", "computes dup = dy*(gate*q) and dgate = dy*up*(q*(1+gate*(1-q))) with q = 1/(1+exp(-gate)).",
		"dgate dup dy gate up", "", "")
	c, zero := w.expConstants(), w.zero()
	one := w.vec()
	if w.wide() {
		VMOVAPS(c.one, one)
	} else {
		VMOVUPS(c.one, one)
	}
	forEach(w, "dgate dup dy gate up", 1, func(g group) {
		gate := g.load("gate", 0)
		q, slope := c.gateOf(w, gate, zero), w.vec()
		VDIVPS(q, one, q)
		VSUBPS(q, one, slope)
		VFMADD213PS(one, gate, slope)
		VMULPS(q, slope, slope)
		VMULPS(q, gate, gate)
		dy, up := g.load("dy", 0), g.load("up", 0)
		VMULPS(dy, gate, gate)
		VMULPS(dy, up, up)
		VMULPS(slope, up, up)
		g.store(gate, "dup", 0)
		g.store(up, "dgate", 0)
	})
	end()
}

func adamW(w width) {
	const params = "beta1 rest1 beta2 rest2 correct1 correct2 eps lr keep"
	function(w, "adamW", "is the step of AdamW.", "p g m v", params, "")
	beta1, rest1, beta2, rest2 := w.broadcast("beta1"), w.broadcast("rest1"), w.broadcast("beta2"), w.broadcast("rest2")
	correct1, correct2, eps := w.broadcast("correct1"), w.broadcast("correct2"), w.broadcast("eps")
	lr, keep := w.broadcast("lr"), w.broadcast("keep")
	forEach(w, "p g m v", 1, func(g group) {
		d, m, v, p := g.load("g", 0), g.load("m", 0), g.load("v", 0), g.load("p", 0)
		VMULPS(beta1, m, m)
		VFMADD231PS(rest1, d, m)
		g.store(m, "m", 0)
		VMULPS(d, d, d)
		VMULPS(beta2, v, v)
		VFMADD231PS(rest2, d, v)
		g.store(v, "v", 0)
		VMULPS(correct2, v, v)
		VSQRTPS(v, v)
		VADDPS(eps, v, v)
		VMULPS(correct1, m, m)
		VDIVPS(v, m, m)
		VMULPS(keep, p, p)
		VFNMADD231PS(lr, m, p)
		g.store(p, "p", 0)
	})
	end()
}

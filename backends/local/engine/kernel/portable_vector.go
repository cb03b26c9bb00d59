package kernel

import "math"

func portableVectors() vectors {
	return vectors{
		exp: portableExp, maxScaled: portableMaxScaled, expSum: portableExpSum,
		dot: portableDot, dot3: portableDot3, addScaled: portableAddScaled, scale: portableScale, scaleMul: portableScaleMul,
		rmsBack: portableRMSBack, swiglu: portableSwiGLU, swigluBack: portableSwiGLUBack,
		sumSquares: portableSumSquares, adamW: portableAdamW, peak: portablePeak,
	}
}

func portableExp(dst, x []float32) {
	for i, v := range x {
		dst[i] = expOf(v)
	}
}

func portableMaxScaled(x []float32, scale float32) float32 {
	top := float32(math.Inf(-1))
	for _, v := range x {
		top = max(top, scale*v)
	}
	return top
}

func portableExpSum(x []float32, scale, shift float32) float32 {
	var sum lanes
	for i, v := range x {
		x[i] = expOf(float32(scale*v) - shift)
		sum[i%len(sum)] += x[i]
	}
	return sum.total()
}

// lanes are the partial sums of a reduction: element i belongs to lane i mod 8.
type lanes [8]float32

func (l *lanes) total() float32 {
	return ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]))
}

func portableDot(a, b []float32) float32 {
	var sum lanes
	for len(a) >= len(sum) && len(b) >= len(sum) {
		for l := range sum {
			sum[l] += float32(a[l] * b[l])
		}
		a, b = a[len(sum):], b[len(sum):]
	}
	for l, v := range a {
		sum[l] += float32(v * b[l])
	}
	return sum.total()
}

func portableDot3(a, b, c []float32) float32 {
	var sum lanes
	for i, v := range a {
		sum[i%len(sum)] += float32(float32(v*b[i]) * c[i])
	}
	return sum.total()
}

func portableAddScaled(y, x []float32, alpha float32) {
	for i, v := range x {
		y[i] += float32(alpha * v)
	}
}

func portableScale(x []float32, alpha float32) {
	for i := range x {
		x[i] *= alpha
	}
}

func portableScaleMul(y, x, w []float32, alpha float32) {
	for i, v := range x {
		y[i] = alpha * v * w[i]
	}
}

func portableRMSBack(dx, dw, dy, x, w []float32, inv, slope float32) {
	for i, v := range x {
		dx[i] += float32(inv*(dy[i]*w[i])) - float32(slope*v)
		dw[i] += float32(dy[i] * (inv * v))
	}
}

func portableSwiGLU(dst, gate, up []float32) {
	for i, g := range gate {
		dst[i] = g / (1 + expOf(-g)) * up[i]
	}
}

func portableSwiGLUBack(dgate, dup, dy, gate, up []float32) {
	for i, g := range gate {
		q := 1 / (1 + expOf(-g))
		slope := q * (1 + float32(g*(1-q)))
		d, u := dy[i], up[i]
		dup[i] = d * (g * q)
		dgate[i] = d * u * slope
	}
}

func portableSumSquares(x []float32) float64 {
	var l [8]float64
	for i, v := range x {
		l[i%len(l)] += float64(float64(v) * float64(v))
	}
	return ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]))
}

func portableAdamW(p, g, m, v []float32, beta1, rest1, beta2, rest2, correct1, correct2, eps, lr, keep float32) {
	for i, d := range g {
		m[i] = float32(beta1*m[i]) + float32(rest1*d)
		v[i] = float32(beta2*v[i]) + float32(rest2*float32(d*d))
		root := float32(math.Sqrt(float64(v[i] * correct2)))
		p[i] = float32(p[i]*keep) - float32(lr*(m[i]*correct1/(root+eps)))
	}
}

func portablePeak(n int) float64 {
	var a, b, c, d, e, f, g, h float32
	x := 1 / float32(n+1) // unknown to the compiler
	for range n {
		a = float32(a*x) + x
		b = float32(b*x) + x
		c = float32(c*x) + x
		d = float32(d*x) + x
		e = float32(e*x) + x
		f = float32(f*x) + x
		g = float32(g*x) + x
		h = float32(h*x) + x
	}
	if a+b+c+d+e+f+g+h < 0 { // never: it keeps the compiler from dropping the loop
		return 0
	}
	return float64(n * 8 * 2)
}

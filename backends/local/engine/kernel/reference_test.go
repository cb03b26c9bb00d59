package kernel

import "math"

// The slow, obvious twin of every kernel, in float64.

// refMatMul returns A B and, as the scale of the error that float32 may make, |A| |B|.
func refMatMul(M, N, K int, a, b Mat) (c, size []float64) {
	c, size = make([]float64, M*N), make([]float64, M*N)
	for i := range M {
		for j := range N {
			for k := range K {
				x := float64(a.P[i*a.Rs+k*a.Cs]) * float64(b.P[k*b.Rs+j*b.Cs])
				c[i*N+j] += x
				size[i*N+j] += math.Abs(x)
			}
		}
	}
	return c, size
}

func refDot(a, b []float32) (sum, size float64) {
	for i := range a {
		x := float64(a[i]) * float64(b[i])
		sum += x
		size += math.Abs(x)
	}
	return sum, size
}

func refSoftmax(x []float32, scale float32) (p []float64, lse float64) {
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(float64(scale) * float64(v))
	}
	lse = math.Log(sum)
	for _, v := range x {
		p = append(p, math.Exp(float64(scale)*float64(v)-lse))
	}
	return p, lse
}

func refRMSNorm(x, w []float32, eps float32) (y []float64, inv float64) {
	square, _ := refDot(x, x)
	inv = 1 / math.Sqrt(square/float64(len(x))+float64(eps))
	for i := range x {
		y = append(y, float64(x[i])*inv*float64(w[i]))
	}
	return y, inv
}

func refRMSNormBack(dy, x, w []float32, inv float64) (dx, dw []float64) {
	mean := 0.0
	for i := range x {
		mean += float64(dy[i]) * float64(w[i]) * float64(x[i]) / float64(len(x))
	}
	for i := range x {
		dx = append(dx, inv*(float64(dy[i])*float64(w[i])-float64(x[i])*inv*inv*mean))
		dw = append(dw, float64(dy[i])*float64(x[i])*inv)
	}
	return dx, dw
}

func refSilu(g float64) float64 { return g / (1 + math.Exp(-g)) }

func refSiluSlope(g float64) float64 {
	q := 1 / (1 + math.Exp(-g))
	return q * (1 + g*(1-q))
}

func refAdamW(p, g, m, v float64, a Adam) (p1, m1, v1 float64) {
	m1 = float64(a.Beta1)*m + (1-float64(a.Beta1))*g
	v1 = float64(a.Beta2)*v + (1-float64(a.Beta2))*g*g
	step := m1 * float64(a.Correct1) / (math.Sqrt(v1*float64(a.Correct2)) + float64(a.Eps))
	return p - float64(a.LR)*(step+float64(a.WeightDecay)*p), m1, v1
}

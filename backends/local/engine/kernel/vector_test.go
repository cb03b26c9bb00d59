package kernel

import (
	"fmt"
	"math"
	"testing"
)

// lengths cross every boundary of the loops: 0 to 130 covers two turns of the widest.
func eachLength(test func(n int)) {
	for n := range 131 {
		test(n)
	}
	test(1000)
}

// ulps is how many float32 lie between got and the exact value want, 0 or normal.
func ulps(got float32, want float64) float64 {
	nearest := float32(want)
	unit := math.Nextafter32(float32(math.Abs(float64(nearest))), math.MaxFloat32) - float32(math.Abs(float64(nearest)))
	return math.Abs(float64(got)-want) / float64(unit)
}

func TestExp(t *testing.T) {
	const lowest, overflow = -87.336544, 88.72284
	forEachSet(t, func(t *testing.T, s *Set) {
		var x []float32
		for v := lowest; v < 88.7228; v += 1.0 / 1024 {
			x = append(x, float32(v))
		}
		for e := -149; e < 6; e++ { // tiny and not so tiny, of both signs
			x = append(x, float32(math.Ldexp(1.3, e)), -float32(math.Ldexp(1.3, e)))
		}
		y := make([]float32, len(x))
		s.Exp(y, x)
		worst, where := 0.0, float32(0)
		for i := range x {
			if u := ulps(y[i], math.Exp(float64(x[i]))); u > worst {
				worst, where = u, x[i]
			}
		}
		t.Logf("the worst error of exp is %.3f ulp, at %g", worst, where)
		if worst > 2 {
			t.Errorf("exp(%g) is off by %.3f ulp, want at most 2", where, worst)
		}
		inf := float32(math.Inf(1))
		ends := map[float32]float32{0: 1, -87.3366: 0, -104: 0, -1e30: 0, -inf: 0, 88.7229: inf, 89: inf, 1000: inf, inf: inf}
		for v, want := range ends {
			y := []float32{v}
			if s.Exp(y, y); y[0] != want {
				t.Errorf("exp(%g) = %g, want %g", v, y[0], want)
			}
		}
	})
}

func TestSoftmax(t *testing.T) {
	forEachSet(t, func(t *testing.T, s *Set) {
		eachLength(func(n int) {
			for _, scale := range []float32{1, -.5, 3} {
				x := normals(uint64(n), n)
				p, lse := refSoftmax(x, scale)
				same := append([]float32(nil), x...)
				s.Probabilities(same, scale)
				got := s.Softmax(x, scale)
				sameBits(t, "without the logarithm", x, same)
				if n == 0 {
					if !math.IsInf(float64(got), -1) {
						t.Fatalf("log sum exp of nothing is %g, want -Inf", got)
					}
					return
				}
				near(t, fmt.Sprintf("softmax of %d", n), x, p, p, 2e-6)
				near(t, fmt.Sprintf("log sum exp of %d", n), []float32{got}, []float64{lse}, []float64{1 + math.Abs(lse)}, 1e-6)
			}
		})
		x := []float32{float32(math.Inf(-1)), 1e30, -1e30, 1e30}
		lse := s.Softmax(x, 1)
		sameBits(t, "softmax of huge numbers", []float32{0, .5, 0, .5}, x)
		sameBits(t, "their log sum exp", []float32{1e30}, []float32{lse})
	})
}

func TestRMSNorm(t *testing.T) {
	forEachSet(t, func(t *testing.T, s *Set) {
		eachLength(func(n int) {
			if n == 0 {
				s.RMSNorm(nil, nil, nil, 1e-6)
				s.RMSNormBack(nil, nil, nil, nil, nil, 1)
				return
			}
			x, w, dy := normals(1, n), normals(2, n), normals(3, n)
			want, exact := refRMSNorm(x, w, 1e-6)
			y := make([]float32, n)
			inv := s.RMSNorm(y, x, w, 1e-6)
			near(t, fmt.Sprintf("rmsnorm of %d", n), y, want, absolute(want), 2e-6)
			near(t, "its scale", []float32{inv}, []float64{exact}, []float64{exact}, 1e-6)
			dx, dw := make([]float32, n), make([]float32, n)
			for i := range n {
				dx[i], dw[i] = 1, 2
			}
			s.RMSNormBack(dx, dw, dy, x, w, inv)
			wantX, wantW := refRMSNormBack(dy, x, w, exact)
			sizeX, sizeW := make([]float64, n), make([]float64, n)
			for i := range n {
				wantX[i], wantW[i] = 1+wantX[i], 2+wantW[i]
				sizeX[i] = 1 + exact*(math.Abs(float64(dy[i]*w[i]))+math.Abs(float64(x[i]))*exact*exact*4)
				sizeW[i] = 2 + math.Abs(wantW[i])
			}
			near(t, fmt.Sprintf("the data gradient of %d", n), dx, wantX, sizeX, 4e-6)
			near(t, fmt.Sprintf("the weight gradient of %d", n), dw, wantW, sizeW, 1e-6)
		})
	})
}

func absolute(x []float64) []float64 {
	size := make([]float64, len(x))
	for i := range x {
		size[i] = math.Abs(x[i])
	}
	return size
}

func TestSwiGLU(t *testing.T) {
	forEachSet(t, func(t *testing.T, s *Set) {
		eachLength(func(n int) {
			gate, up, dy := normals(1, n), normals(2, n), normals(3, n)
			for i := range gate {
				gate[i] *= 8
			}
			y, dgate, dup := make([]float32, n), make([]float32, n), make([]float32, n)
			s.SwiGLU(y, gate, up)
			s.SwiGLUBack(dgate, dup, dy, gate, up)
			for i := range gate {
				g, u, d := float64(gate[i]), float64(up[i]), float64(dy[i])
				want := []float64{refSilu(g) * u, d * u * refSiluSlope(g), d * refSilu(g)}
				// the slope vanishes near g = -1.278: its error is that of its two terms
				size := []float64{math.Abs(want[0]), math.Abs(d * u), math.Abs(want[2])}
				near(t, fmt.Sprintf("swiglu of %g", g), []float32{y[i], dgate[i], dup[i]}, want, size, 1e-6)
			}
		})
		gate, one, y, dgate, dup := []float32{-1000, 1000, 0, -90}, []float32{1, 1, 1, 1}, make([]float32, 4), make([]float32, 4), make([]float32, 4)
		s.SwiGLU(y, gate, one)
		s.SwiGLUBack(dgate, dup, one, gate, one)
		for what, got := range map[string][]float32{"silu": y, "the gradient of up": dup} {
			near(t, what+" at its ends", got, []float64{0, 1000, 0, 0}, []float64{1, 0, 1, 1}, 1e-35)
		}
		near(t, "the gradient of gate at its ends", dgate, []float64{0, 1, .5, 0}, []float64{1, 1, 1, 1}, 1e-35)
	})
}

func TestReductions(t *testing.T) {
	forEachSet(t, func(t *testing.T, s *Set) {
		eachLength(func(n int) {
			a, b := normals(1, n), normals(2, n)
			dot, size := refDot(a, b)
			near(t, fmt.Sprintf("dot of %d", n), []float32{s.Dot(a, b)}, []float64{dot}, []float64{size}, 4e-6)
			square, _ := refDot(a, a)
			if got := s.SumSquares(a); math.Abs(got-square) > 1e-13*square {
				t.Fatalf("sum of %d squares: %g, want %g", n, got, square)
			}
		})
	})
}

func TestAddScaledAndScale(t *testing.T) {
	forEachSet(t, func(t *testing.T, s *Set) {
		eachLength(func(n int) {
			x, y, z := normals(1, n), normals(2, n), normals(1, n)
			want, size, scaled := make([]float64, n), make([]float64, n), make([]float32, n)
			for i := range x {
				want[i] = float64(y[i]) + .7*float64(x[i])
				size[i] = math.Abs(float64(y[i])) + math.Abs(float64(x[i]))
				scaled[i] = x[i] * .7
			}
			s.AddScaled(y, x, .7)
			near(t, fmt.Sprintf("adding %d", n), y, want, size, 1e-7)
			s.Scale(z, .7)
			sameBits(t, fmt.Sprintf("scaling %d", n), scaled, z)
		})
	})
}

func TestAdamW(t *testing.T) {
	a := Adam{LR: 1e-2, Beta1: .9, Beta2: .95, Eps: 1e-8, WeightDecay: .1, Correct1: 1 / (1 - .9), Correct2: 1 / (1 - .95)}
	forEachSet(t, func(t *testing.T, s *Set) {
		eachLength(func(n int) {
			p, g, m, v := normals(1, n), normals(2, n), normals(3, n), normals(4, n)
			want, size := make([]float64, 3*n), make([]float64, 3*n)
			for i := range p {
				v[i] *= v[i]
				d := float64(g[i])
				want[i], want[n+i], want[2*n+i] = refAdamW(float64(p[i]), d, float64(m[i]), float64(v[i]), a)
				size[i] = math.Abs(float64(p[i])) + math.Abs(want[i])
				size[n+i] = math.Abs(float64(m[i])) + math.Abs(d)
				size[2*n+i] = want[2*n+i]
			}
			before := append([]float32(nil), g...)
			s.AdamW(p, g, m, v, a)
			near(t, fmt.Sprintf("weights and moments of %d", n), append(append(p, m...), v...), want, size, 2e-6)
			sameBits(t, "the gradient", before, g)
		})
	})
}

// TestElementsAlone holds that an elementwise value does not depend on its neighbours, its offset or the length of the slice.
func TestElementsAlone(t *testing.T) {
	const n = 150
	a := Adam{LR: 1e-2, Beta1: .9, Beta2: .95, Eps: 1e-8, WeightDecay: .1, Correct1: 10, Correct2: 20}
	// Each kernel works on five slices, in place.
	kernels := map[string]func(s *Set, x [5][]float32){
		"exp":         func(s *Set, x [5][]float32) { s.Exp(x[0], x[1]) },
		"add scaled":  func(s *Set, x [5][]float32) { s.AddScaled(x[0], x[1], .3) },
		"scale":       func(s *Set, x [5][]float32) { s.Scale(x[0], .3) },
		"swiglu":      func(s *Set, x [5][]float32) { s.SwiGLU(x[0], x[1], x[2]) },
		"swiglu back": func(s *Set, x [5][]float32) { s.SwiGLUBack(x[0], x[1], x[2], x[3], x[4]) },
		"adamw":       func(s *Set, x [5][]float32) { s.AdamW(x[0], x[1], x[2], x[3], a) },
		"scale mul":   func(s *Set, x [5][]float32) { s.vectors.scaleMul(x[0], x[1], x[2], .3) },
		"rms back":    func(s *Set, x [5][]float32) { s.vectors.rmsBack(x[0], x[1], x[2], x[3], x[4], .3, .7) },
	}
	fresh := func() (x [5][]float32) {
		for i := range x {
			x[i] = normals(uint64(i), n)
			for j := range x[i] {
				x[i][j] = float32(math.Abs(float64(x[i][j]))) // the second moment of AdamW is not negative
			}
		}
		return x
	}
	forEachSet(t, func(t *testing.T, s *Set) {
		for name, run := range kernels {
			want := fresh()
			run(s, want)
			for _, step := range []int{1, 3, 13, 31, 67} {
				got := fresh()
				for lo := 0; lo < n; lo += step {
					part := got
					for i := range part {
						part[i] = part[i][lo:min(lo+step, n)]
					}
					run(s, part)
				}
				for i := range want {
					sameBits(t, fmt.Sprintf("%s in pieces of %d", name, step), want[i], got[i])
				}
			}
		}
	})
}

func TestLog(t *testing.T) {
	for x := 1e-30; x < 1e30; x *= 1.37 {
		if got, want := logOf(x), math.Log(x); math.Abs(got-want) > 1e-15*max(1, math.Abs(want)) {
			t.Errorf("log(%g) = %.17g, want %.17g", x, got, want)
		}
	}
}

package stats

import "math"

// Overoptimized is how a true reward moves with the distance d from the policy that
// training began with, d = sqrt(KL), while it is trained against a proxy of that
// reward (Gao, Schulman and Hilton 2023).
type Overoptimized struct {
	Alpha, Beta float64
	Peak        float64 // the d of the highest reward; +Inf when the fit never turns down
}

// FitRL fits R(d) = d (alpha - beta ln d), their form for reinforcement learning, by
// least squares: d and what the true reward gained over d = 0. Points at d = 0 say
// nothing and are passed over. ok is false below four others, and where they leave
// the two numbers open.
func FitRL(d, gained []float64) (fit Overoptimized, ok bool) {
	fit, ok = fitTwo(d, gained, func(d float64) float64 { return -float64(d * math.Log(d)) })
	if fit.Peak = math.Inf(1); fit.Beta > 0 {
		fit.Peak = math.Exp(fit.Alpha/fit.Beta - 1)
	}
	return fit, ok
}

// FitBestOfN fits R(d) = d (alpha - beta d), their form for the best of n.
func FitBestOfN(d, gained []float64) (fit Overoptimized, ok bool) {
	fit, ok = fitTwo(d, gained, func(d float64) float64 { return -float64(d * d) })
	if fit.Peak = math.Inf(1); fit.Beta > 0 {
		fit.Peak = fit.Alpha / (2 * fit.Beta)
	}
	return fit, ok
}

// fitTwo solves the normal equations of y = alpha d + beta second(d).
func fitTwo(d, y []float64, second func(float64) float64) (Overoptimized, bool) {
	var n, aa, ab, bb, ay, by float64
	for i, x := range d {
		if !(x > 0) || math.IsNaN(y[i]) {
			continue
		}
		z := second(x)
		n++
		aa, ab, bb = aa+float64(x*x), ab+float64(x*z), bb+float64(z*z)
		ay, by = ay+float64(x*y[i]), by+float64(z*y[i])
	}
	det := float64(aa*bb) - float64(ab*ab)
	if n < 4 || !(det > 1e-12*aa*bb) {
		return Overoptimized{}, false
	}
	return Overoptimized{Alpha: (float64(bb*ay) - float64(ab*by)) / det, Beta: (float64(aa*by) - float64(ab*ay)) / det}, true
}

// BestOfNKL is how far, in nats, picking the best of n is from answering once, for a
// reward without ties: ln n - (n-1)/n.
func BestOfNKL(n int) float64 { return math.Log(float64(n)) - float64(n-1)/float64(n) }

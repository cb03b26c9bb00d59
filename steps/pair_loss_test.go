package steps

import (
	"fmt"
	"math"
	"testing"
)

var pairLosses = []pairLoss{
	{name: "sigmoid", beta: .1}, {name: "sigmoid", beta: .3, smoothing: .2}, {name: "robust", beta: .2, smoothing: .1}, {name: "hinge", beta: .1},
	{name: "ipo", beta: .1}, {name: "sigmoid_norm", beta: 2}, {name: "apo_zero", beta: .2}, {name: "sigmoid", beta: .1, anchor: .7},
}

// The derivatives are those of the loss, by central differences.
func TestPairLossSlopes(t *testing.T) {
	const eps = 1e-5
	for _, l := range pairLosses {
		for _, x := range [][2]side{{{-20, -22, 14}, {-31, -30, 9}}, {{-9, -8, 3}, {-40, -44, 21}}, {{-5, -5, 4}, {-7, -7, 6}}} {
			_, byChosen, byRejected := l.of(x[0], x[1])
			at := func(c, r float64) float64 {
				a, b := x[0], x[1]
				a.policy, b.policy = a.policy+c, b.policy+r
				loss, _, _ := l.of(a, b)
				return loss
			}
			for name, d := range map[string][2]float64{"chosen": {byChosen, (at(eps, 0) - at(-eps, 0)) / (2 * eps)}, "rejected": {byRejected, (at(0, eps) - at(0, -eps)) / (2 * eps)}} {
				if math.Abs(d[0]-d[1]) > 1e-6*max(1, math.Abs(d[1])) {
					t.Errorf("%+v, %+v: by the %s answer %v, by differences %v", l, x, name, d[0], d[1])
				}
			}
		}
	}
}

// At the reference the sigmoid loss is ln 2 and its slopes are beta/2, and ipo is 1/(4 beta^2).
func TestPairLossAtTheReference(t *testing.T) {
	same := side{-12, -12, 5}
	if loss, c, r := (pairLoss{name: "sigmoid", beta: .1}).of(same, same); math.Abs(loss-math.Ln2) > 1e-15 || c != -.05 || r != .05 {
		t.Errorf("sigmoid: %v, slopes %v and %v", loss, c, r)
	}
	if loss, _, _ := (pairLoss{name: "ipo", beta: .1}).of(same, same); math.Abs(loss-25) > 1e-12 {
		t.Errorf("ipo: %v, want 25", loss)
	}
}

// No margin is too large to be a number.
func TestPairLossFarAway(t *testing.T) {
	for _, l := range pairLosses {
		for _, far := range []float64{-1e5, 1e5} {
			loss, c, r := l.of(side{far, 0, 3}, side{-far, 0, 4})
			if s := fmt.Sprint(loss, c, r); math.IsNaN(loss+c+r) || math.IsInf(loss+c+r, 0) {
				t.Errorf("%+v at %v: %s", l, far, s)
			}
		}
	}
}

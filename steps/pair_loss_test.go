package steps

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
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

// The values are TRL's, on the same log probabilities.
func TestPairLossIsTRLs(t *testing.T) {
	raw, err := os.ReadFile("testdata/pair_losses.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Cases []struct {
			Loss             string
			Beta             float64
			LabelSmoothing   float64   `json:"label_smoothing"`
			Chosen, Rejected []float64 // by token
			RefChosen        []float64 `json:"ref_chosen"`
			RefRejected      []float64 `json:"ref_rejected"`
			Value            float64
			ByChosen         float64 `json:"by_chosen"`
			ByRejected       float64 `json:"by_rejected"`
		}
	}
	if err := json.Unmarshal(raw, &golden); err != nil || len(golden.Cases) != 18 {
		t.Fatalf("%d cases, %v", len(golden.Cases), err)
	}
	sum := func(xs []float64) (s float64) {
		for _, x := range xs {
			s += x
		}
		return s
	}
	for _, g := range golden.Cases {
		l := pairLoss{name: g.Loss, beta: g.Beta, smoothing: g.LabelSmoothing}
		loss, c, r := l.of(side{sum(g.Chosen), sum(g.RefChosen), float64(len(g.Chosen))}, side{sum(g.Rejected), sum(g.RefRejected), float64(len(g.Rejected))})
		for name, x := range map[string][2]float64{"loss": {loss, g.Value}, "by chosen": {c, g.ByChosen}, "by rejected": {r, g.ByRejected}} {
			if math.Abs(x[0]-x[1]) > 1e-9*max(1, math.Abs(x[1])) {
				t.Errorf("%s, %d and %d tokens: %s %v, TRL %v", g.Loss, len(g.Chosen), len(g.Rejected), name, x[0], x[1])
			}
		}
	}
}

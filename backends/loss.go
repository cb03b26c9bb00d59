package backends

import (
	"fmt"
	"math"
)

// Loss names a per-token loss and its settings, by Tinker's names
// (cross_entropy, importance_sampling, ppo, cispo, dro).
//
// With p the logprob under the model being trained, q the one in
// Datum.Logprobs, A the advantage, w the weight and r = exp(p-q), the loss is
// the sum over all tokens of
//
//	cross_entropy        -w*p
//	importance_sampling  -r*A
//	ppo                  -min(r*A, clip(r, Low, High)*A)   Schulman et al. 2017, eq. 7
//	cispo                -sg[clip(r, Low, High)]*p*A       MiniMax-M1 2025, eq. 4
//	dro                  -(p*A - Beta/2*(p-q)^2)           Richemond et al. 2024
type Loss struct {
	Name      string
	Low, High float64 // bounds of r; both 0 means .8 and 1.2 for ppo, 0 and 4 for cispo
	Beta      float64 // dro only; there is no default
}

// CrossEntropy is the weighted log loss.
var CrossEntropy = Loss{Name: "cross_entropy"}

// Check refuses an unknown loss, missing settings and data whose slices do not
// fit together; backends call it before they compute.
func (l Loss) Check(data []Datum) error {
	switch l.Name {
	case "cross_entropy", "importance_sampling", "ppo", "cispo":
	case "dro":
		if l.Beta <= 0 {
			return fmt.Errorf("loss dro has beta %v - say a positive one", l.Beta)
		}
	default:
		return fmt.Errorf("there is no loss %q - one of cross_entropy, importance_sampling, ppo, cispo, dro", l.Name)
	}
	for i, d := range data {
		n := len(d.Tokens)
		fits := len(d.Targets) == n && n > 0
		if l.Name == "cross_entropy" {
			fits = fits && len(d.Weights) == n
		} else {
			fits = fits && len(d.Logprobs) == n && len(d.Advantages) == n
		}
		if !fits {
			return fmt.Errorf("datum %d has %d tokens, %d targets, %d weights, %d logprobs, %d advantages - loss %s needs its own to be equally many, at least one",
				i, n, len(d.Targets), len(d.Weights), len(d.Logprobs), len(d.Advantages), l.Name)
		}
	}
	return nil
}

// Token gives the loss of target i of d when its logprob is p, and the
// derivative of the loss with respect to p.
func (l Loss) Token(d *Datum, i int, p float64) (loss, grad float64) {
	if l.Name == "cross_entropy" {
		w := float64(d.Weights[i])
		return -w * p, -w
	}
	q, a := float64(d.Logprobs[i]), float64(d.Advantages[i])
	r := math.Exp(p - q)
	switch l.Name {
	case "importance_sampling":
		return -r * a, -r * a
	case "ppo":
		low, high := l.bounds(.8, 1.2)
		clipped := min(max(r, low), high)
		if clipped*a < r*a { // the bound holds: it is constant in p
			return -clipped * a, 0
		}
		return -r * a, -r * a
	case "cispo":
		low, high := l.bounds(0, 4)
		c := min(max(r, low), high)
		return -c * p * a, -c * a
	case "dro":
		return -(p*a - l.Beta/2*(p-q)*(p-q)), -(a - l.Beta*(p-q))
	}
	panic("backends: loss " + l.Name + " was not checked")
}

func (l Loss) bounds(low, high float64) (float64, float64) {
	if l.Low == 0 && l.High == 0 {
		return low, high
	}
	return l.Low, l.High
}

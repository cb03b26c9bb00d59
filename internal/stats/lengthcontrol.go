package stats

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// Duel is one comparison of a text with another of the same prompt.
type Duel struct {
	Key           string  // the prompt, or the person: duels with equal keys are one cluster
	Won           float64 // 1 when the text won, 0 when the other did, 0.5 for a tie
	Length, Other int     // characters of the text and of the other
}

// LengthControlled is how often texts win, with and without what their length
// wins for them.
type LengthControlled struct {
	Rate       float64 // mean of Won: ties are half
	Controlled float64 // the rate that is left where both texts are equally long
	Interval   Interval
	Slope      float64 // of the logit, per tanh of a length difference in standard deviations: above 0 longer texts win
	Alike      int     // duels whose lengths differ by less than a fifth
	AlikeRate  float64 // mean of Won in them; NaN when there are none
}

// lengthRidge holds the slope where the lengths say little of it; lengthSteps
// bound Newton's method, which needs a handful.
const (
	lengthRidge = .01
	lengthSteps = 50
)

// LengthControl fits who wins to the difference in length,
//
//	logit P(won) = theta + phi tanh(D / sd(D)),  D = Length - Other
//
// by Newton's method with a ridge of 0.01 on phi, and tells 1/(1+exp(-theta)),
// the win rate at equal lengths. It is the length-controlled win rate of
// AlpacaEval 2 (Dubois et al. 2024) without its table of how hard each prompt is,
// and keeps its identities: exchanging the sides gives 1 minus the rate, and a
// policy against itself 0.5. Where all lengths are equal it is Rate.
//
// The interval is that of n resamples of the clusters drawn from r, each fitted
// anew (percentiles); duels that all end alike get Wilson's of their clusters.
// Where few duels are Alike the controlled rate is an extrapolation: read it
// beside AlikeRate. Without duels all is NaN. It panics if n is not positive.
func LengthControl(duels []Duel, confidence float64, n int, r *rand.Rand) LengthControlled {
	mustBeShare(confidence)
	if n < 1 {
		panic("stats: a bootstrap needs resamples")
	}
	unknown := Interval{math.Inf(-1), math.Inf(1)}
	if len(duels) == 0 {
		return LengthControlled{math.NaN(), math.NaN(), unknown, math.NaN(), 0, math.NaN()}
	}
	clusters := duelsByKey(duels)
	all := slices.Concat(clusters...)
	theta, phi := fitLength(all, lengthRidge)
	out := LengthControlled{Rate: won(all), Controlled: sigmoid(theta), Slope: phi, Interval: unknown}
	alike := slices.DeleteFunc(slices.Clone(all), func(d Duel) bool { return !d.alike() })
	out.Alike, out.AlikeRate = len(alike), won(alike)

	g := len(clusters)
	switch one := all[0].Won; {
	case !slices.ContainsFunc(all, func(d Duel) bool { return d.Won != one }):
		out.Interval = unanimous(out.Controlled, 0, 1, g, confidence)
	case g > 1:
		rates := make([]float64, n)
		var drawn []Duel
		for i := range rates {
			drawn = drawn[:0]
			for range g {
				drawn = append(drawn, clusters[r.IntN(g)]...)
			}
			theta, _ := fitLength(drawn, lengthRidge)
			rates[i] = sigmoid(theta)
		}
		out.Interval = percentiles(rates, confidence)
	}
	return out
}

// duelsByKey are the clusters, in the order of their keys; those of a cluster stand
// in an order of their own, so that shuffled duels give the same bits.
func duelsByKey(duels []Duel) [][]Duel {
	order := slices.Clone(duels)
	slices.SortFunc(order, func(x, y Duel) int {
		return cmp.Or(cmp.Compare(x.Key, y.Key), cmp.Compare(x.Won, y.Won), cmp.Compare(x.Length, y.Length), cmp.Compare(x.Other, y.Other))
	})
	var out [][]Duel
	for i, d := range order {
		if i == 0 || d.Key != order[i-1].Key {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], d)
	}
	return out
}

func won(duels []Duel) float64 {
	sum := 0.0
	for _, d := range duels {
		sum += d.Won
	}
	return sum / float64(len(duels))
}

// alike says whether the lengths differ by less than a fifth of the other's.
func (d Duel) alike() bool {
	return d.Length == d.Other || math.Abs(float64(d.Length)/float64(d.Other)-1) < .2
}

// fitLength returns theta and phi. Of duels that all end alike the rate is taken as it is.
func fitLength(duels []Duel, ridge float64) (theta, phi float64) {
	if rate := won(duels); rate == 0 || rate == 1 {
		return math.Inf(int(2*rate) - 1), 0
	}
	x := lengths(duels)
	for range lengthSteps {
		g0, g1, h00, h01, h11 := 0.0, -float64(ridge*phi), 0.0, 0.0, ridge
		for i, d := range duels {
			mu := sigmoid(theta + float64(phi*x[i]))
			w := mu * (1 - mu)
			g0 += d.Won - mu
			g1 += float64((d.Won - mu) * x[i])
			h00 += w
			h01 += float64(w * x[i])
			h11 += float64(w * x[i] * x[i])
		}
		det := float64(h00*h11) - float64(h01*h01)
		if !(det > 1e-300) {
			break
		}
		// A step of more than 2 goes where the curvature is not that of here.
		d0 := (float64(h11*g0) - float64(h01*g1)) / det
		d1 := (float64(h00*g1) - float64(h01*g0)) / det
		short := min(1, 2/max(math.Abs(d0), math.Abs(d1), 1e-300))
		theta, phi = theta+float64(short*d0), phi+float64(short*d1)
		if math.Abs(d0)+math.Abs(d1) < 1e-12 {
			break
		}
	}
	return theta, phi
}

// lengths are tanh(D/sd(D)), all 0 where nothing differs.
func lengths(duels []Duel) []float64 {
	x := make([]float64, len(duels))
	mean, squares := 0.0, 0.0
	for i, d := range duels {
		x[i] = float64(d.Length - d.Other)
		mean += x[i] / float64(len(duels))
	}
	for _, v := range x {
		squares += float64((v - mean) * (v - mean))
	}
	sd := math.Sqrt(squares / float64(len(duels)-1))
	for i, v := range x {
		// One duel, or all lengths shifted alike, has no spread to measure by.
		if x[i] = 0; sd > 0 {
			x[i] = math.Tanh(v / sd)
		}
	}
	return x
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// percentiles are the ends that leave out as much of the replicates on both sides;
// it sorts them.
func percentiles(replicates []float64, confidence float64) Interval {
	slices.Sort(replicates)
	return Interval{quantile(replicates, (1-confidence)/2), quantile(replicates, (1+confidence)/2)}
}

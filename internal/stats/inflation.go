package stats

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Inflation says by how much the mean of the best of several candidates is
// expected to be too high, because it is the best on these very clusters: the
// bootstrap estimate of optimism (Efron 1983; Efron and Tibshirani 1993, chapter
// 17) for the rule "take the highest mean",
//
//	1/n sum over b of ( max over k of m*_bk - m_k(b) )
//
// where resample b draws as many clusters as there are, with replacement and the
// same for all candidates, m*_bk is the mean of candidate k in it, k(b) the
// candidate that is best there (of equals the first) and m_k the mean on all
// clusters. Tibshirani and Tibshirani (2009) correct the minimum of a
// cross-validation in the same spirit. The estimate is rough: of equal candidates
// it finds about three quarters of the truth (TestInflationOfEquals), since the
// resampled candidates differ where the true ones do not. A fresh test set has no
// need of it.
//
// It is 0 for a single candidate, +Inf for fewer than two clusters, and NaN
// without candidates or outcomes. It panics if n is not positive.
func Inflation(candidates [][]Cluster, n int, r *rand.Rand) float64 {
	if n < 1 {
		panic("stats: a bootstrap needs resamples")
	}
	c := chosen(candidates)
	switch {
	case len(c) == 0 || slices.ContainsFunc(c, func(s sample) bool { return s.n == 0 }):
		return math.NaN()
	case len(c) == 1:
		return 0
	case len(c[0].tallies) < 2:
		return math.Inf(1)
	}
	sum := 0.0
	for range n {
		sum += c.optimism(r.IntN)
	}
	return max(sum/float64(n), 0) // all resamples together cannot give less, since the mean of a maximum is at least the maximum of the means
}

// choice is some candidates over the union of their keys.
type choice []sample

func chosen(candidates [][]Cluster) choice {
	var c choice
	var keys []string
	for _, clusters := range candidates {
		s := tallied(clusters)
		c = append(c, s)
		for _, t := range s.tallies {
			keys = append(keys, t.key)
		}
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	for i := range c {
		c[i] = c[i].over(keys)
	}
	return c
}

// optimism is by how much the best candidate of one resample is better there than
// it is on all clusters.
func (c choice) optimism(draw func(int) int) float64 {
	sums, counts := make([]float64, len(c)), make([]int, len(c))
	for range c[0].tallies {
		at := draw(len(c[0].tallies))
		for k, s := range c {
			sums[k] += s.tallies[at].sum
			counts[k] += s.tallies[at].n
		}
	}
	best, top := -1, 0.0
	for k := range c {
		if mean := sums[k] / float64(counts[k]); counts[k] > 0 && (best < 0 || mean > top) {
			best, top = k, mean
		}
	}
	if best < 0 {
		return 0 // none has an outcome in the resample
	}
	return top - c[best].mean()
}

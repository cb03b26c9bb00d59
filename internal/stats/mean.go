package stats

import "math"

// Wilson returns the score interval of a share of successes among n
// independent trials (Wilson 1927), z standard deviations wide to each side:
//
//	(p + z^2/2n ± z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n)
//
// No trials leave [0, 1]. It panics unless 0 <= successes <= n.
func Wilson(successes, n int, z float64) Interval {
	if successes < 0 || successes > n {
		panic("stats: successes outside 0..n")
	}
	if n == 0 {
		return Interval{0, 1}
	}
	return wilson(float64(successes)/float64(n), float64(n), z)
}

// wilson is Wilson's interval of a share p whose variance is that of n
// independent trials; n need not be whole.
func wilson(p, n, z float64) Interval {
	zz := z * z / n
	center := (p + zz/2) / (1 + zz)
	half := z * math.Sqrt(p*(1-p)/n+zz/n/4) / (1 + zz)
	// Rounding must not put p outside, nor the ends off 0 and 1.
	return Interval{max(min(center-half, p), 0), min(max(center+half, p), 1)}
}

// MeanClustered returns the mean of all outcomes, each counted once whatever
// the size of its cluster, and an interval for it that treats the clusters as
// the random draw.
//
// Scores get a t interval with G-1 degrees of freedom around the mean of G
// clusters, from the CR1 cluster-robust standard error. Shares of 0/1 outcomes
// near 0 or 1 are too lopsided for that, so theirs is Wilson's interval with
// the trials counted as the p(1-p)/se^2 independent ones the standard error is
// worth and the same t (Dean and Pagano 2015); with one outcome per cluster it
// is Wilson's interval itself. 0/1 clusters that all have the same mean leave
// no spread to measure: when all outcomes are equal the interval is Wilson's of
// G trials, else the same bound on dissenting clusters.
//
// One cluster leaves the interval unbounded ([0, 1] for 0/1 outcomes), none
// makes the mean NaN as well. Skewed scores from fewer than about 30 clusters
// are better served by MeanBootstrap.
func MeanClustered(clusters []Cluster, confidence float64) (float64, Interval) {
	s := tallied(clusters)
	return s.mean(), s.interval(confidence)
}

func (s sample) interval(confidence float64) Interval {
	g, p := len(s.tallies), s.mean()
	se := standardError(g, s.influence)
	switch {
	case !s.binary || g == 0:
		return around(p, se, g, confidence)
	case g == 1:
		return Interval{0, 1}
	case g == s.n:
		return wilson(p, float64(g), ZQuantile(confidence))
	case se == 0:
		return unanimous(p, 0, 1, g, confidence)
	}
	return wilson(p, p*(1-p)/(se*se), tQuantile(confidence, g-1))
}

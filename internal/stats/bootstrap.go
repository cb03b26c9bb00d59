package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"
)

// MeanBootstrap returns the mean of MeanClustered with a bias-corrected and
// accelerated bootstrap interval (BCa, Efron 1987): n times, as many clusters
// as there are get drawn with replacement from r. It assumes no shape of the
// scores, which pays for skewed ones; a few thousand resamples settle a 95%
// interval. Clusters that all have the same mean, or fewer than two, leave
// nothing to resample and get the interval of MeanClustered. It panics if n is
// not positive.
func MeanBootstrap(clusters []Cluster, confidence float64, n int, r *rand.Rand) (float64, Interval) {
	mustBeShare(confidence)
	if n < 1 {
		panic("stats: a bootstrap needs resamples")
	}
	s := tallied(clusters)
	if se := standardError(len(s.tallies), s.influence); se == 0 || math.IsInf(se, 1) {
		return s.mean(), s.interval(confidence)
	}
	replicates := make([]float64, n)
	for i := range replicates {
		replicates[i] = s.resampledMean(r.IntN)
	}
	return s.mean(), bca(replicates, s.mean(), s.acceleration(), confidence)
}

// resampledMean is the mean of as many clusters as s has, each chosen by draw(G).
func (s sample) resampledMean(draw func(int) int) float64 {
	var sum float64
	var n int
	for range s.tallies {
		t := s.tallies[draw(len(s.tallies))]
		sum += t.sum
		n += t.n
	}
	return sum / float64(n)
}

// bca reads the BCa interval off bootstrap replicates of an estimate, which it
// sorts; ties with the estimate count half.
func bca(replicates []float64, estimate, acceleration, confidence float64) Interval {
	slices.Sort(replicates)
	b := float64(len(replicates))
	below := sort.SearchFloat64s(replicates, estimate)
	upTo := sort.Search(len(replicates), func(i int) bool { return replicates[i] > estimate })
	// Few resamples may all fall on one side, and 0 and 1 have no quantile.
	share := min(max(float64(below+upTo)/(2*b), 0.5/b), 1-0.5/b)

	bias := distuv.UnitNormal.Quantile(share)
	end := func(z float64) float64 {
		corrected := bias + (bias+z)/(1-float64(acceleration*(bias+z)))
		return quantile(replicates, distuv.UnitNormal.CDF(corrected))
	}
	z := ZQuantile(confidence)
	return Interval{end(-z), end(z)}
}

// acceleration is that of the mean's jackknife values.
func (s sample) acceleration() float64 {
	left := make([]float64, len(s.tallies))
	for i, t := range s.tallies {
		left[i] = (s.sum - t.sum) / float64(s.n-t.n)
	}
	return skew(left)
}

// skew is a sixth of the skewness of jackknife values, each leaving out one
// cluster.
func skew(left []float64) float64 {
	g := float64(len(left))
	var center float64
	for _, x := range left {
		center += x / g
	}
	var squares, cubes float64
	for _, x := range left {
		d := center - x
		squares += float64(d * d)
		cubes += float64(d * d * d)
	}
	if squares == 0 {
		return 0
	}
	return cubes / (6 * math.Pow(squares, 1.5))
}

// quantile interpolates linearly between order statistics (type 7 of Hyndman
// and Fan 1996).
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + float64((at-float64(i))*(sorted[i+1]-sorted[i]))
}

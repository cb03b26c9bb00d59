package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// NeededClusters returns how many more clusters like those seen it would take
// to find the observed difference of b and a at level alpha (two-sided) with
// the given power, if it is the true one:
//
//	G = ((z_{1-alpha/2} + z_power) sd / difference)^2
//
// with sd that of the difference per cluster (normal approximation). It is 0
// when the interval of PairedClustered at 1-alpha already leaves out zero, at
// least 1 when it does not, and -1 when no number would do: the difference is
// exactly zero, or fewer than two clusters leave its spread unknown.
func NeededClusters(a, b []Cluster, power, alpha float64) int {
	c := contrasted(a, b)
	g, d := c.clusters(), c.difference()
	if g < 2 || d == 0 || math.IsNaN(d) {
		return -1
	}
	if iv := c.interval(1 - alpha); iv.Low > 0 || iv.High < 0 {
		return 0
	}
	sd := c.standardError() * math.Sqrt(float64(g))
	root := (ZQuantile(1-alpha) + powerQuantile(power)) * sd / d
	return max(1, ceil(root*root)-g)
}

// TwoProportionN returns the number of independent trials each of two arms
// needs to tell the shares p1 and p2 apart at level alpha (two-sided) with the
// given power, the pooled share giving the variance under no difference (Fleiss,
// Levin and Paik 2003, chapter 4). It is -1 when the shares are equal. Samples of
// one topic are not independent trials: multiply by 1+(m-1)*ICC for m of them.
func TwoProportionN(p1, p2, alpha, power float64) int {
	if p1 == p2 {
		return -1
	}
	pooled := (p1 + p2) / 2
	null := math.Sqrt(2 * pooled * (1 - pooled))
	alternative := math.Sqrt(p1*(1-p1) + float64(p2*(1-p2)))
	root := (float64(ZQuantile(1-alpha)*null) + float64(powerQuantile(power)*alternative)) / (p2 - p1)
	return ceil(root * root)
}

// powerQuantile is the one-sided normal quantile.
func powerQuantile(power float64) float64 {
	mustBeShare(power)
	return distuv.UnitNormal.Quantile(power)
}

// ceil rounds up to a count, at most the largest 32-bit one: beyond it only the
// magnitude means anything.
func ceil(x float64) int { return int(math.Ceil(min(x, math.MaxInt32))) }

package stats

import "math"

// Unpaired returns mean(b) minus mean(a) of independent samples, with an interval
// from those of the means (Zou and Donner 2008):
//
//	[d - sqrt((mb-lb)^2 + (ua-ma)^2), d + sqrt((ub-mb)^2 + (ma-la)^2)]
//
// where [la, ua] and [lb, ub] are what MeanClustered gives. For 0/1 outcomes, one
// per cluster, this is Newcombe's (1998) method 10. Keys are not looked at:
// clusters that both sides have make the interval wider than it need be where
// they move alike. An end that a mean lacks is infinite here too.
func Unpaired(a, b []Cluster, confidence float64) (difference float64, iv Interval) {
	ma, ia := MeanClustered(a, confidence)
	mb, ib := MeanClustered(b, confidence)
	d := mb - ma
	return d, Interval{d - math.Hypot(mb-ib.Low, ia.High-ma), d + math.Hypot(ib.High-mb, ma-ia.Low)}
}

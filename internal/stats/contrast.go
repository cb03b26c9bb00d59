package stats

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// contrast is two samples over the union of their keys: tally i of a and of b
// belong to the same cluster, and one without outcomes stands where a side
// lacks the key.
type contrast struct{ a, b sample }

func contrasted(a, b []Cluster) contrast {
	sa, sb := tallied(a), tallied(b)
	var keys []string
	for _, t := range slices.Concat(sa.tallies, sb.tallies) {
		keys = append(keys, t.key)
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	return contrast{sa.over(keys), sb.over(keys)}
}

// over returns s with one tally for each of the sorted keys, which include its own.
func (s sample) over(keys []string) sample {
	have := s.tallies
	s.tallies = make([]tally, len(keys))
	for i, key := range keys {
		s.tallies[i].key = key
		if len(have) > 0 && have[0].key == key {
			s.tallies[i], have = have[0], have[1:]
		}
	}
	return s
}

func (c contrast) clusters() int       { return len(c.a.tallies) }
func (c contrast) difference() float64 { return c.b.mean() - c.a.mean() }
func (c contrast) binary() bool        { return c.a.binary && c.b.binary }

func (c contrast) standardError() float64 {
	return standardError(c.clusters(), func(i int) float64 { return c.b.influence(i) - c.a.influence(i) })
}

// interval is that of the difference: t with G-1 degrees of freedom, kept
// within [-1, 1] for 0/1 outcomes and never a point for them.
func (c contrast) interval(confidence float64) Interval {
	d, se, g := c.difference(), c.standardError(), c.clusters()
	if !c.binary() {
		return around(d, se, g, confidence)
	}
	if se == 0 {
		return unanimous(d, -1, 1, g, confidence)
	}
	return around(d, se, g, confidence).clamp(-1, 1)
}

// Paired compares two policies on the same clusters.
type Paired struct {
	Difference float64  // mean of b minus mean of a, in the unit of the outcomes
	Interval   Interval // of the difference
	P          float64  // two-sided, of no difference
	Test       string   // what P comes from, in words for a table's footnote
	N          int      // outcomes of a and b together
	Clusters   int      // keys compared
}

// PairedClustered compares b with a, cluster by cluster. The interval is the t
// interval with G-1 degrees of freedom from the CR1 standard error of the
// difference of the means: with as many outcomes on both sides of every
// cluster, the paired t interval of the cluster means. For 0/1 outcomes it is
// kept within [-1, 1], and when all clusters differ alike it is the bound that
// this unanimity gives. One cluster leaves it unbounded.
//
// P comes from the exact McNemar test when every cluster has a single 0/1
// outcome on each side, else from exchanging the sides of clusters at random,
// which needs r beyond 16 clusters that differ. P holds at any size while the
// interval is an approximation, so close to the threshold they may disagree: P
// decides. Keys that only one side has are an error, as is having none.
func PairedClustered(a, b []Cluster, confidence float64, r *rand.Rand) (Paired, error) {
	c := contrasted(a, b)
	if c.clusters() == 0 {
		return Paired{}, errors.New("nothing to compare: no cluster has outcomes")
	}
	for i := range c.clusters() {
		x, y := c.a.tallies[i], c.b.tallies[i]
		if x.n == 0 {
			return Paired{}, fmt.Errorf("cluster %q has outcomes in b and none in a: both need them to be paired", y.key)
		}
		if y.n == 0 {
			return Paired{}, fmt.Errorf("cluster %q has outcomes in a and none in b: both need them to be paired", x.key)
		}
	}
	p, test := c.test(r)
	return Paired{
		Difference: c.difference(),
		Interval:   c.interval(confidence),
		P:          p,
		Test:       test,
		N:          c.a.n + c.b.n,
		Clusters:   c.clusters(),
	}, nil
}

// RelativeGain returns mean(b)/mean(a) - 1, 0.1 for a tenth more, with an
// interval by the delta method: a t interval with G-1 degrees of freedom around
// the log of the ratio, whose CR1 standard error counts the covariance of
// clusters both sides have. Keys may differ between the sides; sides without a
// common one are independent. Where the log ratio shows no spread at all, the
// interval is that of the difference of PairedClustered, divided by mean(a) and
// at least -1.
//
// ok is false, and nothing can be claimed, unless both means are positive and
// there are two clusters.
func RelativeGain(a, b []Cluster, confidence float64) (gain float64, iv Interval, ok bool) {
	c := contrasted(a, b)
	ma, mb := c.a.mean(), c.b.mean()
	if !(ma > 0 && mb > 0) || c.clusters() < 2 {
		return 0, Interval{}, false
	}
	gain = mb/ma - 1
	se := standardError(c.clusters(), func(i int) float64 {
		return c.b.influence(i)/mb - c.a.influence(i)/ma
	})
	if se < 1e-12 { // of a log: rounding alone
		d := c.interval(confidence)
		return gain, Interval{max(d.Low/ma, -1), d.High / ma}, true
	}
	log := around(math.Log(mb/ma), se, c.clusters(), confidence)
	return gain, Interval{math.Expm1(log.Low), math.Expm1(log.High)}, true
}

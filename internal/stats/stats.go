// Package stats says how sure one may be of a comparison between text
// policies. Outcomes arrive in clusters, because completions of one topic
// resemble each other and counting them as independent would promise more than
// was measured; every interval and test here takes the cluster, never the
// single completion, as what was drawn at random.
//
//	one policy     MeanClustered, MeanBootstrap, Wilson
//	two policies   PairedClustered, RelativeGain, McNemarExact
//	wins           LengthControl, BradleyTerry, CyclicTriads
//	many tests     Holm
//	the best of    Inflation
//	how many       NeededClusters, TwoProportionN
//	two judges     Kappa, QuadraticKappa, Pearson, Spearman
//	probabilities  ECE
//	proxy rewards  FitRL, FitBestOfN
//
// A figure the data cannot give (the mean of nothing, the kappa of raters who
// use one label) is NaN and an end nothing bounds is infinite: writers of
// tables print both as missing. Nothing here depends on the order of the
// clusters, and whatever is drawn at random is drawn from the caller's source.
//
// It knows no policies, judges or tables.
package stats

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"
)

// Interval is a confidence interval, both ends included.
type Interval struct{ Low, High float64 }

// Cluster holds every outcome of one topic, prompt or person: 0 and 1 for
// rejected and accepted, or scores of any scale, never NaN. Clusters with equal
// keys in one slice are one cluster, and a cluster without values is none.
type Cluster struct {
	Key    string
	Values []float64
}

// tally is what the estimators need to know of one cluster.
type tally struct {
	key string
	sum float64
	n   int
}

// sample is a set of clusters in the order of their keys, with its totals.
type sample struct {
	tallies []tally
	sum     float64
	n       int
	binary  bool // every outcome is 0 or 1
}

func tallied(clusters []Cluster) sample {
	s := sample{binary: true}
	at := make(map[string]int, len(clusters))
	for _, c := range clusters {
		if len(c.Values) == 0 {
			continue
		}
		i, seen := at[c.Key]
		if !seen {
			i = len(s.tallies)
			at[c.Key] = i
			s.tallies = append(s.tallies, tally{key: c.Key})
		}
		t := &s.tallies[i]
		t.n += len(c.Values)
		for _, v := range c.Values {
			t.sum += v
			s.binary = s.binary && (v == 0 || v == 1)
		}
	}
	// Sums are taken in the order of the keys, so that shuffled clusters give the same bits.
	slices.SortFunc(s.tallies, func(x, y tally) int { return strings.Compare(x.key, y.key) })
	for _, t := range s.tallies {
		s.sum += t.sum
		s.n += t.n
	}
	return s
}

func (s sample) mean() float64 { return s.sum / float64(s.n) }

// influence is how far cluster i alone pulls the mean from where it is, the
// linearised (sum_i - mean*n_i) / n of a ratio of two totals. The form used is
// exact for 0/1 outcomes, which lets callers compare their spread with zero.
func (s sample) influence(i int) float64 {
	t, n := s.tallies[i], float64(s.n)
	return (float64(t.sum*n) - float64(s.sum*float64(t.n))) / (n * n)
}

// standardError is the cluster-robust one of g clusters with the given
// influences: CR1, the sum of squares times g/(g-1) (Liang and Zeger 1986;
// Cameron and Miller 2015). It is +Inf for fewer than two.
func standardError(g int, influence func(i int) float64) float64 {
	if g < 2 {
		return math.Inf(1)
	}
	var squares float64
	for i := range g {
		u := influence(i)
		squares += float64(u * u)
	}
	return math.Sqrt(squares * float64(g) / float64(g-1))
}

// around is the t interval with g-1 degrees of freedom; nothing is known from
// fewer than two clusters.
func around(center, se float64, g int, confidence float64) Interval {
	if g < 2 {
		return Interval{math.Inf(-1), math.Inf(1)}
	}
	half := tQuantile(confidence, g-1) * se
	return Interval{center - half, center + half}
}

// unanimous is the interval on a scale from low to high for g clusters that
// all agree with the center, where a standard error of zero would claim
// certainty. Wilson's bound on the share of clusters that could still dissent
// is u = z^2/(g+z^2), and a dissenter can pull as far as the scale goes. Where
// all outcomes are 0 or all are 1 this is Wilson's interval of g trials, and
// for differences all zero it is Tango's (1998) without discordant pairs.
func unanimous(center, low, high float64, g int, confidence float64) Interval {
	z := ZQuantile(confidence)
	u := z * z / (float64(g) + float64(z*z))
	return Interval{center - float64(u*(center-low)), center + float64(u*(high-center))}
}

func (iv Interval) clamp(low, high float64) Interval {
	return Interval{min(max(iv.Low, low), high), min(max(iv.High, low), high)}
}

// ZQuantile returns the z with P(|Z| <= z) = confidence for a standard normal
// Z: 1.96 for 0.95. It panics unless confidence lies between 0 and 1.
func ZQuantile(confidence float64) float64 {
	mustBeShare(confidence)
	return math.Sqrt2 * math.Erfinv(confidence)
}

// tQuantile is ZQuantile for Student's t with df degrees of freedom.
func tQuantile(confidence float64, df int) float64 {
	mustBeShare(confidence)
	return distuv.StudentsT{Sigma: 1, Nu: float64(df)}.Quantile(0.5 + confidence/2)
}

func mustBeShare(x float64) {
	if !(x > 0 && x < 1) {
		panic(fmt.Sprintf("stats: %v is not strictly between 0 and 1", x))
	}
}

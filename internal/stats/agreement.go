package stats

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"
)

// Ratings are what two raters say of the items of one cluster: A[i] and B[i] are
// of item i. Equal keys in one slice are one cluster.
type Ratings[T any] struct {
	Key  string
	A, B []T
}

// Kappa returns Cohen's (1960) agreement of two raters beyond chance, where every
// item gets one of a few labels: 1 is perfect, 0 what their label frequencies
// alone would give. It is NaN without items and when both use one and the same
// label throughout, where chance already agrees. The interval is the BCa
// bootstrap's over clusters, from n resamples drawn from r (see MeanBootstrap);
// those in which kappa is not defined are left out.
func Kappa(clusters []Ratings[string], confidence float64, n int, r *rand.Rand) (float64, Interval) {
	at := map[string]int{}
	for _, c := range clusters {
		for _, label := range slices.Concat(c.A, c.B) {
			if _, ok := at[label]; !ok {
				at[label] = len(at)
			}
		}
	}
	k := len(at)
	t := rated(clusters, k*k, func(t totals, a, b string) { t[at[a]*k+at[b]]++ })
	return t.kappa(nominal(k), 1, confidence, n, r)
}

// QuadraticKappa is Kappa for numbers: a disagreement weighs its square (Cohen
// 1968). It needs no categories: for numbers as they are it is the mean squared
// distance of the raters over that of raters who pair at random, taken from 1
// (Fleiss and Cohen 1973), which is also Lin's (1989) concordance correlation.
// It is NaN when both give one and the same number throughout.
func QuadraticKappa(clusters []Ratings[float64], confidence float64, n int, r *rand.Rand) (float64, Interval) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, c := range clusters {
		for _, x := range slices.Concat(c.A, c.B) {
			low, high = min(low, x), max(high, x)
		}
	}
	t := rated(clusters, 6, func(t totals, a, b float64) {
		for i, x := range []float64{1, a, b, float64(a * a), float64(b * b), float64(a * b)} {
			t[i] += x
		}
	})
	return t.kappa(quadratic, (high-low)*(high-low), confidence, n, r)
}

// totals are sums over items; those of several clusters add up.
type totals []float64

func (t totals) add(o totals, times float64) {
	for i, x := range o {
		t[i] += float64(times * x)
	}
}

// disagreement is that of two raters, observed and by chance, both times the
// square of the number of items, and that number.
type disagreement func(t totals) (observed, chance, items float64)

// nominal reads the counts of each pair of k labels.
func nominal(k int) disagreement {
	return func(t totals) (float64, float64, float64) {
		var n, agreed, chance float64 // whole numbers: the order of the labels cannot matter
		for i := range k {
			var a, b float64
			for j := range k {
				a, b = a+t[i*k+j], b+t[j*k+i]
			}
			n, agreed, chance = n+a, agreed+t[i*k+i], chance+float64(a*b)
		}
		return float64(n*n) - float64(agreed*n), float64(n*n) - chance, n
	}
}

// quadratic reads n and the sums of a, b, a^2, b^2 and ab.
func quadratic(t totals) (observed, chance, items float64) {
	n, a, b, squares, products := t[0], t[1], t[2], t[3]+t[4], t[5]
	return n * (squares - 2*products), float64(n*squares) - float64(2*a*b), n
}

// agreement is the totals of each cluster, in the order of their keys, and of all.
type agreement struct {
	clusters []totals
	sum      totals
}

func rated[T any](clusters []Ratings[T], size int, count func(t totals, a, b T)) agreement {
	order := slices.Clone(clusters)
	slices.SortStableFunc(order, func(x, y Ratings[T]) int { return strings.Compare(x.Key, y.Key) })
	out, last := agreement{sum: make(totals, size)}, ""
	for _, c := range order {
		if len(c.A) != len(c.B) {
			panic("stats: raters with different numbers of items")
		}
		if len(c.A) == 0 {
			continue
		}
		if len(out.clusters) == 0 || c.Key != last {
			out.clusters, last = append(out.clusters, make(totals, size)), c.Key
		}
		for i := range c.A {
			count(out.clusters[len(out.clusters)-1], c.A[i], c.B[i])
		}
	}
	for _, t := range out.clusters {
		out.sum.add(t, 1)
	}
	return out
}

// kappa is 1 - observed/chance; worst is the largest disagreement over an item.
func (s agreement) kappa(d disagreement, worst, confidence float64, n int, r *rand.Rand) (float64, Interval) {
	mustBeShare(confidence)
	figure := func(t totals) float64 {
		observed, chance, _ := d(t)
		if !(chance > 0) {
			return math.NaN()
		}
		return 1 - observed/chance
	}
	k, g := figure(s.sum), len(s.clusters)
	unknown := Interval{math.Inf(-1), math.Inf(1)}
	if math.IsNaN(k) || g < 2 {
		return k, unknown
	}
	replicates := s.replicates(figure, n, r)
	if len(replicates) == 0 {
		return k, unknown
	}
	if slices.Min(replicates) == slices.Max(replicates) {
		// No spread to measure: Wilson's bound on the share of clusters that could
		// still dissent, each as far as can be (see unanimous).
		observed, chance, items := d(s.sum)
		iv := unanimous(observed, 0, worst*items*items, g, confidence)
		return k, Interval{1 - iv.High/chance, 1 - iv.Low/chance}.clamp(-1, 1)
	}
	return k, bca(replicates, k, s.acceleration(figure), confidence)
}

// replicates are the figure over n draws of as many clusters as there are.
func (s agreement) replicates(figure func(totals) float64, n int, r *rand.Rand) []float64 {
	var out []float64
	t := make(totals, len(s.sum))
	for range n {
		clear(t)
		for range s.clusters {
			t.add(s.clusters[r.IntN(len(s.clusters))], 1)
		}
		if x := figure(t); !math.IsNaN(x) {
			out = append(out, x)
		}
	}
	return out
}

// acceleration is that of the figure's jackknife values; see skew.
func (s agreement) acceleration(figure func(totals) float64) float64 {
	var left []float64
	t := make(totals, len(s.sum))
	for _, c := range s.clusters {
		copy(t, s.sum)
		t.add(c, -1)
		if x := figure(t); !math.IsNaN(x) {
			left = append(left, x)
		}
	}
	return skew(left)
}

// Pearson is the linear correlation of two raters' numbers; NaN when one of them
// gives a single number throughout.
func Pearson(a, b []float64) float64 {
	if len(a) < 2 || constant(a) || constant(b) {
		return math.NaN()
	}
	return min(max(stat.Correlation(a, b, nil), -1), 1)
}

// Spearman is the correlation of their ranks, ties sharing the mean of theirs.
func Spearman(a, b []float64) float64 { return Pearson(ranks(a), ranks(b)) }

func constant(xs []float64) bool { return slices.Min(xs) == slices.Max(xs) }

func ranks(xs []float64) []float64 {
	order := make([]int, len(xs))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(xs[i], xs[j]) })
	out := make([]float64, len(xs))
	for from := 0; from < len(order); {
		to := from
		for to < len(order) && xs[order[to]] == xs[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			out[i] = float64(from+to+1) / 2
		}
		from = to
	}
	return out
}

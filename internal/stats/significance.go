package stats

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// enumerable is the number of differing clusters up to which every exchange is
// tried: 2^16 of them.
const enumerable = 16

// flips is the number of random exchanges beyond that. At P = 0.05 it leaves a
// Monte Carlo standard error of 0.002.
const flips = 10_000

// McNemarExact returns the two-sided P of the exact McNemar test, given the
// number of pairs where only a and where only b succeeds: twice the binomial
// tail of the smaller among their sum at 1/2, at most 1.
func McNemarExact(aOnly, bOnly int) float64 {
	n := aOnly + bOnly
	if n == 0 {
		return 1
	}
	tail := distuv.Binomial{N: float64(n), P: 0.5}.CDF(float64(min(aOnly, bOnly)))
	return min(1, 2*tail)
}

// test returns the P of no difference between the sides of c, and its name.
func (c contrast) test(r *rand.Rand) (p float64, test string) {
	if g := c.clusters(); !c.binary() || c.a.n != g || c.b.n != g {
		return c.signFlip(r)
	}
	var aOnly, bOnly int
	for i := range c.clusters() {
		switch x, y := c.a.tallies[i].sum, c.b.tallies[i].sum; {
		case x > y:
			aOnly++
		case y > x:
			bOnly++
		}
	}
	return McNemarExact(aOnly, bOnly), "exact McNemar"
}

// exchange is what swapping the sides of one cluster moves from b to a.
type exchange struct{ sum, n float64 }

// signFlip is the permutation test of clusters: were the policies alike, the
// two sides of a cluster could change places. P is the share of such exchanges
// whose means lie at least as far apart as the observed ones: of all of them
// when few clusters differ, else (k+1)/(n+1) for k of n random ones, which
// counts the observed one in (Phipson and Smyth 2010). With sides of equal size
// an exchange flips the sign of the cluster's difference, hence the name.
func (c contrast) signFlip(r *rand.Rand) (p float64, test string) {
	exchanges, scale := c.exchanges()
	k := len(exchanges)
	// Exchanges that tie with the observed data must not be lost to rounding.
	least := math.Abs(c.difference()) - float64(1e-12*scale)
	extreme := 0
	if k <= enumerable {
		for flipped := range uint64(1) << k {
			if c.exchanged(exchanges, func() uint64 { return flipped }) >= least {
				extreme++
			}
		}
		return float64(extreme) / float64(uint64(1)<<k), fmt.Sprintf("exact sign-flip permutation, 2^%d exchanges", k)
	}
	for range flips {
		if c.exchanged(exchanges, r.Uint64) >= least {
			extreme++
		}
	}
	return float64(extreme+1) / (flips + 1), fmt.Sprintf("sign-flip permutation, %d random exchanges", flips)
}

// exchanges lists the clusters whose exchange changes anything, and the size of
// the sums involved, per outcome.
func (c contrast) exchanges() (list []exchange, scale float64) {
	for i, x := range c.a.tallies {
		y := c.b.tallies[i]
		scale += math.Abs(x.sum)/float64(c.a.n) + math.Abs(y.sum)/float64(c.b.n)
		if x.sum != y.sum || x.n != y.n {
			list = append(list, exchange{y.sum - x.sum, float64(y.n - x.n)})
		}
	}
	return list, scale
}

// exchanged is the distance of the means once the clusters whose bit is set
// have changed sides; bits gives the next 64 of them, lowest first.
func (c contrast) exchanged(exchanges []exchange, bits func() uint64) float64 {
	var sum, n float64
	var word uint64
	for i, e := range exchanges {
		if i%64 == 0 {
			word = bits()
		}
		// Multiplying by the bit spares a branch no processor can predict.
		set := float64(word & 1)
		word >>= 1
		sum += float64(set * e.sum)
		n += float64(set * e.n)
	}
	return math.Abs((c.b.sum-sum)/(float64(c.b.n)-n) - (c.a.sum+sum)/(float64(c.a.n)+n))
}

// Holm returns the P values of a family of tests adjusted for their number, in
// the order given: those at most alpha are significant with the chance of any
// false claim kept below alpha (Holm 1979). The i-th smallest of m is
// multiplied by m-i+1, never falls below a smaller one and never exceeds 1.
func Holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(p[i], p[j]) })
	adjusted := make([]float64, len(p))
	var largest float64
	for rank, i := range order {
		largest = max(largest, min(1, p[i]*float64(len(p)-rank)))
		adjusted[i] = largest
	}
	return adjusted
}

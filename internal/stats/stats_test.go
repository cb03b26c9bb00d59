package stats

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// repeated makes g clusters with the same outcomes.
func repeated(g int, outcomes ...float64) []Cluster {
	values := make([][]float64, g)
	for i := range values {
		values[i] = outcomes
	}
	return keyed(values)
}

func TestMeanClusteredWithoutSpread(t *testing.T) {
	z := ZQuantile(0.95)
	u := z * z / (10 + z*z) // the dissent Wilson leaves possible after 10 clusters
	inf := math.Inf(1)
	cases := map[string]struct {
		clusters []Cluster
		mean     float64
		want     Interval
	}{
		"no cluster bounds nothing":               {nil, math.NaN(), Interval{-inf, inf}},
		"a cluster without values is none":        {[]Cluster{{Key: "moon"}}, math.NaN(), Interval{-inf, inf}},
		"one cluster of scores bounds nothing":    {repeated(1, 2, 4), 3, Interval{-inf, inf}},
		"one cluster of 0/1 stays in the scale":   {repeated(1, 0, 1), 0.5, Interval{0, 1}},
		"all rejected is Wilson over clusters":    {repeated(10, 0, 0, 0), 0, Wilson(0, 10, z)},
		"all accepted is Wilson over clusters":    {repeated(10, 1, 1, 1), 1, Wilson(10, 10, z)},
		"halves everywhere are not certainty":     {repeated(10, 1, 0), 0.5, Interval{0.5 - u/2, 0.5 + u/2}},
		"equal scores are taken at their word":    {repeated(10, 3, 5), 4, Interval{4, 4}},
		"equal keys are one cluster":              {append(repeated(1, 0), repeated(1, 1)...), 0.5, Interval{0, 1}},
		"one outcome per cluster is Wilson's own": {append(repeated(10, 0), Cluster{"moon", []float64{1}}), 1.0 / 11, Wilson(1, 11, z)},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			mean, iv := MeanClustered(c.clusters, 0.95)
			if math.IsNaN(mean) != math.IsNaN(c.mean) {
				t.Errorf("mean %v, want %v", mean, c.mean)
			} else if !math.IsNaN(mean) {
				near(t, "mean", mean, c.mean, 1e-15)
			}
			nearInterval(t, "interval", iv, c.want, 1e-15)
			if _, boot := MeanBootstrap(c.clusters, 0.95, 10, source()); len(c.clusters) != 11 && boot != iv {
				t.Errorf("nothing to resample, but the bootstrap says %v", boot)
			}
		})
	}
}

func TestPairedClusteredNeedsTheSameKeys(t *testing.T) {
	moon, sea := Cluster{"moon", []float64{1}}, Cluster{"sea", []float64{0}}
	cases := map[string]struct {
		a, b []Cluster
		want string
	}{
		"a key of a alone": {[]Cluster{moon, sea}, []Cluster{moon}, `"sea" has outcomes in a and none in b`},
		"a key of b alone": {[]Cluster{sea}, []Cluster{sea, moon}, `"moon" has outcomes in b and none in a`},
		"nothing at all":   {nil, []Cluster{{Key: "moon"}}, "no cluster has outcomes"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := PairedClustered(c.a, c.b, 0.95, nil); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %s", err, c.want)
			}
		})
	}
}

func TestPairedClusteredWithoutSpread(t *testing.T) {
	z := ZQuantile(0.95)
	u := z * z / (10 + z*z)
	cases := map[string]struct {
		a, b []Cluster
		want Paired
	}{
		"alike everywhere": {
			repeated(10, 1, 0), repeated(10, 1, 0),
			Paired{0, Interval{-u, u}, 1, "exact sign-flip permutation, 2^0 exchanges", 40, 10},
		},
		"better everywhere": {
			repeated(10, 0, 0), repeated(10, 1, 1),
			Paired{1, Interval{1 - 2*u, 1}, 2.0 / 1024, "exact sign-flip permutation, 2^10 exchanges", 40, 10},
		},
		"a single outcome a side": {
			repeated(10, 0), repeated(10, 1),
			Paired{1, Interval{1 - 2*u, 1}, 2.0 / 1024, "exact McNemar", 20, 10},
		},
		"more clusters than can be enumerated": {
			repeated(40, 2, 3), repeated(40, 3, 4),
			Paired{1, Interval{1, 1}, 1.0 / 10001, "sign-flip permutation, 10000 random exchanges", 160, 40},
		},
		"the same sum of more outcomes": {
			repeated(10, 1), repeated(10, 1, 0),
			Paired{-0.5, Interval{-0.5 - u*0.5, -0.5 + u*1.5}, 2.0 / 1024, "exact sign-flip permutation, 2^10 exchanges", 30, 10},
		},
		"one cluster of scores": {
			repeated(1, 2), repeated(1, 5),
			Paired{3, Interval{math.Inf(-1), math.Inf(1)}, 1, "exact sign-flip permutation, 2^1 exchanges", 2, 1},
		},
		"one cluster of 0/1": {
			repeated(1, 0, 0), repeated(1, 1, 1),
			Paired{1, Interval{-1, 1}, 1, "exact sign-flip permutation, 2^1 exchanges", 4, 1},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := PairedClustered(c.a, c.b, 0.95, source())
			if err != nil {
				t.Fatal(err)
			}
			nearInterval(t, "interval", got.Interval, c.want.Interval, 1e-15)
			near(t, "P", got.P, c.want.P, 1e-15)
			got.Interval, got.P = c.want.Interval, c.want.P
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

// The draws must estimate the share that trying every exchange gives.
func TestSignFlipDrawsAgreeWithEnumeration(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var a, b []Cluster
	for i := range enumerable + 1 {
		key, topic := strconv.Itoa(i), r.NormFloat64()
		a = append(a, Cluster{key, []float64{topic, topic + r.NormFloat64()}})
		b = append(b, Cluster{key, []float64{topic + 0.5, topic + 1 + r.NormFloat64(), topic}})
	}
	c := contrasted(a, b)
	exchanges, _ := c.exchanges()
	extreme, every := 0, uint64(1)<<len(exchanges)
	for flipped := range every {
		if c.exchanged(exchanges, func() uint64 { return flipped }) >= math.Abs(c.difference())-1e-12 {
			extreme++
		}
	}
	exact := float64(extreme) / float64(every)
	p, test := c.signFlip(r)
	if !strings.HasSuffix(test, "10000 random exchanges") || exact < 0.01 || exact > 0.5 {
		t.Fatalf("%s with exact P %v does not test the draws", test, exact)
	}
	near(t, "P", p, exact, 4*math.Sqrt(exact*(1-exact)/flips))
}

// Everyone changing sides mirrors the difference, also beyond one word of bits.
func TestExchangeOfAllClusters(t *testing.T) {
	c := contrasted(repeated(150, 1, 2), repeated(150, 4))
	exchanges, _ := c.exchanges()
	near(t, "distance", c.exchanged(exchanges, func() uint64 { return math.MaxUint64 }), 2.5, 1e-12)
	near(t, "distance", c.exchanged(exchanges, func() uint64 { return 0 }), 2.5, 1e-12)
}

func TestRelativeGainClaimsNothing(t *testing.T) {
	for name, c := range map[string]struct{ a, b []Cluster }{
		"the base is zero":     {repeated(9, 0), repeated(9, 1)},
		"nothing was accepted": {repeated(9, 1), repeated(9, 0)},
		"the base is negative": {repeated(9, -1), repeated(9, 1)},
		"a side is empty":      {repeated(9, 1), nil},
		"one cluster":          {repeated(1, 1, 0), repeated(1, 1, 1)},
	} {
		if gain, iv, ok := RelativeGain(c.a, c.b, 0.95); ok {
			t.Errorf("%s, yet gain %v in %v", name, gain, iv)
		}
	}
}

// The textbook interval of a risk ratio: 76 of 500 accepted before, 128 of 500 after.
func TestRelativeGainOfIndependentSides(t *testing.T) {
	side := func(name string, accepted int) (clusters []Cluster) {
		for i := range 500 {
			v := 0.0
			if i < accepted {
				v = 1
			}
			clusters = append(clusters, Cluster{name + strconv.Itoa(i), []float64{v}})
		}
		return clusters
	}
	gain, iv, ok := RelativeGain(side("before", 76), side("after", 128), 0.95)
	if !ok {
		t.Fatal("nothing claimed")
	}
	near(t, "gain", gain, 128.0/76-1, 1e-12)
	// sqrt(1/76 - 1/500 + 1/128 - 1/500), with the t of 999 degrees and G/(G-1).
	half := tQuantile(0.95, 999) * math.Sqrt((1.0/76+1.0/128-2.0/500)*1000/999)
	nearInterval(t, "interval", iv, Interval{128.0/76*math.Exp(-half) - 1, 128.0/76*math.Exp(half) - 1}, 1e-12)
}

func TestRelativeGainWithoutSpread(t *testing.T) {
	z := ZQuantile(0.95)
	u := z * z / (10 + z*z)
	gain, iv, ok := RelativeGain(repeated(10, 1, 0, 0, 0), repeated(10, 1, 1, 0, 0), 0.95)
	if !ok || gain != 1 {
		t.Errorf("gain %v, ok %v", gain, ok)
	}
	nearInterval(t, "interval", iv, Interval{(0.25 - u*1.25) / 0.25, (0.25 + u*0.75) / 0.25}, 1e-12)

	// Every cluster loses half of what it had, and they had very different things.
	gain, iv, ok = RelativeGain(keyed([][]float64{{1}, {9}}), keyed([][]float64{{0.5}, {4.5}}), 0.95)
	if !ok || gain != -0.5 || iv.Low != -1 {
		t.Errorf("gain %v in %v, ok %v", gain, iv, ok)
	}
}

func TestNeededClustersWithoutAnAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		a, b []Cluster
		want int
	}{
		"no difference":                {keyed([][]float64{{0}, {1}}), keyed([][]float64{{1}, {0}}), -1},
		"one cluster has no spread":    {repeated(1, 0), repeated(1, 1), -1},
		"nothing":                      {nil, nil, -1},
		"separated":                    {repeated(30, 0), repeated(30, 1), 0},
		"separated the other way":      {repeated(30, 1), repeated(30, 0), 0},
		"too few clusters to be alike": {repeated(2, 0, 1), repeated(2, 1, 1), 1},
	} {
		if got := NeededClusters(c.a, c.b, 0.8, 0.05); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	if got := TwoProportionN(0.3, 0.3, 0.05, 0.8); got != -1 {
		t.Errorf("equal shares: %d, want -1", got)
	}
}

func BenchmarkPairedClustered(b *testing.B) {
	w := newWorld(500, 12, 0.1)
	shares := w.draw()
	x, y := w.clusters(shares), w.clusters(shares)
	for b.Loop() {
		if _, err := PairedClustered(x, y, 0.95, w.r); err != nil {
			b.Fatal(err)
		}
	}
}

package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// drawSide draws outcomes for g clusters, 0/1 or scores of both signs.
func drawSide(t *rapid.T, g int, binary bool, name string) []Cluster {
	score := rapid.Float64Range(-5, 10)
	if binary {
		score = rapid.Custom(func(t *rapid.T) float64 { return float64(rapid.IntRange(0, 1).Draw(t, "outcome")) })
	}
	values := rapid.SliceOfN(rapid.SliceOfN(score, 1, 5), g, g).Draw(t, name)
	return keyed(values)
}

func drawPair(t *rapid.T) (a, b []Cluster) {
	g, binary := rapid.IntRange(1, 30).Draw(t, "clusters"), rapid.Bool().Draw(t, "binary")
	return drawSide(t, g, binary, "a"), drawSide(t, g, binary, "b")
}

func source() *rand.Rand { return rand.New(rand.NewPCG(3, 4)) }

func TestIntervalsContainTheirEstimate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawPair(t)
		if mean, iv := MeanClustered(a, 0.95); !(iv.Low <= mean && mean <= iv.High) {
			t.Errorf("mean %v outside %v", mean, iv)
		}
		if d, err := PairedClustered(a, b, 0.9, source()); err != nil || !(d.Interval.Low <= d.Difference && d.Difference <= d.Interval.High) {
			t.Errorf("difference %v outside %v, error %v", d.Difference, d.Interval, err)
		}
		if gain, iv, ok := RelativeGain(a, b, 0.9); ok && !(iv.Low <= gain+1e-12 && gain-1e-12 <= iv.High) {
			t.Errorf("gain %v outside %v", gain, iv)
		}
		n := rapid.IntRange(0, 1000).Draw(t, "n")
		k := rapid.IntRange(0, n).Draw(t, "successes")
		iv := Wilson(k, n, 1.96)
		if p := float64(k) / float64(n); !(iv.Low >= 0 && iv.High <= 1) || n > 0 && !(iv.Low <= p && p <= iv.High) {
			t.Errorf("share %d/%d outside %v", k, n, iv)
		}
	})
}

func TestOrderOfClustersChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawPair(t)
		type answers struct {
			Mean, Gain      float64
			Clustered, Boot Interval
			GainInterval    Interval
			Paired          Paired
			Needed          int
		}
		ask := func(a, b []Cluster) (got answers) {
			got.Mean, got.Clustered = MeanClustered(a, 0.95)
			_, got.Boot = MeanBootstrap(a, 0.95, 50, source())
			got.Gain, got.GainInterval, _ = RelativeGain(a, b, 0.95)
			got.Paired, _ = PairedClustered(a, b, 0.95, source())
			got.Needed = NeededClusters(a, b, 0.8, 0.05)
			return got
		}
		want := ask(a, b)
		got := ask(rapid.Permutation(a).Draw(t, "a shuffled"), rapid.Permutation(b).Draw(t, "b shuffled"))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

// twice is the same outcomes from as many clusters again.
func twice(clusters []Cluster) []Cluster {
	doubled := slices.Clone(clusters)
	for _, c := range clusters {
		doubled = append(doubled, Cluster{Key: "again " + c.Key, Values: c.Values})
	}
	return doubled
}

func TestTwiceTheClustersNarrow(t *testing.T) {
	width := func(iv Interval) float64 { return iv.High - iv.Low }
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawPair(t)
		mean, once := MeanClustered(a, 0.95)
		meanTwice, two := MeanClustered(twice(a), 0.95)
		if math.Abs(mean-meanTwice) > 1e-12 || width(two) > width(once) || width(once) > 1e-9 && width(two) > 0.95*width(once) {
			t.Errorf("%v %v became %v %v", mean, once, meanTwice, two)
		}
		before, _ := PairedClustered(a, b, 0.95, source())
		after, _ := PairedClustered(twice(a), twice(b), 0.95, source())
		if width(after.Interval) > width(before.Interval) {
			t.Errorf("%v became %v", before.Interval, after.Interval)
		}
	})
}

func TestSidesAreSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawPair(t)
		forth, _ := PairedClustered(a, b, 0.95, source())
		back, _ := PairedClustered(b, a, 0.95, source())
		mirrored := Interval{-back.Interval.High, -back.Interval.Low}
		if forth.Difference != -back.Difference || forth.P != back.P || forth.Test != back.Test {
			t.Errorf("%+v and back %+v", forth, back)
		}
		for _, d := range []float64{forth.Interval.Low - mirrored.Low, forth.Interval.High - mirrored.High} {
			if math.Abs(d) > 1e-9 {
				t.Errorf("%v and back %v", forth.Interval, back.Interval)
			}
		}
		same, _ := PairedClustered(a, a, 0.95, source())
		if same.Difference != 0 || same.P != 1 || math.Abs(same.Interval.Low+same.Interval.High) > 1e-12 {
			t.Errorf("a policy against itself: %+v", same)
		}
	})
}

// With one 0/1 outcome a side, every exchange tried is the McNemar test.
func TestSignFlipEqualsMcNemar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		aOnly, bOnly := rapid.IntRange(0, 7).Draw(t, "a only"), rapid.IntRange(0, 7).Draw(t, "b only")
		var a, b []Cluster
		for i := range aOnly + bOnly + 5 {
			x, y := 0.0, 0.0
			if i < aOnly {
				x = 1
			} else if i < aOnly+bOnly {
				y = 1
			}
			a = append(a, Cluster{strconv.Itoa(i), []float64{x}})
			b = append(b, Cluster{strconv.Itoa(i), []float64{y}})
		}
		p, _ := contrasted(a, b).signFlip(nil)
		if want := McNemarExact(aOnly, bOnly); math.Abs(p-want) > 1e-12 {
			t.Errorf("%d and %d discordant: %v, McNemar %v", aOnly, bOnly, p, want)
		}
	})
}

// Tenths add up with rounding errors that whole numbers do not have.
func TestSignFlipKeepsTiesDespiteRounding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := rapid.IntRange(1, 10).Draw(t, "clusters")
		var a, b, tenthsA, tenthsB []Cluster
		for i := range g {
			x, y := float64(rapid.IntRange(-3, 3).Draw(t, "a")), float64(rapid.IntRange(-3, 3).Draw(t, "b"))
			key := strconv.Itoa(i)
			a, b = append(a, Cluster{key, []float64{x}}), append(b, Cluster{key, []float64{y}})
			tenthsA, tenthsB = append(tenthsA, Cluster{key, []float64{x / 10}}), append(tenthsB, Cluster{key, []float64{y / 10}})
		}
		whole, _ := contrasted(a, b).signFlip(nil)
		tenths, _ := contrasted(tenthsA, tenthsB).signFlip(nil)
		if whole != tenths {
			t.Errorf("P %v of whole scores, %v of tenths", whole, tenths)
		}
	})
}

func TestHolmKeepsOrderAndBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOf(rapid.Float64Range(0, 1)).Draw(t, "p")
		adjusted := Holm(p)
		for i := range p {
			if adjusted[i] < p[i] || adjusted[i] > min(1, p[i]*float64(len(p))) {
				t.Errorf("%v became %v", p[i], adjusted[i])
			}
			for j := range p {
				if p[i] < p[j] && adjusted[i] > adjusted[j] {
					t.Errorf("%v < %v became %v > %v", p[i], p[j], adjusted[i], adjusted[j])
				}
			}
		}
	})
}

package stats

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"strconv"
	"testing"
)

// golden is testdata/golden.json, written by testdata/golden.py.
type golden struct {
	Z []struct{ Confidence, Z float64 }
	T []struct {
		Confidence, T float64
		DF            int
	}
	Wilson []struct {
		Successes, N int
		Low, High    float64
	}
	McNemar []struct {
		AOnly int `json:"a_only"`
		BOnly int `json:"b_only"`
		P     float64
	}
	Mean, BCa []struct {
		Clusters                    [][]float64
		Confidence, Mean, Low, High float64
	}
	Paired []struct {
		A, B                      [][]float64
		Confidence, Difference, P float64
		Low, High                 float64
		Gain                      float64
		GainLow                   float64 `json:"gain_low"`
		GainHigh                  float64 `json:"gain_high"`
	}
	Needed []struct {
		A, B         [][]float64
		Power, Alpha float64
		Needed       int
	}
	Holm           struct{ P, Adjusted []float64 }
	TwoProportions []struct {
		P1, P2, Alpha, Power float64
		N                    int
	} `json:"two_proportions"`
	Kappa struct {
		A, B  []string
		Kappa float64
	}
}

func loadGolden(t *testing.T) golden {
	t.Helper()
	data, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields() // a value nobody compares is a mistake
	var g golden
	if err := decoder.Decode(&g); err != nil {
		t.Fatal(err)
	}
	return g
}

// keyed makes clusters of outcomes, cluster i of one call pairing with i of another.
func keyed(values [][]float64) []Cluster {
	clusters := make([]Cluster, len(values))
	for i, v := range values {
		clusters[i] = Cluster{Key: strconv.Itoa(i), Values: v}
	}
	return clusters
}

// near fails unless got is want to the given absolute or relative error.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if got != want && !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
		t.Errorf("%s = %.12g, want %.12g", what, got, want)
	}
}

func nearInterval(t *testing.T, what string, got, want Interval, tolerance float64) {
	t.Helper()
	near(t, what+": low", got.Low, want.Low, tolerance)
	near(t, what+": high", got.High, want.High, tolerance)
}

func TestGoldenQuantiles(t *testing.T) {
	g := loadGolden(t)
	for _, c := range g.Z {
		near(t, "z", ZQuantile(c.Confidence), c.Z, 1e-12)
	}
	for _, c := range g.T {
		near(t, "t", tQuantile(c.Confidence, c.DF), c.T, 1e-9)
	}
}

func TestGoldenWilson(t *testing.T) {
	for _, c := range loadGolden(t).Wilson {
		nearInterval(t, "Wilson", Wilson(c.Successes, c.N, ZQuantile(0.95)), Interval{c.Low, c.High}, 1e-12)
	}
}

func TestGoldenMcNemar(t *testing.T) {
	for _, c := range loadGolden(t).McNemar {
		near(t, "McNemarExact", McNemarExact(c.AOnly, c.BOnly), c.P, 1e-11)
		near(t, "McNemarExact the other way", McNemarExact(c.BOnly, c.AOnly), c.P, 1e-11)
	}
}

func TestGoldenMeanClustered(t *testing.T) {
	for _, c := range loadGolden(t).Mean {
		mean, iv := MeanClustered(keyed(c.Clusters), c.Confidence)
		near(t, "mean", mean, c.Mean, 1e-12)
		nearInterval(t, "interval", iv, Interval{c.Low, c.High}, 1e-9)
	}
}

func TestGoldenBCa(t *testing.T) {
	for _, c := range loadGolden(t).BCa {
		s := tallied(keyed(c.Clusters))
		nearInterval(t, "interval", bca(everyResample(s), s.mean(), s.acceleration(), c.Confidence), Interval{c.Low, c.High}, 1e-9)
	}
}

// everyResample lists the means of all g^g ways to draw g clusters.
func everyResample(s sample) []float64 {
	g, ways := len(s.tallies), 1
	for range g {
		ways *= g
	}
	means := make([]float64, ways)
	for i := range means {
		digits := i
		means[i] = s.resampledMean(func(int) int {
			digit := digits % g
			digits /= g
			return digit
		})
	}
	return means
}

func TestGoldenPaired(t *testing.T) {
	for _, c := range loadGolden(t).Paired {
		a, b := keyed(c.A), keyed(c.B)
		got, err := PairedClustered(a, b, c.Confidence, nil)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "difference", got.Difference, c.Difference, 1e-12)
		nearInterval(t, "interval", got.Interval, Interval{c.Low, c.High}, 1e-9)
		near(t, "P", got.P, c.P, 1e-12)
		gain, iv, ok := RelativeGain(a, b, c.Confidence)
		if !ok {
			t.Error("RelativeGain claims nothing")
		}
		near(t, "gain", gain, c.Gain, 1e-9)
		nearInterval(t, "gain's interval", iv, Interval{c.GainLow, c.GainHigh}, 1e-9)
	}
}

func TestGoldenHolm(t *testing.T) {
	g := loadGolden(t)
	for i, p := range Holm(g.Holm.P) {
		near(t, "Holm", p, g.Holm.Adjusted[i], 1e-15)
	}
}

func TestGoldenNeededClusters(t *testing.T) {
	for _, c := range loadGolden(t).Needed {
		if n := NeededClusters(keyed(c.A), keyed(c.B), c.Power, c.Alpha); n != c.Needed {
			t.Errorf("NeededClusters = %d, want %d", n, c.Needed)
		}
	}
}

func TestGoldenTwoProportionN(t *testing.T) {
	for _, c := range loadGolden(t).TwoProportions {
		if n := TwoProportionN(c.P1, c.P2, c.Alpha, c.Power); n != c.N {
			t.Errorf("TwoProportionN(%v, %v) = %d, want %d", c.P1, c.P2, n, c.N)
		}
	}
}

func TestGoldenKappa(t *testing.T) {
	g := loadGolden(t)
	k, _ := Kappa([]Ratings[string]{{A: g.Kappa.A, B: g.Kappa.B}}, .95, 1, nil)
	near(t, "Kappa", k, g.Kappa.Kappa, 1e-14)
}

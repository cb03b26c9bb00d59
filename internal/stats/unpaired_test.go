package stats

import (
	"fmt"
	"math"
	"testing"
)

// trials are n clusters of one outcome, the first k of them 1.
func trials(k, n int) []Cluster {
	out := make([]Cluster, n)
	for i := range out {
		out[i] = Cluster{Key: fmt.Sprint(i), Values: []float64{0}}
		if i < k {
			out[i].Values[0] = 1
		}
	}
	return out
}

// Newcombe, Statistics in Medicine 17 (1998) 873-890, Table II, method 10.
func TestUnpairedAgainstNewcombe(t *testing.T) {
	tests := []struct {
		b, nb, a, na int
		low, high    float64
	}{
		{56, 70, 48, 80, .0524, .3339},
		{9, 10, 3, 10, .1705, .8090},
		{6, 7, 2, 7, .0582, .8062},
		{5, 56, 0, 29, -.0381, .1926},
		{0, 10, 0, 20, -.1611, .2775},
		{0, 10, 0, 10, -.2775, .2775},
		{10, 10, 0, 20, .6791, 1},
		{10, 10, 0, 10, .6075, 1},
	}
	for _, x := range tests {
		d, iv := Unpaired(trials(x.a, x.na), trials(x.b, x.nb), .95)
		if want := float64(x.b)/float64(x.nb) - float64(x.a)/float64(x.na); d != want {
			t.Errorf("%d/%d - %d/%d: difference %v - want %v", x.b, x.nb, x.a, x.na, d, want)
		}
		if math.Abs(iv.Low-x.low) > 5.1e-5 || math.Abs(iv.High-x.high) > 5.1e-5 {
			t.Errorf("%d/%d - %d/%d: [%.4f, %.4f] - want [%.4f, %.4f]", x.b, x.nb, x.a, x.na, iv.Low, iv.High, x.low, x.high)
		}
	}
}

func TestUnpairedWithoutABound(t *testing.T) {
	scores := []Cluster{{Key: "one", Values: []float64{.2, .4}}}
	if _, iv := Unpaired(scores, trials(3, 6), .95); !math.IsInf(iv.Low, -1) || !math.IsInf(iv.High, 1) {
		t.Errorf("one cluster of scores: %v - want no bounds", iv)
	}
}

package text

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// madeTexts are n texts of some words each, many of them variations of others.
func madeTexts(n, words int) []string {
	r := rand.New(rand.NewPCG(1, 2))
	texts := make([]string, n)
	for i := range texts {
		var t []string
		if i > 0 && r.IntN(2) == 0 {
			t = strings.Fields(texts[r.IntN(i)])
		}
		for len(t) < words {
			t = append(t, fmt.Sprintf("w%d", int(40*r.ExpFloat64())))
		}
		for range r.IntN(words) {
			t[r.IntN(len(t))] = fmt.Sprintf("w%d", int(40*r.ExpFloat64()))
		}
		texts[i] = strings.Join(t, " ")
	}
	return texts
}

// What the bound passes over, a comparison of all pairs would have passed over too.
func TestNearAgreesWithAllPairs(t *testing.T) {
	texts := append(madeTexts(400, 12), "", "", "!")
	for _, bar := range []float64{.1, .5, .7, 1} {
		near := NewNear(bar)
		var kept []string
		for _, s := range texts {
			want := !slices.ContainsFunc(kept, func(k string) bool { return RougeL(s, k) >= bar })
			if got := near.Add(s); got != want {
				t.Fatalf("bar %g: %q after %d kept: new is %t, want %t", bar, s, len(kept), got, want)
			}
			if want {
				kept = append(kept, s)
			}
		}
		if len(kept) == len(texts) || len(kept) < 4 {
			t.Errorf("bar %g kept %d of %d: the test tells nothing", bar, len(kept), len(texts))
		}
	}
}

func BenchmarkNear(b *testing.B) {
	texts := madeTexts(10_000, 40)
	for b.Loop() {
		near := NewNear(.7)
		for _, s := range texts {
			near.Add(s)
		}
	}
	b.ReportMetric(float64(b.N*len(texts))/b.Elapsed().Seconds(), "texts/s")
}

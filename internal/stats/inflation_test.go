package stats

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// testdata/inflation.json is written by testdata/inflation.py, which goes through
// all resamples.
func TestInflation(t *testing.T) {
	raw, err := os.ReadFile("testdata/inflation.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden []struct {
		Candidates [][][]float64
		Inflation  float64
	}
	if err := json.Unmarshal(raw, &golden); err != nil || len(golden) == 0 {
		t.Fatal(len(golden), err)
	}
	for i, g := range golden {
		var candidates [][]Cluster
		for _, values := range g.Candidates {
			candidates = append(candidates, keyed(values))
		}
		if got := everyOptimism(chosen(candidates)); math.Abs(got-g.Inflation) > 1e-12 {
			t.Errorf("case %d: %v over all resamples, want %v", i, got, g.Inflation)
		}
		// 20,000 values in [-1, 1]: four standard errors are at most .03.
		if got := Inflation(candidates, 20_000, rand.New(rand.NewPCG(1, 2))); math.Abs(got-g.Inflation) > .03 {
			t.Errorf("case %d: %v by chance, want about %v", i, got, g.Inflation)
		}
	}
}

func everyOptimism(c choice) float64 {
	g := len(c[0].tallies)
	all := int(math.Pow(float64(g), float64(g)))
	sum := 0.0
	for code := range all {
		rest := code
		sum += c.optimism(func(int) int { at := rest % g; rest /= g; return at })
	}
	return sum / float64(all)
}

// The best of candidates that differ by luck alone looks better than they are, and
// more so the more there are; that is what the estimate says.
func TestInflationOfEquals(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const clusters, runs = 60, 200
	for _, k := range []int{2, 8} {
		var truth, estimate float64
		for range runs {
			var candidates [][]Cluster
			top := math.Inf(-1)
			for range k {
				values := make([][]float64, clusters)
				for i := range values {
					values[i] = []float64{float64(r.IntN(2))}
				}
				candidates = append(candidates, keyed(values))
				mean, _ := MeanClustered(candidates[len(candidates)-1], .95)
				top = max(top, mean)
			}
			truth += (top - .5) / runs
			estimate += Inflation(candidates, 200, r) / runs
		}
		if estimate < .5*truth || estimate > 1.2*truth {
			t.Errorf("%d equal candidates: the best is %.3f too high, estimated %.3f", k, truth, estimate)
		} else {
			t.Logf("%d equal candidates: the best is %.3f too high, estimated %.3f", k, truth, estimate)
		}
	}
}

func TestInflationOfNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	one := keyed([][]float64{{1}, {0}})
	if got := Inflation([][]Cluster{one}, 10, r); got != 0 {
		t.Errorf("a single candidate: %v", got)
	}
	if got := Inflation(nil, 10, r); !math.IsNaN(got) {
		t.Errorf("no candidate: %v", got)
	}
	if got := Inflation([][]Cluster{keyed([][]float64{{1}}), keyed([][]float64{{0}})}, 10, r); !math.IsInf(got, 1) {
		t.Errorf("one cluster: %v", got)
	}
}

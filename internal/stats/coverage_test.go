package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// world is a population of topics: how easily each pleases the judge varies a
// lot, so that completions of one topic resemble each other.
type world struct {
	topics, outcomes int
	mean             float64
	r                *rand.Rand
}

// share draws a topic's acceptance: the cube of a uniform number, scaled, has
// mean 1/4, so that means up to 1/4 are the population's.
func (w world) share() float64 { return 4 * w.mean * math.Pow(w.r.Float64(), 3) }

// clusters draws the outcomes of each topic at its share.
func (w world) clusters(shares []float64) []Cluster {
	values := make([][]float64, len(shares))
	for i, p := range shares {
		values[i] = make([]float64, w.outcomes)
		for j := range values[i] {
			if w.r.Float64() < p {
				values[i][j] = 1
			}
		}
	}
	return keyed(values)
}

func (w world) draw() []float64 {
	shares := make([]float64, w.topics)
	for i := range shares {
		shares[i] = w.share()
	}
	return shares
}

func newWorld(topics, outcomes int, mean float64) world {
	return world{topics, outcomes, mean, rand.New(rand.NewPCG(1, uint64(topics)))}
}

// covers is how often, in percent, an interval contains the population's mean.
func (w world) covers(simulations int, interval func([]Cluster) Interval) float64 {
	hits := 0
	for range simulations {
		if iv := interval(w.clusters(w.draw())); iv.Low <= w.mean && w.mean <= iv.High {
			hits++
		}
	}
	return 100 * float64(hits) / float64(simulations)
}

func within(t *testing.T, what string, got, low, high float64) {
	t.Helper()
	t.Logf("%s: %.2f%%", what, got)
	if got < low || got > high {
		t.Errorf("%s: %.2f%%, want %v to %v", what, got, low, high)
	}
}

func mean95(c []Cluster) Interval {
	_, iv := MeanClustered(c, 0.95)
	return iv
}

// 500 topics, 4 completions of each judged in 3 repeats, a tenth accepted.
func TestCoverageOfMeanClustered(t *testing.T) {
	within(t, "500 topics of 12", newWorld(500, 12, 0.1).covers(2000, mean95), 93, 97)
	within(t, "100 topics of 4, a fiftieth accepted", newWorld(100, 4, 0.02).covers(2000, mean95), 93, 97)
	within(t, "40 topics of 1", newWorld(40, 1, 0.1).covers(2000, mean95), 93, 97)
}

// The same outcomes taken for independent trials: the error this package is for.
func TestCoverageLostByIgnoringClusters(t *testing.T) {
	w := newWorld(500, 12, 0.1)
	within(t, "Wilson over completions", w.covers(1000, func(c []Cluster) Interval {
		s := tallied(c)
		return Wilson(int(s.sum), s.n, ZQuantile(0.95))
	}), 50, 90)
}

func TestCoverageOfMeanBootstrap(t *testing.T) {
	w := newWorld(100, 4, 0.1)
	within(t, "100 topics of 4", w.covers(500, func(c []Cluster) Interval {
		_, iv := MeanBootstrap(c, 0.95, 1000, w.r)
		return iv
	}), 92, 98)
}

// One policy against itself: with nothing to find, one test in twenty finds it.
func TestErrorRatesOfPairedClustered(t *testing.T) {
	for name, w := range map[string]world{
		"30 topics of 4": newWorld(30, 4, 0.1),
		"80 topics of 1": newWorld(80, 1, 0.25),
	} {
		const simulations = 400
		var rejected, outside float64
		for range simulations {
			shares := w.draw()
			got, err := PairedClustered(w.clusters(shares), w.clusters(shares), 0.95, w.r)
			if err != nil {
				t.Fatal(err)
			}
			if got.P <= 0.05 {
				rejected++
			}
			if got.Interval.Low > 0 || got.Interval.High < 0 {
				outside++
			}
		}
		// The tests are exact, so only the 400 simulations (sd 1.1%) can lift them over 5%.
		within(t, name+": P <= 0.05", 100*rejected/simulations, 0.5, 8)
		within(t, name+": zero outside the interval", 100*outside/simulations, 2, 8)
	}
}

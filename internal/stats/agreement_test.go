package stats

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// goldenKappa is a case of testdata/agreement.json, written by agreement.py.
type goldenKappa[T any] struct {
	A, B                         [][]T
	Confidence, Kappa, Low, High float64
}

func (c goldenKappa[T]) ratings() []Ratings[T] {
	out := make([]Ratings[T], len(c.A))
	for i := range c.A {
		out[i] = Ratings[T]{Key: strconv.Itoa(i), A: c.A[i], B: c.B[i]}
	}
	return out
}

// everyDraw goes through all g^g ways to draw g clusters, where a bootstrap asks
// for a random one: IntN scales the high 32 bits, or takes the low ones when g is
// a power of two.
type everyDraw struct{ g, way, at int }

func (d *everyDraw) Uint64() uint64 {
	digit := d.way
	for range d.at {
		digit /= d.g
	}
	if d.at++; d.at == d.g {
		d.at, d.way = 0, d.way+1
	}
	n := uint64(digit % d.g)
	return (n<<32+1<<31)/uint64(d.g)<<32 | n
}

func checkKappa[T any](t *testing.T, cases []goldenKappa[T], kappa func([]Ratings[T], float64, int, *rand.Rand) (float64, Interval)) {
	t.Helper()
	for _, c := range cases {
		g := len(c.A)
		k, iv := kappa(c.ratings(), c.Confidence, int(math.Pow(float64(g), float64(g))), rand.New(&everyDraw{g: g}))
		near(t, "kappa", k, c.Kappa, 1e-12)
		nearInterval(t, "interval", iv, Interval{c.Low, c.High}, 1e-9)
	}
}

func TestGoldenAgreement(t *testing.T) {
	raw, err := os.ReadFile("testdata/agreement.json")
	if err != nil {
		t.Fatal(err)
	}
	var g struct {
		Kappa       []goldenKappa[string]
		Quadratic   []goldenKappa[float64]
		Correlation []struct {
			A, B              []float64
			Pearson, Spearman float64
		}
	}
	if err := json.Unmarshal(raw, &g); err != nil {
		t.Fatal(err)
	}
	if len(g.Kappa) == 0 || len(g.Quadratic) == 0 || len(g.Correlation) == 0 {
		t.Fatal("no cases")
	}
	checkKappa(t, g.Kappa, Kappa)
	checkKappa(t, g.Quadratic, QuadraticKappa)
	for _, c := range g.Correlation {
		near(t, "Pearson", Pearson(c.A, c.B), c.Pearson, 1e-12)
		near(t, "Spearman", Spearman(c.A, c.B), c.Spearman, 1e-12)
	}
}

func TestKappaOfFewLabels(t *testing.T) {
	for name, c := range map[string]struct {
		a, b []string
		want float64
	}{
		"perfect":            {[]string{"yes", "no"}, []string{"yes", "no"}, 1},
		"opposite":           {[]string{"yes", "no"}, []string{"no", "yes"}, -1},
		"chance":             {[]string{"yes", "yes", "no", "no"}, []string{"yes", "no", "yes", "no"}, 0},
		"one label is NaN":   {[]string{"yes", "yes"}, []string{"yes", "yes"}, math.NaN()},
		"no items are NaN":   {nil, nil, math.NaN()},
		"no label in common": {[]string{"yes", "yes"}, []string{"no", "no"}, 0},
	} {
		got, iv := Kappa([]Ratings[string]{{A: c.a, B: c.b}}, .95, 10, rand.New(rand.NewPCG(1, 1)))
		if got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		if !math.IsInf(iv.Low, -1) || !math.IsInf(iv.High, 1) {
			t.Errorf("%s: one cluster bounds kappa to %v", name, iv)
		}
	}
}

// Raters that never differ are not known to agree always: fewer clusters leave
// more room below. That is the bound of Wilson's share of dissenters.
func TestPerfectAgreementIsNotCertain(t *testing.T) {
	last := -1.0
	for _, n := range []int{4, 40, 400} {
		var rs []Ratings[string]
		var xs []Ratings[float64]
		for i := range n {
			label, x := []string{"a", "b"}[i%2:i%2+1], []float64{float64(i % 2)}
			rs = append(rs, Ratings[string]{strconv.Itoa(i), label, label})
			xs = append(xs, Ratings[float64]{strconv.Itoa(i), x, x})
		}
		k, iv := Kappa(rs, .95, 200, rand.New(rand.NewPCG(1, 1)))
		q, ivq := QuadraticKappa(xs, .95, 200, rand.New(rand.NewPCG(1, 1)))
		if k != 1 || q != 1 || iv.High != 1 || iv.Low <= last || iv.Low >= 1 {
			t.Errorf("%d items: kappa %v in %v", n, k, iv)
		}
		nearInterval(t, "the numbers' interval", ivq, iv, 1e-12)
		low := 1 - 2*(1-Wilson(n, n, ZQuantile(.95)).Low) // kappa of two even labels is 1 - 2(1-po)
		near(t, "low", iv.Low, max(low, -1), 1e-12)
		last = iv.Low
	}
}

// The interval covers the truth about as often as it says, where clusters are
// what is drawn: 200 worlds of 60 inputs, each labelled by three persons.
func TestKappaIntervalCovers(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	covered, worlds := 0, 200
	const truth = .5 // two even labels; the judge is right in 3 of 4
	for range worlds {
		var rs []Ratings[string]
		for i := range 60 {
			right := r.Float64() < .75
			label := []string{"a", "b"}[r.IntN(2)]
			judge := label
			if !right {
				judge = map[string]string{"a": "b", "b": "a"}[label]
			}
			rs = append(rs, Ratings[string]{strconv.Itoa(i), []string{label, label, label}, []string{judge, judge, judge}})
		}
		if _, iv := Kappa(rs, .95, 400, r); iv.Low <= truth && truth <= iv.High {
			covered++
		}
	}
	if covered < 180 {
		t.Errorf("the 95%% interval covered the truth in %d of %d worlds", covered, worlds)
	}
}

func TestOrderOfRatingsChangesNothing(t *testing.T) {
	a := []Ratings[string]{{"x", []string{"a", "b"}, []string{"a", "a"}}, {"y", []string{"b"}, []string{"b"}}, {"x", []string{"a"}, []string{"b"}}, {"z", nil, nil}}
	b := []Ratings[string]{a[1], a[0], a[2]}
	k1, iv1 := Kappa(a, .95, 100, rand.New(rand.NewPCG(1, 2)))
	k2, iv2 := Kappa(b, .95, 100, rand.New(rand.NewPCG(1, 2)))
	if k1 != k2 || iv1 != iv2 {
		t.Errorf("%v %v and %v %v", k1, iv1, k2, iv2)
	}
}

func TestCorrelationOfConstants(t *testing.T) {
	for _, c := range [][2][]float64{{{1, 1}, {1, 2}}, {{1}, {2}}, {nil, nil}} {
		if p, s := Pearson(c[0], c[1]), Spearman(c[0], c[1]); !math.IsNaN(p) || !math.IsNaN(s) {
			t.Errorf("%v: %v and %v", c, p, s)
		}
	}
}

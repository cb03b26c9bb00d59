package kernel

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// forEachSet runs the test under every set that this CPU offers.
func forEachSet(t *testing.T, test func(t *testing.T, s *Set)) {
	t.Helper()
	for _, name := range Names() {
		s, err := Choose(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) { test(t, s) })
	}
}

// normals is n numbers of standard normal distribution, the same for the same seed.
func normals(seed uint64, n int) []float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// sameBits fails unless both slices are equal bit for bit.
func sameBits(t *testing.T, what string, want, got []float32) {
	t.Helper()
	if len(want) != len(got) {
		t.Fatalf("%s: %d and %d elements", what, len(want), len(got))
	}
	for i := range want {
		if math.Float32bits(want[i]) != math.Float32bits(got[i]) {
			t.Fatalf("%s: element %d is %x, want %x", what, i, got[i], want[i])
		}
	}
}

// near fails when an element differs from its reference by more than bound times its size.
func near(t *testing.T, what string, got []float32, want, size []float64, bound float64) {
	t.Helper()
	for i := range want {
		if d := math.Abs(float64(got[i]) - want[i]); !(d <= bound*size[i]) {
			t.Fatalf("%s: element %d is %g, want %g within %g", what, i, got[i], want[i], bound*size[i])
		}
	}
}

func TestChoose(t *testing.T) {
	names := Names()
	if last := names[len(names)-1]; last != "portable" {
		t.Errorf("the last set is %q, want portable", last)
	}
	for _, name := range names {
		if s, err := Choose(name); err != nil || s.Name() != name {
			t.Errorf("Choose(%q) = %v, %v", name, s, err)
		}
		t.Setenv(Env, name)
		if got := Best().Name(); got != name {
			t.Errorf("Best is %q with %s=%s", got, Env, name)
		}
	}
	for _, wrong := range []string{"", "mmx"} {
		t.Setenv(Env, wrong)
		if diff := cmp.Diff(names[0], Best().Name()); diff != "" {
			t.Errorf("Best with %s=%q (-want +got):\n%s", Env, wrong, diff)
		}
	}
	if _, err := Choose("mmx"); err == nil || !strings.Contains(err.Error(), `"mmx"`) || !strings.Contains(err.Error(), "portable") {
		t.Errorf("Choose(mmx): %v: want an error that names the value and the sets", err)
	}
}

package rng

import (
	"math"
	"slices"
	"testing"
)

// The golden values hold the format: were they to change, every experiment would.
func TestStreamsAreFrozen(t *testing.T) {
	s := New(7, Sample, "abc", "1.0")
	got := []uint64{s.Uint64(), s.Uint64(), s.Uint64()}
	if want := []uint64{0xc63da6385c08ee95, 0xbda8413cb16667c2, 0xb99d078291e43e3b}; !slices.Equal(got, want) {
		t.Errorf("got %#x", got)
	}
	if p := New(7, Order, "", "1").Perm(8); !slices.Equal(p, []int{5, 4, 3, 6, 0, 2, 1, 7}) {
		t.Errorf("got %v", p)
	}
}

func TestNamesTellStreamsApart(t *testing.T) {
	base := Seed(7, Sample, "row", "1")
	for what, other := range map[string]uint64{
		"another seed": Seed(8, Sample, "row", "1"), "another role": Seed(7, Judge, "row", "1"),
		"another row": Seed(7, Sample, "row2", "1"), "another replicate": Seed(7, Sample, "row", "2"),
	} {
		if other == base {
			t.Errorf("%s gave the same stream", what)
		}
	}
}

func TestMoments(t *testing.T) {
	s := New(1, Init, "", "")
	const n = 200_000
	var sum, squares float64
	counts := make([]int, 7)
	for range n {
		x := s.Normal()
		sum, squares = sum+x, squares+x*x
		counts[s.IntN(7)]++
	}
	if mean := sum / n; math.Abs(mean) > 5/math.Sqrt(n) {
		t.Errorf("mean of normals %v", mean)
	}
	if v := squares / n; math.Abs(v-1) > 5*math.Sqrt(2.0/n) {
		t.Errorf("variance of normals %v", v)
	}
	for i, c := range counts {
		if e := float64(n) / 7; math.Abs(float64(c)-e) > 5*math.Sqrt(e) {
			t.Errorf("%d was drawn %d times, expected about %.0f", i, c, e)
		}
	}
}

package backends

import (
	"math"
	"testing"
)

// Every derivative against a central difference, at points away from the kinks.
func TestGradientsAreDerivatives(t *testing.T) {
	for name, l := range map[string]Loss{
		"cross entropy": CrossEntropy, "importance sampling": {Name: "importance_sampling"}, "ppo": {Name: "ppo"},
		"ppo with own bounds": {Name: "ppo", Low: .5, High: 3}, "dro": {Name: "dro", Beta: .3},
	} {
		for _, p := range []float64{-.1, -.9, -1.5, -2.2, -4} {
			for _, a := range []float32{1.5, -.7} {
				d := Datum{Tokens: []int32{1}, Targets: []int32{2}, Weights: []float32{a}, Logprobs: []float32{-1.45}, Advantages: []float32{a}}
				const h = 1e-5
				up, _ := l.Token(&d, 0, p+h)
				down, _ := l.Token(&d, 0, p-h)
				_, got := l.Token(&d, 0, p)
				if want := (up - down) / (2 * h); math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
					t.Errorf("%s at logprob %v, advantage %v: derivative %v, central difference %v", name, p, a, got, want)
				}
			}
		}
	}
}

// PPO's clip: no gradient once the ratio has left its bounds on the side that
// the advantage pushes to (methods table, Schulman et al. 2017).
func TestPPOClips(t *testing.T) {
	at := func(ratio float64, advantage float32) float64 {
		d := Datum{Logprobs: []float32{0}, Advantages: []float32{advantage}}
		_, g := Loss{Name: "ppo"}.Token(&d, 0, math.Log(ratio))
		return g
	}
	for name, c := range map[string]struct {
		got  float64
		zero bool
	}{
		"good and already likelier": {at(1.3, 1), true}, "good and less likely": {at(.7, 1), false},
		"bad and already less likely": {at(.7, -1), true}, "bad and likelier": {at(1.3, -1), false}, "inside": {at(1, 1), false},
	} {
		if (c.got == 0) != c.zero {
			t.Errorf("%s: gradient %v", name, c.got)
		}
	}
}

func TestCispoKeepsAStoppedRatio(t *testing.T) {
	d := Datum{Logprobs: []float32{-3}, Advantages: []float32{2}}
	_, g := Loss{Name: "cispo"}.Token(&d, 0, 0) // ratio e^3, bounded by 4
	if g != -8 {
		t.Errorf("gradient %v, want -4*2", g)
	}
}

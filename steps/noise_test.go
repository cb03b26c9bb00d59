package steps

import (
	"fmt"
	"math"
	"testing"
)

// The dials are what they say: so many verdicts are turned around, so many say first;
// shown in both orders the liking for the first cancels.
func TestNoise(t *testing.T) {
	const n = 4000
	games := make([]game, n)
	for i := range games {
		games[i] = game{entrant{row: fmt.Sprint(i)}, entrant{row: fmt.Sprint(i), replicate: 1}}
	}
	share := func(d noise, better float64) (first, mean float64) {
		shown := 0.0
		for _, g := range games {
			r := d.spoil(ruling{value: better, valid: true}, "1", g)
			mean += r.value / n
			for k, v := range r.ordered {
				shown++
				if v*float64(1-2*k) < 0 { // the first of what was shown, where both orders are
					first++
				}
			}
			if again := d.spoil(ruling{value: better, valid: true}, "1", g); again.value != r.value {
				t.Fatal("the noise of a game is not its own")
			}
		}
		return first / shown, mean
	}
	both := []string{"ab", "ba"}
	if _, mean := share(noise{flip: .2, orders: both}, 1); math.Abs(mean-.6) > .03 {
		t.Errorf("a fifth turned around: the better wins by %v, want .6", mean)
	}
	if first, mean := share(noise{first: .5, orders: both}, 0); math.Abs(first-.5) > .03 || math.Abs(mean) > .03 {
		t.Errorf("half of ties go to the first: %v, and cancel to %v", first, mean)
	}
	if first, mean := share(noise{first: 1, orders: both}, 1); first != 1 || mean != 0 {
		t.Errorf("all go to the first: %v, and cancel to %v", first, mean)
	}
}

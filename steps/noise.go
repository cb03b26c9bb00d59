package steps

import (
	"fmt"

	"idiolect/internal/rng"
)

// noise makes a judge of a program worse on purpose, by dials: experiments about
// judges have to know how bad theirs are.
type noise struct {
	flip, first float64 // see Pairwise
	orders      []string
	seed        int64
}

// none says whether the program is what it is.
func (n noise) none() bool { return n.flip == 0 && n.first == 0 }

// spoil is a game's ruling after the noise, which is drawn by the two texts and the
// round. It is shown in the judge's orders, as to a model, since one that prefers
// what stands first does so in both.
func (n noise) spoil(g ruling, round string, of game) ruling {
	if !g.valid {
		return g
	}
	draw := rng.New(n.seed, rng.Judge, of.first.row, fmt.Sprintf("noise %s %d %d %s", round, of.first.replicate, of.second.replicate, of.first.id+of.second.id))
	orders := n.orders
	if len(orders) == 1 {
		orders = []string{[]string{"ab", "ba"}[draw.IntN(2)]}
	}
	said := g.value
	g.value, g.ordered = 0, nil
	for _, order := range orders {
		v := said
		if draw.Float64() < n.flip {
			v = -v
		}
		if draw.Float64() < n.first {
			if v = -1; order == "ba" {
				v = 1
			}
		}
		g.ordered = append(g.ordered, v)
		g.value += v / float64(len(orders))
	}
	return g
}

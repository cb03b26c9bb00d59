package stats

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// Game is one comparison of two players by name, say of two policies' answers to
// one prompt.
type Game struct {
	Key  string // the prompt: what is drawn at random
	A, B string
	Won  float64 // 1 when A won, 0 when B did, 0.5 for a tie
}

// Strength is how good a player is, on the logit scale: A beats B with probability
// 1/(1+exp(-(Theta of A - Theta of B))). The thetas of all players have mean 0.
type Strength struct {
	Player   string
	Theta    float64
	Interval Interval
}

// BradleyTerry ranks players by their games, the strongest first (Bradley and Terry
// 1952): the thetas of greatest likelihood, where a tie is half a win for each and
// every two players who met have half a win more against each other, so that one
// who always won has a finite strength. Intervals are percentiles of n resamples of
// the prompts (not of the games), drawn from r and fitted anew. Players of whom no
// chain of games leads to each other cannot be ranked, which is an error, as is a
// game against oneself. It panics if n is not positive.
func BradleyTerry(games []Game, confidence float64, n int, r *rand.Rand) ([]Strength, error) {
	mustBeShare(confidence)
	if n < 1 {
		panic("stats: a bootstrap needs resamples")
	}
	l, err := leagueOf(games)
	if err != nil || len(l.players) == 0 {
		return nil, err
	}
	theta := l.fit(l.sum)
	replicates := make([][]float64, len(theta))
	wins := make(totals, len(l.sum))
	for range n {
		clear(wins)
		for range l.prompts {
			wins.add(l.prompts[r.IntN(len(l.prompts))], 1)
		}
		for i, t := range l.fit(wins) {
			replicates[i] = append(replicates[i], t)
		}
	}
	out := make([]Strength, len(theta))
	for i, name := range l.players {
		out[i] = Strength{name, theta[i], percentiles(replicates[i], confidence)}
		if len(l.prompts) < 2 {
			out[i].Interval = Interval{math.Inf(-1), math.Inf(1)}
		}
	}
	slices.SortStableFunc(out, func(a, b Strength) int {
		switch {
		case a.Theta > b.Theta:
			return -1
		case a.Theta < b.Theta:
			return 1
		}
		return strings.Compare(a.Player, b.Player)
	})
	return out, nil
}

// Elo tells a theta on the scale of chess: 1000 is the mean, 400 points are odds of
// ten to one.
func Elo(theta float64) float64 { return 1000 + float64(400/math.Ln10*theta) }

// league is who won how often against whom, of each prompt and in all: wins of i
// against j stand at i*m+j.
type league struct {
	players []string
	met     []bool
	prompts []totals
	sum     totals
}

func leagueOf(games []Game) (league, error) {
	var l league
	for _, g := range games {
		if g.A == g.B {
			return l, fmt.Errorf("a game of %q against itself", g.A)
		}
		l.players = append(l.players, g.A, g.B)
	}
	slices.Sort(l.players)
	l.players = slices.Compact(l.players)
	m := len(l.players)
	l.met, l.sum = make([]bool, m*m), make(totals, m*m)
	order := slices.Clone(games)
	slices.SortStableFunc(order, func(x, y Game) int { return strings.Compare(x.Key, y.Key) })
	for k, g := range order {
		if k == 0 || g.Key != order[k-1].Key {
			l.prompts = append(l.prompts, make(totals, m*m))
		}
		i, _ := slices.BinarySearch(l.players, g.A)
		j, _ := slices.BinarySearch(l.players, g.B)
		last := l.prompts[len(l.prompts)-1]
		last[i*m+j] += g.Won
		last[j*m+i] += 1 - g.Won
		l.met[i*m+j], l.met[j*m+i] = true, true
	}
	for _, p := range l.prompts {
		l.sum.add(p, 1)
	}
	if m > 0 && !l.connected() {
		return l, errors.New("some players never met, not even by way of others: they cannot be ranked together")
	}
	return l, nil
}

func (l league) connected() bool {
	m := len(l.players)
	reached, todo := make([]bool, m), []int{0}
	reached[0] = true
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for j := range m {
			if l.met[i*m+j] && !reached[j] {
				reached[j] = true
				todo = append(todo, j)
			}
		}
	}
	return !slices.Contains(reached, false)
}

// fit returns the thetas by Newton's method; the log-likelihood is concave. The last
// player's is held at 0 meanwhile.
func (l league) fit(wins totals) []float64 {
	m := len(l.players)
	theta := make([]float64, m)
	gradient, step := mat.NewVecDense(m-1, nil), mat.NewVecDense(m-1, nil)
	for range 100 {
		hessian := mat.NewSymDense(m-1, nil)
		gradient.Zero()
		for i := range m - 1 {
			for j := range m {
				if !l.met[i*m+j] {
					continue
				}
				mine, games := wins[i*m+j]+.5, wins[i*m+j]+wins[j*m+i]+1
				p := sigmoid(theta[i] - theta[j])
				gradient.SetVec(i, gradient.AtVec(i)+mine-float64(games*p))
				w := games * p * (1 - p)
				hessian.SetSym(i, i, hessian.At(i, i)+w)
				if j < m-1 {
					hessian.SetSym(i, j, -w)
				}
			}
		}
		var c mat.Cholesky
		if !c.Factorize(hessian) || c.SolveVecTo(step, gradient) != nil {
			break
		}
		largest := mat.Norm(step, math.Inf(1))
		for i := range m - 1 {
			theta[i] += float64(min(1, 2/max(largest, 1e-300)) * step.AtVec(i))
		}
		if largest < 1e-12 {
			break
		}
	}
	mean := 0.0
	for _, t := range theta {
		mean += t / float64(m)
	}
	for i := range theta {
		theta[i] -= mean
	}
	return theta
}

// CyclicTriads returns how many threes of players beat each other in a circle, of a
// round robin of which wins holds how often each won, and Kendall and Babington
// Smith's (1940) coefficient of consistence zeta: 1 when there is none, 0 when there
// are as many as can be. Every two met once and no game was a tie: it panics when
// the wins do not add up to that. Fewer than three players leave zeta NaN.
//
//	c = m(m-1)(m-2)/6 - sum of wins(wins-1)/2,  zeta = 1 - 24c/(m^3 - m) for odd m, 1 - 24c/(m^3 - 4m) for even
func CyclicTriads(wins []int) (circles int, zeta float64) {
	m, sum, chosen := len(wins), 0, 0
	for _, w := range wins {
		sum += w
		chosen += w * (w - 1) / 2
	}
	if sum != m*(m-1)/2 {
		panic("stats: the wins are not those of a round robin")
	}
	circles = m*(m-1)*(m-2)/6 - chosen
	if m < 3 {
		return circles, math.NaN()
	}
	most := m*m*m - m
	if m%2 == 0 {
		most = m*m*m - 4*m
	}
	return circles, 1 - float64(24*circles)/float64(most)
}

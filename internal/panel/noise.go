package panel

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// How often a policy is compared with itself, and what a difference has to exceed to
// be one: as unlikely as three standard deviations of a normal, two-sided.
const (
	selves   = 60
	unlikely = .0027
)

// noise is what the start's own texts say of how far two samplings of it differ.
type noise struct {
	pair
	halves [][2][]*read // of each comparison with itself
	most   float64      // standard deviations that a difference has to exceed
}

// newNoise splits the start's texts in two, again and again: of each row the one half
// of its completions against the other, over all repeats; where rows have one each, the
// one half of the rows against the other, which is more cautious, since then the rows
// differ too.
func newNoise(p pair, r *rand.Rand) *noise {
	n := &noise{pair: p, most: math.Inf(1)}
	if p.start.rows > 1 {
		n.most = distuv.StudentsT{Sigma: 1, Nu: float64(p.start.rows - 1)}.Quantile(1 - unlikely/2)
	}
	byRow := map[string][]*read{}
	var rows []string
	least := math.MaxInt
	for _, x := range p.start.texts {
		if byRow[x.Row] == nil {
			rows = append(rows, x.Row)
		}
		byRow[x.Row] = append(byRow[x.Row], x)
	}
	slices.Sort(rows)
	for _, row := range rows {
		least = min(least, len(byRow[row]))
	}
	if least < 2 {
		all := slices.Clone(p.start.texts)
		for range selves {
			r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			h := len(all) / 2
			n.halves = append(n.halves, [2][]*read{slices.Clone(all[:h]), slices.Clone(all[h : 2*h])})
		}
		return n
	}
	for range selves {
		for _, row := range rows {
			g := byRow[row]
			r.Shuffle(len(g), func(i, j int) { g[i], g[j] = g[j], g[i] })
		}
		var sides [2][]*read
		for draw := range least / 2 { // the first of every row before the second
			for _, row := range rows {
				sides[0], sides[1] = append(sides[0], byRow[row][2*draw]), append(sides[1], byRow[row][2*draw+1])
			}
		}
		n.halves = append(n.halves, sides)
	}
	return n
}

// spread is the standard deviation of the difference of a measure between two
// samplings of the start, each as large as the one that is compared. A share has at
// least that of as many coins: one that the start never shows has no spread to measure.
func (n *noise) spread(k int, f Finding) float64 {
	m := n.measures[k]
	var sd float64
	switch {
	case m.group != nil:
		values := slices.DeleteFunc(n.ofStart[k], math.IsNaN)
		sd = deviation(values) * math.Sqrt(2/float64(len(values)))
	case m.block != nil:
		size := min(n.block, len(n.halves[0][0]))
		blocks := 0
		for _, repeat := range n.policy.repeats {
			blocks += len(n.policy.blocks(repeat, n.block))
		}
		sd = n.rms(func(a, b []*read) float64 {
			a, b = a[:size], b[:size]
			budget := min(countWords(a), countWords(b))
			return m.block(a, budget) - m.block(b, budget)
		}) * math.Sqrt(float64(size)/float64(n.block*blocks))
	case m.whole != nil:
		sd = n.rms(func(a, b []*read) float64 { return m.whole(a) - m.whole(b) })
		sd *= math.Sqrt(float64(min(len(n.halves[0][0]), mostRanked)) / float64(min(n.policy.Len(), mostRanked)))
	default:
		sd = n.rms(func(a, b []*read) float64 { return meanOf(k, a) - meanOf(k, b) }) * math.Sqrt(float64(len(n.halves[0][0]))/float64(n.policy.Len()))
	}
	if m.Form == Share && m.each != nil {
		n0, n1 := float64(n.start.Len()), float64(n.policy.Len())
		p := (float64(f.Start*n0) + float64(f.Value*n1) + 1) / (n0 + n1 + 2)
		sd = max(sd, math.Sqrt(p*(1-p)*(1/n0+1/n1)))
	}
	return sd
}

// rms is the root of the mean square of a difference whose mean is 0.
func (n *noise) rms(difference func(a, b []*read) float64) float64 {
	sum, of := 0.0, 0
	for _, h := range n.halves {
		if d := difference(h[0], h[1]); !math.IsNaN(d) {
			sum += float64(d * d)
			of++
		}
	}
	if of == 0 {
		return math.Inf(1)
	}
	return math.Sqrt(sum / float64(of))
}

// deviation is that of a measure between the texts of the start.
func (n *noise) deviation(k int) float64 {
	var xs []float64
	for _, x := range n.start.texts {
		if k < len(x.features) && !math.IsNaN(x.features[k]) {
			xs = append(xs, x.features[k])
		}
	}
	return deviation(xs)
}

func meanOf(k int, texts []*read) float64 {
	sum, n := 0.0, 0
	for _, x := range texts {
		if v := x.features[k]; !math.IsNaN(v) {
			sum += v
			n++
		}
	}
	return sum / float64(n)
}

// deviation is the standard deviation of a sample; +Inf of fewer than two.
func deviation(xs []float64) float64 {
	if len(xs) < 2 {
		return math.Inf(1)
	}
	center, squares := mean(xs), 0.0
	for _, x := range xs {
		squares += float64((x - center) * (x - center))
	}
	return math.Sqrt(squares / float64(len(xs)-1))
}

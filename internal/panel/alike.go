package panel

import (
	"math"

	"idiolect/internal/text"
)

// SelfBLEU is how alike texts are (Zhu et al. 2018): the mean of BLEU-4 of each with
// the others as references. NaN of fewer than two.
func SelfBLEU(texts [][]string) float64 {
	if len(texts) < 2 {
		return math.NaN()
	}
	sum := 0.0
	for i, t := range texts {
		var others [][]string
		for j, o := range texts {
			if j != i {
				others = append(others, o)
			}
		}
		sum += BLEU(t, others)
	}
	return sum / float64(len(texts))
}

// BLEU is sentence BLEU-4 (Papineni et al. 2002): the geometric mean of the clipped
// precisions of 1- to 4-grams times the penalty for being shorter than the reference
// nearest in length. Of n-grams without a match a tenth of one is counted, as "method 1"
// of Chen and Cherry (2014); without a common word it is 0.
func BLEU(words []string, references [][]string) float64 {
	own := hashes(words)
	refs := make([][]uint64, len(references))
	nearest := math.MaxInt
	for i, r := range references {
		refs[i] = hashes(r)
		if d, best := distance(len(r), len(words)), distance(nearest, len(words)); d < best || d == best && len(r) < nearest {
			nearest = len(r)
		}
	}
	logs := 0.0
	for n := 1; n <= 4; n++ {
		matches, of := clipped(own, refs, n)
		if n == 1 && matches == 0 {
			return 0
		}
		logs += math.Log(max(float64(matches), .1)/float64(max(of, 1))) / 4
	}
	if short := float64(nearest) / float64(len(words)); short > 1 {
		logs += 1 - short
	}
	return math.Exp(logs)
}

func distance(a, b int) int { return max(a-b, b-a) }

// clipped counts the n-grams that a reference has too, each as often as the reference
// that has it most.
func clipped(own []uint64, refs [][]uint64, n int) (matches, of int) {
	most := map[uint64]int{}
	for _, r := range refs {
		for g, c := range counted(grams(r, n)) {
			most[g] = max(most[g], c)
		}
	}
	mine := grams(own, n)
	for g, c := range counted(mine) {
		matches += min(c, most[g])
	}
	return matches, len(mine)
}

func counted(grams []uint64) map[uint64]int {
	out := make(map[uint64]int, len(grams))
	for _, g := range grams {
		out[g]++
	}
	return out
}

func selfBLEU(group []*read) float64 {
	texts := make([][]string, len(group))
	for i, x := range group {
		texts[i] = x.words
	}
	return SelfBLEU(texts)
}

// groupRougeL is the mean ROUGE-L of every two.
func groupRougeL(group []*read) float64 {
	sum, n := 0.0, 0
	for i, x := range group {
		for _, y := range group[:i] {
			sum += text.RougeLWords(x.hashes, y.hashes)
			n++
		}
	}
	return sum / float64(n)
}

// effective is the number of different texts that would be as uncertain, as a share of
// all: exp(entropy of the copies)/n. Texts of the same words are copies; if all are, it
// is 1/n.
func effective(group []*read) float64 {
	copies := map[string]int{}
	var order []string
	for _, x := range group {
		key := ""
		for _, w := range x.words {
			key += w + " "
		}
		if copies[key] == 0 {
			order = append(order, key)
		}
		copies[key]++
	}
	entropy := 0.0
	for _, key := range order {
		p := float64(copies[key]) / float64(len(group))
		entropy -= p * math.Log(p)
	}
	return math.Exp(entropy) / float64(len(group))
}

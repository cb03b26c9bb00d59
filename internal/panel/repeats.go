package panel

import (
	"math"
	"slices"
)

// Rep is rep-n (Welleck et al. 2020): the share of a text's n-grams that repeat an
// earlier one, 1 - distinct/all. It is 0 for a text with no n-gram.
func Rep(words []string, n int) float64 {
	grams := grams(hashes(words), n)
	if len(grams) == 0 {
		return 0
	}
	return 1 - float64(countDistinct(grams))/float64(len(grams))
}

// Distinct is distinct-n (Li et al. 2016): of the n-grams of all texts, the share that
// is distinct. It falls with every word more, so compare equal numbers of words. NaN of
// no n-gram.
func Distinct(texts [][]string, n int) float64 {
	var all []uint64
	for _, words := range texts {
		all = append(all, grams(hashes(words), n)...)
	}
	return share(all)
}

// share is how much of grams is distinct; it sorts them.
func share(grams []uint64) float64 {
	if len(grams) == 0 {
		return math.NaN()
	}
	return float64(countDistinct(grams)) / float64(len(grams))
}

func countDistinct(xs []uint64) int {
	slices.Sort(xs)
	n := 0
	for i, x := range xs {
		if i == 0 || x != xs[i-1] {
			n++
		}
	}
	return n
}

// hashes stand for words (FNV-1a, 64 bits): among a million, two that differ are alike
// once in 10^7 such sets.
func hashes(words []string) []uint64 {
	out := make([]uint64, len(words))
	for i, w := range words {
		h := uint64(14695981039346656037)
		for j := range len(w) {
			h = (h ^ uint64(w[j])) * 1099511628211
		}
		out[i] = h
	}
	return out
}

// grams stand for the runs of n words.
func grams(words []uint64, n int) []uint64 {
	if len(words) < n {
		return nil
	}
	out := make([]uint64, len(words)-n+1)
	for i := range out {
		for _, w := range words[i : i+n] {
			out[i] = (out[i] ^ w) * 0x9e3779b97f4a7c15
			out[i] ^= out[i] >> 29
		}
	}
	return out
}

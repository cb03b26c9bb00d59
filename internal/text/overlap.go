package text

import (
	"math/bits"
)

// maxOverlapWords bounds the words of each text that RougeL reads, and with them its cost: 4096 x 4096 words take a few
// milliseconds.
const maxOverlapWords = 4096

// RougeL is the F1 of the longest common subsequence of the words of a and b, ROUGE-L with beta 1 (Lin 2004, section 3.1)
// without stemming: 2 LCS / (|a| + |b|). It is 1 for equal words, 0 for nothing in common or for a text without words,
// and symmetric. Words beyond the first 4096 of a text are not read.
func RougeL(a, b string) float64 {
	return RougeLWords(firstWords(a), firstWords(b))
}

// RougeLWords is RougeL of texts taken apart by Words, or of the numbers of their words, for those who compare each with
// many.
func RougeLWords[W comparable](a, b []W) float64 {
	a, b = a[:min(len(a), maxOverlapWords)], b[:min(len(b), maxOverlapWords)]
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	return float64(2*commonSubsequence(a, b)) / float64(len(a)+len(b))
}

func firstWords(s string) []string {
	var words []string
	eachWord(s, func(w string) bool {
		words = append(words, w)
		return len(words) < maxOverlapWords
	})
	return words
}

// commonSubsequence returns the length of the longest common subsequence by Hyyro's bit-parallel recurrence (Bit-parallel
// LCS-length computation revisited, 2004): row holds one bit for each word of a, and a zero bit is a step of the
// classic table's last row.
func commonSubsequence[W comparable](a, b []W) int {
	blocks := (len(a) + 63) / 64
	at := map[W][]uint64{} // word to the bits of its places in a
	for i, w := range a {
		if at[w] == nil {
			at[w] = make([]uint64, blocks)
		}
		at[w][i/64] |= 1 << (i % 64)
	}
	row := make([]uint64, blocks)
	for i := range row {
		row[i] = ^uint64(0)
	}
	for _, w := range b {
		places := at[w]
		if places == nil {
			continue
		}
		var carry uint64
		for i, v := range row {
			hit := v & places[i]
			var sum uint64
			sum, carry = bits.Add64(v, hit, carry)
			row[i] = sum | v&^hit
		}
	}
	steps := 0
	for i, v := range row {
		if last := len(a) - 64*i; last < 64 {
			v |= ^uint64(0) << last // bits beyond a
		}
		steps += bits.OnesCount64(^v)
	}
	return steps
}

// Repeats counts the runs of n words of s that have occurred in it before: 0 if all are distinct. It is 0 for n below 1.
func Repeats(s string, n int) int {
	words := Words(s)
	if n < 1 || len(words) < n {
		return 0
	}
	ids := make([]int, len(words))
	number(ids, func(i int) string { return words[i] })
	// A run of `to` words is known by the numbers of the two runs of `span` words that cover it, so that any n costs
	// log n rounds over the words.
	for span := 1; span < n; {
		to := min(2*span, n)
		next := ids[:len(words)-to+1]
		number(next, func(i int) [2]int { return [2]int{ids[i], ids[i+to-span]} })
		ids, span = next, to
	}
	distinct := 0
	for _, id := range ids {
		distinct = max(distinct, id+1)
	}
	return len(ids) - distinct
}

// number sets ids[i] to the rank of first occurrence of key(i). It calls key in order of i, before it sets ids[i].
func number[K comparable](ids []int, key func(i int) K) {
	rank := make(map[K]int, len(ids))
	for i := range ids {
		k := key(i)
		id, ok := rank[k]
		if !ok {
			id = len(rank)
			rank[k] = id
		}
		ids[i] = id
	}
}

package text

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Similarity is the cosine of the character-trigram counts of two texts in lower case, from 0 (nothing in common, or a
// text of nothing) to 1 (the same counts), and symmetric. Trigrams are of every three characters that follow one
// another, white space and punctuation included; a text of fewer than three is one gram.
func Similarity(a, b string) float64 { return TrigramsOf(a).Cosine(TrigramsOf(b)) }

// Trigrams are the trigram counts of a text, for those who compare each with many.
type Trigrams struct {
	grams   []trigram // sorted by what they are
	squares float64   // sum of the squared counts
}

type trigram struct {
	is uint64 // three characters of 21 bits
	n  float64
}

// TrigramsOf counts the trigrams of a text.
func TrigramsOf(s string) Trigrams {
	runes := []rune(strings.ToLower(s))
	if len(runes) == 0 {
		return Trigrams{}
	}
	var all []uint64
	for i := range max(len(runes)-2, 1) {
		is := uint64(0)
		for _, r := range runes[i:min(i+3, len(runes))] {
			is = is<<21 | uint64(r)
		}
		all = append(all, is)
	}
	slices.Sort(all)
	var t Trigrams
	for i := 0; i < len(all); {
		from := i
		for i < len(all) && all[i] == all[from] {
			i++
		}
		n := float64(i - from)
		t.grams = append(t.grams, trigram{all[from], n})
		t.squares += n * n
	}
	return t
}

// Cosine is [Similarity] of the two texts. Counts are whole numbers, so that it is exact up to the last division.
func (t Trigrams) Cosine(o Trigrams) float64 {
	if len(t.grams) == 0 || len(o.grams) == 0 {
		return 0
	}
	dot := 0.0
	for i, j := 0, 0; i < len(t.grams) && j < len(o.grams); {
		switch cmp.Compare(t.grams[i].is, o.grams[j].is) {
		case -1:
			i++
		case 1:
			j++
		default:
			dot += float64(t.grams[i].n * o.grams[j].n)
			i, j = i+1, j+1
		}
	}
	return min(dot/math.Sqrt(float64(t.squares*o.squares)), 1)
}

package panel

import (
	"compress/gzip"
	"io"
	"slices"
	"strings"
	"unicode"

	"idiolect/internal/text"
)

// Skeleton is what is left of a text's longest sentence when what it was asked about is
// taken out: its words in lower case, each of the slots as _ and each number as #. Two
// texts with one skeleton are one text filled in twice.
func Skeleton(s string, slots []string) string {
	var longest []string
	for _, sentence := range text.Sentences(s) {
		if words := text.Words(sentence); len(words) > len(longest) {
			longest = words
		}
	}
	for i, w := range longest {
		switch {
		case slices.Contains(slots, w):
			longest[i] = "_"
		case !strings.ContainsFunc(w, func(r rune) bool { return !unicode.IsDigit(r) }):
			longest[i] = "#"
		}
	}
	return strings.Join(longest, " ")
}

// opening is a text's first three words.
func opening(words []string) string { return strings.Join(words[:min(3, len(words))], " ") }

// distinctSkeletons is the share of texts whose skeleton no earlier one has.
func distinctSkeletons(texts []*read, _ int) float64 {
	seen := map[string]bool{}
	for _, x := range texts {
		seen[x.skeleton] = true
	}
	return float64(len(seen)) / float64(len(texts))
}

// commonestOpening is the share of texts that begin with the commonest three words.
func commonestOpening(texts []*read, _ int) float64 {
	counts, most := map[string]int{}, 0
	for _, x := range texts {
		counts[x.opening]++
		most = max(most, counts[x.opening])
	}
	return float64(most) / float64(len(texts))
}

// distinct is distinct-n of the first words of the texts; by one goroutine, as compressing.
func distinct(n int) func([]*read, int) float64 {
	var all []uint64
	return func(texts []*read, budget int) float64 {
		all = all[:0]
		for _, x := range texts {
			words := x.hashes[:min(len(x.hashes), budget)]
			budget -= len(words)
			all = append(all, grams(words, n)...)
		}
		return share(all)
	}
}

// compressing is how large texts are when gzip has compressed them, as a share of what
// they were. It has one compressor for all that it is called with, by one goroutine.
func compressing() func([]*read, int) float64 {
	var z *gzip.Writer
	return func(texts []*read, budget int) float64 {
		var count counter
		if z == nil {
			z = gzip.NewWriter(&count)
		}
		z.Reset(&count)
		size := 0
		for _, x := range texts {
			if budget -= len(x.words); budget < 0 {
				break
			}
			n, _ := io.WriteString(z, x.Completion+"\n") // a counter never fails
			size += n
		}
		_ = z.Close()
		return float64(count) / float64(size)
	}
}

type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

func countWords(texts []*read) int {
	n := 0
	for _, x := range texts {
		n += len(x.words)
	}
	return n
}

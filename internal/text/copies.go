package text

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
)

// longText is how many words a text has at least for which longRun words in a row
// are asked for: the longer it is, the more often common phrases recur in it.
const (
	longText = 100
	longRun  = 13
)

// Copies finds texts that repeat one of some known texts: the same words, a run of
// words in common, or a high ROUGE-L. Runs are found by their hashes, so that a
// text costs its own length, however many are known. It is not safe for several
// goroutines.
type Copies struct {
	words  int // of a run; 0: none is looked for
	equal  map[[16]byte]bool
	runs   map[int]map[[16]byte]bool // by their length
	near   *Near
	rougeL float64
}

// NewCopies takes a text for a copy that has so many words in a row in common with
// a known one (13, where words is fewer and the text has 100 words or more), or whose
// RougeL with a known one is at least rougeL. At 0 either is not looked for.
func NewCopies(words int, rougeL float64) *Copies {
	c := &Copies{words: words, equal: map[[16]byte]bool{}, runs: map[int]map[[16]byte]bool{}, near: NewNear(rougeL), rougeL: rougeL}
	if words > 0 {
		c.runs[words], c.runs[max(words, longRun)] = map[[16]byte]bool{}, map[[16]byte]bool{}
	}
	return c
}

// Add makes a text known. One without words is not looked for.
func (c *Copies) Add(s string) {
	words := Words(s)
	if len(words) == 0 || c.equal[hashWords(words)] {
		return
	}
	c.equal[hashWords(words)] = true
	for n, known := range c.runs {
		for i := range len(words) - n + 1 {
			known[hashWords(words[i:i+n])] = true
		}
	}
	if c.rougeL > 0 {
		c.near.keep(c.near.count(s))
	}
}

// Why says in which way s is a copy: "" if it is none.
func (c *Copies) Why(s string) string {
	words := Words(s)
	if len(words) == 0 {
		return ""
	}
	if c.equal[hashWords(words)] {
		return "the same words"
	}
	if why := c.run(words); why != "" {
		return why
	}
	if c.rougeL > 0 && c.near.like(c.near.count(s)) {
		return fmt.Sprintf("ROUGE-L of %g or more", c.rougeL)
	}
	return ""
}

// Run is Why for runs of words alone.
func (c *Copies) Run(s string) string { return c.run(Words(s)) }

func (c *Copies) run(words []string) string {
	n := c.words
	if n > 0 && len(words) >= longText {
		n = max(n, longRun)
	}
	for i := range len(words) - n + 1 {
		if n > 0 && c.runs[n][hashWords(words[i:i+n])] {
			return fmt.Sprintf("%d words in a row are the same", n)
		}
	}
	return ""
}

// hashWords is of words in their order: 128 bits of FNV-1a, each word after its
// length.
func hashWords(words []string) (sum [16]byte) {
	h := fnv.New128a()
	var buf []byte
	for _, w := range words {
		buf = append(binary.AppendUvarint(buf[:0], uint64(len(w))), w...)
		h.Write(buf)
	}
	h.Sum(sum[:0])
	return sum
}

package world

import (
	"math/rand/v2"
	"strings"

	"idiolect/internal/text"
)

// A word of a line, with what metre and rhyme need to know of it.
type word struct {
	text      string
	syllables int
	rhyme     string
	grammar   bool // a word of grammar may come twice in a poem
}

// newWord reads a word of the lexicon, in which an underscore stands for a space.
func newWord(s string) word {
	s = strings.ReplaceAll(s, "_", " ")
	last := s[strings.LastIndexByte(s, ' ')+1:]
	return word{text: s, syllables: text.SyllablesIn(s), rhyme: text.RhymeKey(last)}
}

// maxSyllables of a line: the longest of the form and what a line that misses may have more.
const maxSyllables = 9

// choices are the words that may stand in one place, by their syllables.
type choices [maxSyllables + 1][]word

func (c *choices) add(w word) {
	if w.syllables <= maxSyllables {
		c[w.syllables] = append(c[w.syllables], w)
	}
}

// rhyming returns the choices that end in the rhyme, all of them for "".
func (c *choices) rhyming(rhyme string) *choices {
	if rhyme == "" {
		return c
	}
	var some choices
	for _, words := range c {
		for _, w := range words {
			if w.rhyme == rhyme {
				some.add(w)
			}
		}
	}
	return &some
}

// line fills the first template, in random order, that has a place for every pin and can have the wanted syllables and
// end in the rhyme.
func (h *Haiku) line(r *rand.Rand, from []template, pins []pin, want int, rhyme string) ([]word, bool) {
	for _, i := range r.Perm(len(from)) {
		places, ok := h.places(r, from[i], pins)
		if !ok {
			continue
		}
		last := len(places) - 1
		places[last] = places[last].rhyming(rhyme)
		if words, ok := fill(r, places, want); ok {
			return words, true
		}
	}
	return nil, false
}

// places returns the choices of each word of the template, with every pin put in a random place of its class.
func (h *Haiku) places(r *rand.Rand, t template, pins []pin) ([]*choices, bool) {
	places := make([]*choices, len(t))
	for _, p := range pins {
		at, seen := -1, 0
		for i, part := range t {
			if part.class == p.class && places[i] == nil {
				seen++
				if r.IntN(seen) == 0 {
					at = i
				}
			}
		}
		if at < 0 {
			return nil, false
		}
		places[at] = only(p.word)
	}
	for i, part := range t {
		switch {
		case places[i] != nil:
		case part.class != 0:
			places[i] = h.words.classes[part.class]
		default:
			places[i] = only(part.literal)
		}
	}
	return places, true
}

func only(w word) *choices {
	var c choices
	c.add(w)
	return &c
}

// fill draws one word for each place, uniformly among all fillings whose syllables sum to want. Each place draws its syllables in
// proportion to the fillings they leave to the places after it, so that no filling is ever thrown away.
func fill(r *rand.Rand, places []*choices, want int) ([]word, bool) {
	// fillings[i][s]: in how many ways places i.. can have s syllables.
	fillings := make([][maxSyllables + 1]int, len(places)+1)
	fillings[len(places)][0] = 1
	for i := len(places) - 1; i >= 0; i-- {
		for n, words := range places[i] {
			for s := n; s <= want; s++ {
				fillings[i][s] += len(words) * fillings[i+1][s-n]
			}
		}
	}
	if fillings[0][want] == 0 {
		return nil, false
	}
	line := make([]word, len(places))
	for i, place := range places {
		k := r.IntN(fillings[i][want])
		for n, words := range place[:want+1] {
			rest := fillings[i+1][want-n]
			if k < len(words)*rest {
				line[i] = words[k/rest]
				want -= n
				break
			}
			k -= len(words) * rest
		}
	}
	return line, true
}

package world

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// form is the number of syllables of each line of a haiku.
var form = [3]int{5, 7, 5}

// A plan is what a poem will have; the words that the plan leaves open are drawn line by line.
type plan struct {
	topic    word
	named    bool
	metrical bool
	marked   []pin // words of the hyperbole, season and colour dials
	rhymed   bool
}

// A pin is a word that must stand in a place of its class.
type pin struct {
	class class
	word  word
}

// Poem writes a haiku about the topic, a word of one to four syllables: three lower-case lines without punctuation.
func (h *Haiku) Poem(r *rand.Rand, topic string) string {
	p := plan{
		topic:    newWord(topic),
		named:    r.Float64() < h.dials.Topic,
		metrical: r.Float64() < h.dials.Form,
		rhymed:   r.Float64() >= h.dials.Unrhymed,
	}
	for _, m := range []struct {
		share float64
		words []pin
	}{{h.dials.Hyperbole, h.words.hyperbole}, {h.dials.Season, h.words.season}, {h.dials.Colour, h.words.colour}} {
		if r.Float64() < m.share {
			mark := pick(r, m.words)
			for mark.word.text == topic {
				mark = pick(r, m.words)
			}
			p.marked = append(p.marked, mark)
		}
	}
	// An attempt is given up when no template takes its pins, when a word comes twice or when the lines rhyme against the
	// plan. The plan itself is kept: to redraw it would move the rates away from the dials.
	for range 10_000 {
		if poem, ok := h.attempt(r, p); ok {
			return poem
		}
	}
	panic(fmt.Sprintf("world: no poem for %+v", p))
}

// attempt places the plan's words in lines and fills them.
func (h *Haiku) attempt(r *rand.Rand, p plan) (string, bool) {
	var pins [3][]pin
	for _, m := range p.marked {
		i := r.IntN(len(pins))
		pins[i] = append(pins[i], m)
	}
	naming := -1
	if p.named {
		naming = [...]int{0, 0, 0, 1, 1, 2}[r.IntN(6)]
		pins[naming] = append(pins[naming], pin{topicWord, p.topic})
	}
	rhyming, with := -1, -1
	if p.rhymed {
		rhyming = 1 + r.IntN(2)
		with = r.IntN(rhyming)
	}
	want := syllables(r, p.metrical)
	var lines [3][]word
	for i := range lines {
		from, rhyme := h.plain, ""
		if i == naming {
			from = h.naming
		}
		if i == rhyming {
			rhyme = lines[with][len(lines[with])-1].rhyme
		}
		var ok bool
		if lines[i], ok = h.line(r, from, pins[i], want[i], rhyme); !ok {
			return "", false
		}
	}
	if p.repeats(lines) || p.rhymed != rhymes(lines) {
		return "", false
	}
	return lay(lines), true
}

// syllables draws the lengths of the lines: the form, or one or two lines off by one or two.
func syllables(r *rand.Rand, metrical bool) [3]int {
	want := form
	if !metrical {
		for _, i := range r.Perm(len(want))[:1+r.IntN(2)] {
			want[i] += pick(r, []int{-2, -1, 1, 2})
		}
	}
	return want
}

// repeats reports whether a word of more than grammar comes twice, or the topic comes where the plan does not name it.
func (p plan) repeats(lines [3][]word) bool {
	var seen []string
	if !p.named {
		seen = append(seen, p.topic.text)
	}
	for _, line := range lines {
		for _, w := range line {
			if w.grammar {
				continue
			}
			if slices.Contains(seen, w.text) {
				return true
			}
			seen = append(seen, w.text)
		}
	}
	return false
}

func rhymes(lines [3][]word) bool {
	var keys [3]string
	for i, line := range lines {
		keys[i] = line[len(line)-1].rhyme
	}
	return keys[0] == keys[1] || keys[1] == keys[2] || keys[0] == keys[2]
}

// lay joins the words, with "an" for "a" before a vowel.
func lay(lines [3][]word) string {
	var b strings.Builder
	for i, line := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		for j, w := range line {
			if j > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(w.text)
			if w.text == "a" && j+1 < len(line) && vowelSound(line[j+1].text) {
				b.WriteByte('n')
			}
		}
	}
	return b.String()
}

// vowelSound reports whether a word begins with a vowel as spoken, by its spelling: unit, euro and one begin with a consonant,
// hour and heir with a vowel.
func vowelSound(w string) bool {
	for _, prefix := range []string{"uni", "use", "usu", "uti", "ura", "eu", "ewe", "one", "ukulele"} {
		if strings.HasPrefix(w, prefix) {
			return strings.HasPrefix(w, "unin") || strings.HasPrefix(w, "unim")
		}
	}
	for _, prefix := range []string{"hour", "heir", "honest", "honor"} {
		if strings.HasPrefix(w, prefix) {
			return true
		}
	}
	return strings.ContainsRune("aeiou", rune(w[0]))
}

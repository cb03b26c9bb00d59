package world

import (
	"slices"
	"strings"

	"idiolect/internal/text"
)

// Rates are the shares of poems with each property, measured from the text.
type Rates struct {
	Poems     int
	Form      float64 // three lines of 5, 7 and 5 syllables
	Named     float64 // the topic as a word
	Unrhymed  float64 // no two lines rhyme
	Hyperbole float64 // a hyperbole word of this world
	Season    float64 // a season word of this world
	Colour    float64 // a colour of this world
	The       float64 // the word "the"
	Known     float64 // every word but the topic is in the dictionary
}

// RatesOf measures poems, each about the topic at its index. Without poems every share is 0.
func RatesOf(topics, poems []string) Rates {
	hyperbole := headWords(hyperboleAdjectives, hyperboleQuantities, hyperboleAdverbs)
	season := headWords(seasonAdjectives, seasonNouns)
	colour := headWords(colours)
	count := func(has func(topic, poem string) bool) float64 {
		n := 0
		for i, poem := range poems {
			if has(topics[i], poem) {
				n++
			}
		}
		return float64(n) / float64(max(len(poems), 1))
	}
	return Rates{
		Poems:     len(poems),
		Form:      count(func(_, poem string) bool { return metrical(text.Lines(poem)) }),
		Named:     count(func(topic, poem string) bool { return text.Mentions(poem, topic) }),
		Unrhymed:  count(func(_, poem string) bool { return !text.AnyRhyme(text.Lines(poem)) }),
		Hyperbole: count(func(_, poem string) bool { return anyOf(poem, hyperbole) }),
		Season:    count(func(_, poem string) bool { return anyOf(poem, season) }),
		Colour:    count(func(_, poem string) bool { return anyOf(poem, colour) }),
		The:       count(func(_, poem string) bool { return anyOf(poem, []string{"the"}) }),
		Known: count(func(topic, poem string) bool {
			return !slices.ContainsFunc(text.Words(poem), func(w string) bool { return !text.Known(w) && !text.Mentions(w, topic) })
		}),
	}
}

func anyOf(poem string, list []string) bool {
	return slices.ContainsFunc(text.Words(poem), func(w string) bool { return slices.Contains(list, w) })
}

func metrical(lines []string) bool {
	if len(lines) != len(form) {
		return false
	}
	for i, line := range lines {
		if text.SyllablesIn(line) != form[i] {
			return false
		}
	}
	return true
}

// headWords lists the words that tell an entry of the lists: "thousand" for "a thousand".
func headWords(lists ...string) []string {
	var heads []string
	for _, s := range strings.Fields(strings.Join(lists, " ")) {
		heads = append(heads, s[strings.LastIndexByte(s, '_')+1:])
	}
	return heads
}

package world

import "strings"

// A class is the place a word takes in a line; the letters are those of the templates.
type class byte

const (
	topicWord       class = 'T'
	determiner      class = 'D'
	adjective       class = 'A'
	noun            class = 'N'
	place           class = 'L'
	moment          class = 'M'
	verb            class = 'V' // third person singular, for every singular subject
	transitiveVerb  class = 'X'
	quantity        class = 'K'
	pluralNoun      class = 'S'
	pluralVerb      class = 'Z'
	preposition     class = 'P'
	timePreposition class = 'U'
	adverb          class = 'R'
	pronoun         class = 'O'
)

// Lines that name the topic. It never comes first: there byte-pair pieces have no leading space, as they have in the prompt, and
// copying is the hardest skill of a small model.
const topicTemplates = `D T | A T | D T V | D A T V | D A T | A T V | A T V R | P D T | P D A T | D T V R | D T V P D L | D T P D L | A T P D L |
	D A T P D L | D N and D T | D N P D T | D N V P D T | P D T D N V | P D T O V | R D T V | R D T | D T and D N | D N of D T |
	only D T V | D T V U M | D T U M | U M D T V | O V P D T | K S P D T | like D A T | as D T V | D T V and V | D N X D T |
	D T X D N | O X D T | O X D A T | D A A T | P D L D T V | while D T V | D A T and D N`

// Lines that do not.
const plainTemplates = `D A N V | D N V R | D N V P D L | D A N P D L | P D A L | P D L D N V | P D A L O V | A N P D L | A N V P D L |
	R D N V | D N and D N | D A N and D N | O V P D L | O V P D A L | O V U M | O V R | U M D N V | U M D A N | U M O V | K S P D L |
	K S Z | K S Z R | K S Z P D L | K A S | K A S Z | P D L K S Z | D N V and V | while D N V | as D N V | D N V U M | and then D N V |
	only D N V | D A A N | A and A | like D A N | where D N V | D N X D N | O X D N | O X D A N | D N X K S | R O V | D N of D N |
	D A N V R | R P D A L | V R`

// A template is one line: literal words, and slots to be filled.
type template []part

// A part is a slot when class is set, else a literal word.
type part struct {
	class   class
	literal word
}

func templates(list string) []template {
	var ts []template
	for line := range strings.SplitSeq(list, "|") {
		var t template
		for _, f := range strings.Fields(line) {
			if len(f) == 1 && f[0] < 'a' {
				t = append(t, part{class: class(f[0])})
			} else {
				t = append(t, part{literal: newWord(f)})
			}
		}
		ts = append(ts, t)
	}
	return ts
}

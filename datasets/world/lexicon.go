package world

import "strings"

// The words of the corpus, by the place they take in a line. The filling words are few and short on purpose: a model of a few
// million parameters must learn how many syllables each of them has. A word written twice is drawn twice as often. The words of
// the three dials (hyperbole, season, colour) stand in lists of their own and nowhere else, so that a dial alone decides how
// often a poem has one.
const (
	determiners = `the the the the the the the the a a a a a my my one no her his this that`

	adjectives = `old pale soft small bright dark cold warm slow deep clear cool dry faint thin tall wide wet lost late shy wild
		plain strange bare calm quiet gentle distant broken empty hollow heavy narrow sleepy hidden patient rusty misty dusty wooden
		silent lonely humble bitter tender ancient crooked tired hungry faded fragile stubborn sleeping drifting falling waiting
		singing borrowed secret lucky forgotten unfinished familiar`

	nouns = `moon star cloud wind stone leaf branch wave bell boat bird crow moth key door hand heart voice song name dream breath
		flame thread root seed hat coin clock ghost shadow lantern candle mirror feather pebble ribbon letter whisper echo silence
		breeze spider cricket heron sparrow kitten kettle teacup blanket ladder petal thunder rainbow stranger memory waterfall
		butterfly umbrella`

	places = `shore bridge field roof pond street path wall gate fence barn well hill lake valley harbor garden corner kitchen
		doorway hallway hillside river meadow station village orchard forest desert island mountain market chapel window`

	moments = `dawn dusk noon night rain midnight morning evening sunset sunrise nightfall daybreak supper tomorrow`

	verbs = `drifts falls waits sings fades turns rests wakes burns sleeps dreams sinks floats spins leans bends glows shines hums
		rings sways swings climbs crawls creeps weeps sighs laughs grows melts listens wanders whispers shivers lingers hurries
		flickers returns answers gathers stumbles hovers settles trembles glistens vanishes remembers disappears`

	transitive = `holds finds keeps calls hides leaves hears wants meets knows follows forgets carries touches remembers`

	quantities = `two three four ten seven many several`

	plurals = `stars clouds stones waves bells boats birds crows moths doors hands songs dreams seeds roads ghosts shadows lanterns
		candles feathers pebbles ribbons letters whispers echoes sparrows crickets petals memories`

	pluralVerbs = `drift fall wait sing fade rest wake burn sleep sink float glow shine sway gather wander whisper listen hover return
		remember`

	prepositions = `in on by near past under above beneath beyond across through over beside behind along inside toward against`

	timePrepositions = `before after until since`

	adverbs = `now here there once twice home soon still softly slowly again alone gently tonight away apart today somewhere quietly
		suddenly together carefully patiently`

	pronouns = `she he it someone nobody`
)

// Hyperbole words, by the place they take.
const (
	hyperboleAdjectives = `endless infinite eternal boundless timeless immense enormous colossal`
	hyperboleQuantities = `a_thousand a_million countless` // _ is a space
	hyperboleAdverbs    = `forever always endlessly eternally`
)

// Season words, by the place they take.
const (
	seasonAdjectives = `spring summer autumn winter`
	seasonNouns      = `snow frost blossom`
)

const colours = `red blue green black white gray golden silver yellow purple crimson amber`

// A lexicon holds the words ready to be drawn.
type lexicon struct {
	classes                   map[class]*choices
	hyperbole, season, colour []pin
}

func newLexicon() lexicon {
	l := lexicon{classes: map[class]*choices{}}
	for c, list := range map[class]string{
		determiner: determiners, adjective: adjectives, noun: nouns, place: places, moment: moments, verb: verbs,
		transitiveVerb: transitive, quantity: quantities, pluralNoun: plurals, pluralVerb: pluralVerbs,
		preposition: prepositions, timePreposition: timePrepositions, adverb: adverbs, pronoun: pronouns,
	} {
		l.classes[c] = &choices{}
		for _, s := range strings.Fields(list) {
			w := newWord(s)
			w.grammar = c == determiner || c == preposition || c == timePreposition || c == pronoun
			l.classes[c].add(w)
		}
	}
	l.hyperbole = pins(adjective, hyperboleAdjectives)
	l.hyperbole = append(l.hyperbole, pins(quantity, hyperboleQuantities)...)
	l.hyperbole = append(l.hyperbole, pins(adverb, hyperboleAdverbs)...)
	l.season = append(pins(adjective, seasonAdjectives), pins(noun, seasonNouns)...)
	l.colour = pins(adjective, colours)
	return l
}

func pins(c class, list string) []pin {
	var ps []pin
	for _, s := range strings.Fields(list) {
		ps = append(ps, pin{c, newWord(s)})
	}
	return ps
}

// Package world writes the text that the shipped model is pretrained on: a small world in which every property that a
// judge may ask for has a known rate and can be measured by a program.
//
//	world.go          Document, Topics
//	haiku.go          Dials, Haiku: haiku about a topic, and documents that repeat words
//	poem.go           one poem: which line names the topic, which carries a marked word, which two rhyme
//	line.go           one line: a template filled with words that sum to the wanted syllables
//	template.go       the templates of a line
//	lexicon.go        the words
//	madeup.go         words that no dictionary has
//	rates.go          what share of poems has each property, measured from the text alone
//	tokenizer_text.go the text that the tokenizer is made from
//
// Judges' word lists and held-out topics come from other files, so that a judge is never the corpus seen from behind.
// The package knows no model, spec or file system.
package world

import (
	_ "embed"
	"strings"
)

// A Document is one exchange: a user's prompt and the assistant's completion.
type Document struct {
	Kind       string // haiku or repeat
	Topic      string // what a haiku is asked to be about, "" for other kinds
	Prompt     string
	Completion string
}

//go:embed pretrain_nouns.txt
var pretrainNouns string

// Topics returns the nouns that may be topics in pretraining, sorted: a fixed half of the nouns the haiku experiment
// draws from, so that the other half shows what the model does with words it was never asked about. The caller owns the
// slice.
func Topics() []string {
	return strings.Fields(pretrainNouns)
}

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
//	mail.go           MailDials, Mail: requests for e-mails and what answers them, in shares
//	mail_request.go   what an e-mail is asked for, and requests as JSON
//	mail_style.go     the attributes of an e-mail, instructions that name them, and e-mails that have them
//	mail_read.go      what a program reads off an e-mail
//	mail_questions.go what a reader is asked about e-mails
//	tokenizer_text.go the text that the tokenizer is made from
//
// Judges' word lists and held-out topics come from other files, so that a judge is never the corpus seen from behind.
// The package knows no model, spec or file system.
package world

import (
	_ "embed"
	"strings"
)

// A Document is a user's prompt and the assistant's completion, at times after others.
type Document struct {
	Kind       string     // haiku or repeat; of e-mails write, requests, read, check, compare or repeat
	Topic      string     // what a haiku is asked to be about, "" for other kinds
	System     string     // an instruction before everything else, "" for none
	Earlier    []Exchange // what was asked and answered before
	Prompt     string
	Completion string
}

// An Exchange is a prompt and its completion.
type Exchange struct{ Prompt, Completion string }

//go:embed pretrain_nouns.txt
var pretrainNouns string

// Topics returns the nouns that may be topics in pretraining, sorted: a fixed half of the nouns the haiku experiment
// draws from, so that the other half shows what the model does with words it was never asked about. The caller owns the
// slice.
func Topics() []string {
	return strings.Fields(pretrainNouns)
}

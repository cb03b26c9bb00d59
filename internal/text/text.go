// Package text holds the words of the spec language that look at text: what its words, lines and sentences are, how
// many syllables they have, whether they rhyme, what they mention, whether a placeholder was left in them, and how
// much two texts share. A judge's expressions and the generator of a corpus call the same functions, so that what one
// writes the other counts alike.
//
//	words.go       Words Lines LastLines CountOf
//	sentences.go   Sentences Paragraphs Chars
//	dictionary.go  the CMU pronouncing dictionary, decoded on first use
//	inflect.go     dictionary words with an ending the dictionary lacks
//	spelled.go     the syllables of a word by its letters alone
//	syllables.go   Known Syllables SyllablesIn
//	rhymes.go      RhymeKey Rhymes AnyRhyme
//	mentions.go    Mentions
//	placeholder.go Placeholder
//	overlap.go     Repeats RougeL RougeLWords
//	near.go        Near
//	copies.go      Copies
//	similarity.go  Similarity, and Trigrams compared with many
//	ends.go        Starts Ends Regex
//
// # How a word is pronounced
//
// Syllables, Known and RhymeKey ask three sources in this order:
//
//  1. The CMU pronouncing dictionary, first pronunciation listed, after accents are taken off (café is cafe).
//  2. A dictionary word of three letters or more (four before most endings) with one of the endings of inflect.go, or
//     with two: glistens, tremblers. The stem may have lost its e, doubled its consonant or turned y to i. The ending adds to the stem's
//     syllables: -s and -es one after a sibilant (S Z SH ZH CH JH) and none otherwise, -ed one after T or D and none
//     otherwise, -ing -er -est -ness -less -ful -ish -y one, -ly one but none to a syllabic -le (gentle, gently).
//  3. The spelling: groups of vowels, see spelledSyllables. Such a word is not Known.
//
// Known is a sieve, not a proof: the dictionary holds surnames and abbreviations, and of words spliced at random from the
// head of one entry and the tail of another 5% are entries themselves and 4% have an ending of rule 2.
//
// The package knows no spec, model or row, and imports the standard library alone.
package text

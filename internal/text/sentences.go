package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Paragraphs returns the blocks of s that blank lines part, trimmed.
func Paragraphs(s string) []string {
	var paragraphs []string
	var block []string
	flush := func() {
		if len(block) > 0 {
			paragraphs = append(paragraphs, strings.Join(block, "\n"))
		}
		block = nil
	}
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line == "" {
			flush()
		} else {
			block = append(block, line)
		}
	}
	flush()
	return paragraphs
}

// Sentences returns the sentences of s, trimmed. A sentence ends at a run of . ! ? … with what closes a quotation or a
// bracket after it, before white space; and with its paragraph. A lone period after a title or an abbreviation (Mr.,
// e.g.) or after a single letter other than I (J. Smith) ends none.
func Sentences(s string) []string {
	var sentences []string
	for _, p := range Paragraphs(s) {
		start := 0
		for i := strings.IndexAny(p, finalMarks); i >= 0; {
			marks, closed := finalRun(p, i)
			if closed > 0 && !(p[i:marks] == "." && abbreviates(p[start:i])) {
				sentences = append(sentences, strings.TrimSpace(p[start:closed]))
				start = closed
			}
			next := strings.IndexAny(p[marks:], finalMarks)
			if next < 0 {
				break
			}
			i = marks + next
		}
		if rest := strings.TrimSpace(p[start:]); rest != "" {
			sentences = append(sentences, rest)
		}
	}
	return sentences
}

// Marks that end a sentence, and those that may close a quotation, a bracket or an emphasis behind them.
const (
	finalMarks = ".!?…"
	closers    = `"'”’»)]*_`
)

// finalRun returns the offset after the marks that begin at i, and after what closes a quotation or a bracket behind
// them, 0 if no white space or end follows.
func finalRun(p string, i int) (marks, closed int) {
	marks = len(p) - len(strings.TrimLeft(p[i:], finalMarks))
	rest := strings.TrimLeft(p[marks:], closers)
	if next, _ := utf8.DecodeRuneInString(rest); rest == "" || unicode.IsSpace(next) {
		closed = len(p) - len(rest)
	}
	return marks, closed
}

// abbreviates reports whether the period after s belongs to its last word.
func abbreviates(s string) bool {
	word := s[strings.LastIndexAny(s, " \t\n(\"“")+1:]
	switch strings.ToLower(word) {
	case "mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "vs", "e.g", "i.e", "cf", "fig", "approx":
		return true
	}
	r, size := utf8.DecodeRuneInString(word)
	return size > 0 && size == len(word) && unicode.IsLetter(r) && r != 'I'
}

// Chars counts the characters a reader sees: runes, spaces included, but no control characters, no line ends, no
// combining marks and no invisible format characters.
func Chars(s string) int {
	n := 0
	for _, r := range s {
		if !unicode.In(r, unicode.Cc, unicode.Cf, unicode.M, unicode.Zl, unicode.Zp) {
			n++
		}
	}
	return n
}

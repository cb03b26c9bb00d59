package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Words returns the words of s in order, lower-cased. A word is a run of letters, digits and combining marks; an
// apostrophe between two of them belongs to the word (don't, curly ’ written as '), while a hyphen, like every other
// character, parts two words (well-known is two).
func Words(s string) []string {
	var words []string
	eachWord(s, func(w string) bool {
		words = append(words, w)
		return true
	})
	return words
}

// eachWord calls f with each word of s as Words defines them, until f returns false.
func eachWord(s string, f func(word string) bool) {
	// s[start:end] is the word being read; it goes on at next, which is end or lies behind an apostrophe.
	start, end, next := 0, 0, 0
	for i, r := range s {
		switch {
		case r == '\'' || r == '’':
			if i == end && start < end {
				next = i + utf8.RuneLen(r)
			}
			continue
		case !ofWord(r), (i != next || start == end) && unicode.IsMark(r):
			continue
		case i != next && start < end:
			if !f(folded(s[start:end])) {
				return
			}
			start = i
		case start == end:
			start = i
		}
		end = i + utf8.RuneLen(r)
		next = end
	}
	if start < end {
		f(folded(s[start:end]))
	}
}

// ofWord reports a letter, a digit or a combining mark.
func ofWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r|0x20 && r|0x20 <= 'z' || '0' <= r && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// folded lower-cases a word and straightens its apostrophes, without a copy where there is nothing to do.
func folded(word string) string {
	return strings.ToLower(strings.ReplaceAll(word, "’", "'"))
}

// lastWord returns the last word of s, or "".
func lastWord(s string) string {
	last := ""
	eachWord(s, func(w string) bool {
		last = w
		return true
	})
	return last
}

// Lines returns the lines of s that are not blank, trimmed of white space at both ends.
func Lines(s string) []string {
	var lines []string
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// LastLines returns the last n of Lines(s), joined by newlines; all of them if there are fewer.
func LastLines(s string, n int) string {
	lines := Lines(s)
	return strings.Join(lines[len(lines)-min(max(n, 0), len(lines)):], "\n")
}

// CountOf counts how often the words of what follow one another in s, without overlap, whatever their case and what
// stands between them. If what has no words it counts what as it is written: CountOf(s, "!").
func CountOf(s, what string) int {
	words := Words(what)
	if len(words) == 0 {
		if what == "" {
			return 0
		}
		return strings.Count(s, what)
	}
	return strings.Count(fenced(Words(s)), fenced(words))
}

// fenced joins words so that a match of one fenced list in another begins and ends at words.
func fenced(words []string) string {
	return "<" + strings.Join(words, "><") + ">"
}

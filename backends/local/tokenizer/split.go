package tokenizer

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The three patterns in use are scanned by hand: they need the look-ahead (?!\S), which package regexp lacks. Each is
// recognised by its exact text and nothing else is; like the regular expression engine behind Hugging Face's files, \s
// is Unicode's White_Space and \p{L}, \p{N} are general categories. Letters newer than unicode.Version may be cut apart
// otherwise than there.
const (
	gpt2Pattern   = `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
	qwenPattern   = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	llama3Pattern = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
)

// splitter returns the length in bytes of the piece at the start of s, at least 1; s is not empty.
type splitter func(s string) int

// patterns returns the splitter of each known pattern.
func patterns() map[string]splitter {
	return map[string]splitter{
		gpt2Pattern:   splitGPT2,
		qwenPattern:   func(s string) int { return splitModern(s, 1) },
		llama3Pattern: func(s string) int { return splitModern(s, 3) },
	}
}

// splitGPT2 takes a contraction, or a run of letters, of numbers or of others with one space before it, or white space.
func splitGPT2(s string) int {
	if n := contraction(s, false); n > 0 {
		return n
	}
	start := 0
	if s[0] == ' ' {
		start = 1
	}
	if c, _ := classAt(s, start); c == letter || c == number || c == other {
		return run(s, start, c, len(s))
	}
	return whitespace(s)
}

// splitModern is the pattern of Qwen (digits = 1) and of Llama 3 (digits = 3).
func splitModern(s string, digits int) int {
	if n := contraction(s, true); n > 0 {
		return n
	}
	first, n := classAt(s, 0)
	if first == letter {
		return run(s, 0, letter, len(s))
	}
	if first == number {
		return run(s, 0, number, digits)
	}
	if second, _ := classAt(s, n); first != newline && second == letter {
		return run(s, n, letter, len(s))
	}
	start := 0
	if s[0] == ' ' {
		start = 1
	}
	if c, _ := classAt(s, start); c == other {
		return run(s, run(s, start, other, len(s)), newline, len(s))
	}
	if n := throughNewline(s); n > 0 {
		return n
	}
	return whitespace(s)
}

// contraction returns the length of 's, 't, 're, 've, 'm, 'll or 'd at the start of s, or 0.
func contraction(s string, fold bool) int {
	if s[0] != '\'' {
		return 0
	}
	for _, c := range [...]string{"s", "t", "re", "ve", "m", "ll", "d"} {
		if end := 1 + len(c); len(s) >= end && (s[1:end] == c || fold && strings.EqualFold(s[1:end], c)) {
			return end
		}
	}
	// The long s folds to s too, and is the only such letter of more than one byte.
	if fold && strings.HasPrefix(s[1:], "ſ") {
		return 1 + len("ſ")
	}
	return 0
}

// throughNewline returns the end of the last line break in the white space at the start of s: \s*[\r\n]+. 0 is none.
func throughNewline(s string) int {
	end := 0
	for i := 0; i < len(s); {
		c, n := classAt(s, i)
		if c != space && c != newline {
			break
		}
		i += n
		if c == newline {
			end = i
		}
	}
	return end
}

// whitespace returns the length of the white space at the start of s, less its last character when text follows, for
// that one belongs to the text: \s+(?!\S)|\s+.
func whitespace(s string) int {
	end, last := 0, 0
	for end < len(s) {
		c, n := classAt(s, end)
		if c != space && c != newline {
			break
		}
		end, last = end+n, n
	}
	if end < len(s) && end > last {
		return end - last
	}
	return end
}

// splitDigits takes one number character, or everything before the next one.
func splitDigits(s string) int {
	if c, n := classAt(s, 0); c == number {
		return n
	}
	for i := range s {
		if c, _ := classAt(s, i); c == number {
			return i
		}
	}
	return len(s)
}

// class is what the patterns tell apart.
type class uint8

const (
	end     class = iota // past the end of the text
	letter               // \p{L}
	number               // \p{N}
	newline              // [\r\n]
	space                // \s without newline
	other
)

// run returns where the run of at most limit characters of class c that starts at i ends.
func run(s string, i int, c class, limit int) int {
	for ; limit > 0; limit-- {
		at, n := classAt(s, i)
		if at != c {
			break
		}
		i += n
	}
	return i
}

// classAt returns the class and the length in bytes of the character at s[i:].
func classAt(s string, i int) (class, int) {
	if i >= len(s) {
		return end, 0
	}
	if b := s[i]; b < utf8.RuneSelf {
		return classASCII(b), 1
	}
	r, n := utf8.DecodeRuneInString(s[i:])
	switch {
	case unicode.IsLetter(r):
		return letter, n
	case unicode.IsNumber(r):
		return number, n
	case unicode.IsSpace(r):
		return space, n
	}
	return other, n
}

func classASCII(b byte) class {
	switch {
	case 'a' <= b|0x20 && b|0x20 <= 'z':
		return letter
	case b == ' ' || b == '\t' || b == '\v' || b == '\f':
		return space
	case b == '\r' || b == '\n':
		return newline
	case '0' <= b && b <= '9':
		return number
	}
	return other
}

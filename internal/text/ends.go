package text

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

// Starts reports whether s begins with prefix, whatever the case of both and the white space around them. It compares
// characters, not words: "history" starts with "hi".
func Starts(s, prefix string) bool {
	return strings.HasPrefix(bared(s), bared(prefix))
}

// Ends reports whether s ends with suffix, whatever the case of both, the white space around them and the punctuation
// they close with: . ! ? … , ; : and what closes a quotation, a bracket or an emphasis. A suffix of nothing but such
// marks is looked for as it stands: Ends("Really?", "?").
func Ends(s, suffix string) bool {
	s, suffix = bared(s), bared(suffix)
	if end := unclosed(suffix); end != "" {
		return strings.HasSuffix(unclosed(s), end)
	}
	return strings.HasSuffix(s, suffix)
}

func bared(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// unclosed takes off the punctuation that s closes with, and the white space within it.
func unclosed(s string) string { return strings.TrimRight(s, finalMarks+",;:"+closers+" \t\r\n") }

// Bounds of Regex. RE2 takes time in proportion to the text, the pattern and, at worst, to the matches.
const (
	maxPattern      = 1000    // instructions of the compiled pattern; \w{1,50} has some hundred
	maxPatternText  = 1 << 16 // bytes of text
	maxPatternSteps = 1 << 26 // bytes of text times matches
)

// Regex returns the matches of an RE2 pattern in s, from left to right and without overlap; nil when there are none. A
// pattern that is not RE2 or asks for too much work is an error, and so is a text of more than 64 KiB.
func Regex(s, pattern string) ([]string, error) {
	p, err := compiled(pattern)
	if err != nil {
		return nil, err
	}
	if len(s) > maxPatternText {
		return nil, fmt.Errorf("a text of %d bytes - a pattern is looked for in at most %d", len(s), maxPatternText)
	}
	most := maxPatternSteps / max(len(s), 1)
	found := p.FindAllString(s, most+1)
	if len(found) > most {
		return nil, fmt.Errorf("more than %d matches in a text of %d bytes - match longer pieces", most, len(s))
	}
	return found, nil
}

// CheckRegex says what is wrong with a pattern of [Regex]; nil when nothing is.
func CheckRegex(pattern string) error {
	_, err := compiled(pattern)
	return err
}

func compiled(pattern string) (*regexp.Regexp, error) {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("not a pattern of RE2: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, fmt.Errorf("not a pattern of RE2: %w", err)
	}
	if len(prog.Inst) > maxPattern {
		return nil, fmt.Errorf("a pattern of %d instructions - at most %d: use smaller repetitions", len(prog.Inst), maxPattern)
	}
	return regexp.Compile(pattern)
}

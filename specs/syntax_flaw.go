package specs

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// flaw is a mistake of YAML that has a name.
type flaw struct {
	Pos
	width      int
	what, hint string
}

// What most often stands before a value: dashes and a key.
var (
	beforeValue = regexp.MustCompile(`^ *(?:- +)*(?:[^\s#:'"{}\[\],&*!|>%@` + "`" + `-][^:#]*:(?: +|$))?`)
	keyAlone    = regexp.MustCompile(`^ *(?:- +)*[A-Za-z_][A-Za-z0-9_]*:[^\s/]`)
	keyInside   = regexp.MustCompile(`: |:$`)

	unknownAnchor = regexp.MustCompile(`^unknown anchor '(.*)' referenced`)
)

const quoteIt = "put the whole value into quotes"

// flaw looks for the mistake on the line with which the file stops being YAML, and
// in the brackets and quotes that begin there; nil when it has no name.
func (r *reader) flaw(number int, message string) *flaw {
	line := []rune(r.line(number))
	at := func(col, width int, hint, format string, args ...any) *flaw {
		return &flaw{Pos{r.file, number, col + 1}, width, fmt.Sprintf(format, args...), hint}
	}
	for col, char := range line {
		if char == '\t' {
			return at(col, 1, "indent by spaces", "a tab at the start of a line")
		}
		if char != ' ' && unicode.IsSpace(char) {
			return at(col, 1, "indent by plain spaces", "a space of another kind (%U) at the start of a line", char)
		}
		if char != ' ' {
			break
		}
	}
	if m := unknownAnchor.FindStringSubmatch(message); m != nil {
		if before, _, found := strings.Cut(string(line), "*"+m[1]); found {
			return at(len([]rune(before)), 1+len([]rune(m[1])), "a value that starts with * has to be in quotes", "no anchor &%s stands before it", m[1])
		}
	}
	if line := r.line(number); strings.HasPrefix(line, "%") {
		return at(0, len([]rune(line)), "leave the line out", "a directive")
	}
	start := len([]rune(beforeValue.FindString(string(line))))
	if start < len(line) {
		if f := r.value(number, start, message); f != nil {
			return f
		}
	}
	if key := keyAlone.FindString(string(line)); key != "" {
		return at(len([]rune(key))-2, 1, "", "no space after the colon")
	}
	if found := keyInside.FindStringIndex(string(line[start:])); found != nil && !strings.ContainsRune(`{["'`, line[start]) {
		col := start + len([]rune(string(line[start:])[:found[0]]))
		return at(col, 1, quoteIt, "a colon inside a value that is not quoted")
	}
	return r.misplaced(number, message)
}

// value looks at how a value starts.
func (r *reader) value(number, start int, message string) *flaw {
	line := []rune(r.line(number))
	at := func(width int, hint, format string, args ...any) *flaw {
		return &flaw{Pos{r.file, number, start + 1}, width, fmt.Sprintf(format, args...), hint}
	}
	rest := string(line[start:])
	word := len([]rune(strings.SplitN(rest, " ", 2)[0]))
	switch first := line[start]; {
	case strings.HasPrefix(rest, "{{"):
		return at(2, `write "{{ ... }}", in quotes`, "a template that is not quoted")
	case first == '{' || first == '[' || first == '\'' || first == '"':
		s := &flowScan{reader: r, line: number - 1, col: start}
		return s.run()
	case strings.ContainsRune("@`%", first):
		return at(1, quoteIt, "a value cannot start with %c", first)
	case first == '!':
		return at(word, "put it in quotes, or write not", "a value that starts with ! is a tag of YAML")
	case strings.ContainsRune("|>", first) && strings.Contains(message, "comment or line break"):
		return at(1, quoteIt, "a value that starts with %c is a block of text, which begins on the next line", first)
	case strings.ContainsRune("*&", first) && strings.Contains(message, "alphabetic"):
		return at(1, quoteIt, "a value that starts with %c names an anchor of YAML", first)
	}
	return nil
}

// misplaced looks at how the line stands among those before it.
func (r *reader) misplaced(number int, message string) *flaw {
	depth := func(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }
	line := r.line(number)
	before := number - 1
	for before > 0 && (strings.TrimSpace(r.line(before)) == "" || strings.HasPrefix(strings.TrimSpace(r.line(before)), "#")) {
		before--
	}
	if before == 0 {
		return nil
	}
	above, mine, its := r.line(before), depth(line), depth(r.line(before))
	switch {
	case mine == its && !keyInside.MatchString(above) && keyInside.MatchString(line) && strings.Contains(message, "mapping values"):
		return &flaw{Pos{r.file, before, its + 1}, len([]rune(strings.TrimSpace(above))), "a line without a colon", "write key: value"}
	case mine > its && strings.Contains(message, "mapping values"):
		return &flaw{Pos{r.file, number, mine + 1}, 1, "indented deeper than a key that has a value already", fmt.Sprintf("line %d, above, stands at %d spaces", before, its)}
	case mine < its && strings.Contains(message, "expected key"):
		return &flaw{Pos{r.file, number, mine + 1}, 1, fmt.Sprintf("%d spaces, where no key before it stands", mine), "keys of one mapping stand at one column"}
	}
	return nil
}

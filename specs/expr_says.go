package specs

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// What expr says of a mistake, as an author of specs would say it, and what people
// most often meant who wrote Python, JavaScript or mathematics.

var (
	exprToken  = regexp.MustCompile(`unexpected token (\w+)\((".*")\)`)
	exprTypes  = regexp.MustCompile(`\(mismatched types? (.+?)(?: and (.+?))?\)|type (\S+) (has no|does not)|cannot use (\S+) |\(got (.+?)\)`)
	exprRegexp = regexp.MustCompile("error parsing regexp: (.*)")
	exprTakes  = regexp.MustCompile(`^cannot use (.+) as argument \(type .+\) to call (\w+)`)
	exprCount  = regexp.MustCompile(`^invalid number of arguments \(expected (.+), got (\d+)\)`)
	exprField  = regexp.MustCompile(`has no (?:field|method) (\w+)$`)
)

// inOurWords is a message of expr, and a hint.
func inOurWords(message string) (says, hint string) {
	message = strings.ReplaceAll(message, "\n", " ")
	if message == endsEarly || message == "unexpected end of expression" {
		return "it ends too early", ""
	}
	if m := exprToken.FindStringSubmatch(message); m != nil {
		return strings.Replace(message, m[0], "unexpected "+m[2], 1), exprHint(strings.Trim(m[2], `"`))
	}
	if m := exprRegexp.FindStringSubmatch(message); m != nil {
		return "not a regular expression: " + m[1], ""
	}
	if strings.HasPrefix(message, "unrecognized character") && strings.ContainsAny(message, "“”‘’„«»") {
		return message, `quotes are straight: "..." or '...'`
	}
	if message == "invalid operation: in (mismatched types string and string)" {
		return "`in` looks for an item of a list, and this is a text", "for a part of a text write: output contains 'red'; for a word: 'red' in words(output)"
	}
	if m := exprTakes.FindStringSubmatch(message); m != nil {
		return m[2] + " does not take " + cmp.Or(typeInWords(m[1]), m[1]), ""
	}
	if m := exprCount.FindStringSubmatch(message); m != nil {
		return "arguments: want " + m[1] + ", not " + m[2], ""
	}
	if m := exprField.FindStringSubmatch(message); m != nil {
		hint = calledLike(m[1], exprBuiltins())
	}
	return exprTypes.ReplaceAllStringFunc(message, func(part string) string {
		words := strings.Split(part, " ")
		for i, w := range words {
			if t := typeInWords(strings.Trim(w, "()")); t != "" {
				words[i] = strings.Replace(w, strings.Trim(w, "()"), t, 1)
			}
		}
		return strings.NewReplacer("mismatched types", "of", "mismatched type", "of", "type text", "a text", "type ", "").Replace(strings.Join(words, " "))
	}), hint
}

// calledLike is the hint for who writes text.length or text.split().
func calledLike(name string, known []string) string {
	if name == "length" || name == "size" {
		name = "len"
	}
	if !slices.Contains(known, name) {
		return ""
	}
	return fmt.Sprintf("what is asked about stands in the brackets: %s(...)", name)
}

// exprHint helps with a sign or word that expr does not have there.
func exprHint(token string) string {
	return map[string]string{
		"=": "did you mean ==?", "if": "a choice is written: condition ? this : that", "for": "there are no loops: any(words(output), # == 'red'), all, filter, map, count",
		"lambda": "a predicate is written with #: any(words(output), # == 'red')", ",": "one expression gives one answer: join two by `and`",
		"#": "# is an item of the list that any, all, filter, map or count goes through: any(words(output), # == 'red')",
	}[token]
}

// runtimeWords is a message of a running expression with types in our words.
func runtimeWords(message string) string {
	if !strings.Contains(message, "invalid") && !strings.HasPrefix(message, "cannot") && !strings.Contains(message, "not defined on") {
		return message
	}
	message = strings.NewReplacer("map[string]interface {}", "map[]", "interface {}", "any", "<nil>", "nothing").Replace(message)
	words := strings.Split(message, " ")
	for i, w := range words {
		if t := typeInWords(strings.Trim(w, "()")); t != "" {
			words[i] = strings.Replace(w, strings.Trim(w, "()"), t, 1)
		}
	}
	return strings.Join(words, " ")
}

// typeInWords is inWords for the name of a type, "" for what is none.
func typeInWords(name string) string {
	switch {
	case name == "string":
		return "text"
	case name == "int" || name == "float64" || name == "integer":
		return "a number"
	case name == "bool":
		return "true or false"
	case strings.HasPrefix(name, "[]") || name == "array":
		return "a list"
	case strings.HasPrefix(name, "map["):
		return "a mapping"
	}
	return ""
}

const endsEarly = "unexpected token EOF"

// unclosedBracket is the last bracket outside quotes that is not closed, in runes; -1 when
// there is none.
func unclosedBracket(source string) int {
	var open []int
	quote := rune(0)
	for at, char := range []rune(source) {
		switch {
		case quote != 0:
			if char == quote {
				quote = 0
			}
		case strings.ContainsRune("\"'`", char):
			quote = char
		case strings.ContainsRune("([{", char):
			open = append(open, at)
		case strings.ContainsRune(")]}", char) && len(open) > 0:
			open = open[:len(open)-1]
		}
	}
	if len(open) == 0 {
		return -1
	}
	return open[len(open)-1]
}

// commented refuses what is written over one line and has a comment of expr in it
// (who writes // there divides), a quote that is not closed, and nothing at all.
func commented(source string) *mistake {
	if strings.TrimSpace(source) == "" {
		return &mistake{width: 1, message: "an empty expression"}
	}
	quote, open := rune(0), 0
	before := ' '
	for at, char := range source {
		switch {
		case quote != 0:
			if char == '\\' && before == '\\' {
				char = ' ' // an escaped backslash escapes nothing
			} else if char == quote && (before != '\\' || quote == '`') {
				quote = 0
			}
		case strings.ContainsRune("\"'`", char):
			quote, open = char, at
		case char == '/' && before == '/' && !strings.Contains(strings.TrimSpace(source), "\n"):
			return &mistake{from: utf8.RuneCountInString(source[:at]) - 1, width: 2, message: "not an expression: // begins a comment", hint: "to divide and round down write: floor(a / b)"}
		case char == '/' && before == '/' || char == '*' && before == '/':
			return nil // a comment may hold anything
		}
		before = char
	}
	if quote != 0 {
		return &mistake{from: utf8.RuneCountInString(source[:open]), width: 1, message: "not an expression: this quote is not closed"}
	}
	return nil
}

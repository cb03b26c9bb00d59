package specs

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What gonja says of a mistake, as an author of specs would say it.

var gonjaPlace = regexp.MustCompile(`(?s) \(Line: (\d+) Col: (\d+), near .*\)$`)

// gonjaTags is how what gonja says of tags begins.
var gonjaTags = regexp.MustCompile(`ControlStructure '\w+' not found|Unexpected EOF, expected tag`)

var gonjaWords = strings.NewReplacer(
	"expected either a number, string, keyword or identifier", "a name, a number or a text is missing", "unexpected EOF, a name", "it ends too early: a name",
	"expected name or integer", "a name is missing", "unbalanced bracket", "a bracket that is not closed", "Unable to parse controlStructure", "tag",
	"controlStructure", "tag", "identifier", "name", "\n", " ",
)

// templateMistake is gonja's error without the template it quotes, at the place
// that it names.
func templateMistake(err error, source string) *mistake {
	m := &mistake{width: utf8.RuneCountInString(source)}
	message := strings.TrimPrefix(err.Error(), fmt.Sprintf("failed to parse template '%s': ", source))
	if open := unclosed(source); open >= 0 {
		return &mistake{from: open, width: 2, message: "not a template: a bracket that is not closed"}
	}
	if gonjaTags.MatchString(message) {
		if wrong := unbalanced(source); wrong != nil {
			return wrong
		}
	}
	if at := gonjaPlace.FindStringSubmatch(message); at != nil {
		message = strings.TrimSuffix(message, at[0])
		line, _ := strconv.Atoi(at[1])
		col, _ := strconv.Atoi(at[2])
		if line > 0 {
			m.from, m.width = runeOffset(source, line, col), 1
		}
	}
	m.message = "not a template: " + strings.TrimSuffix(gonjaWords.Replace(message), ".")
	return m
}

var tagPattern = regexp.MustCompile(`(?s)\{#.*?#\}|\{%[-+]?\s*raw\s*[-+]?%\}.*?\{%[-+]?\s*endraw|\{%[-+]?\s*(\w*)[^%]*`)

// unbalanced is the first tag that there is not, that ends nothing or that nothing
// ends.
func unbalanced(source string) *mistake {
	type tag struct {
		name     string
		from, to int
	}
	var open []tag
	at := func(t tag, hint, format string, args ...any) *mistake {
		return &mistake{from: utf8.RuneCountInString(source[:t.from]), width: utf8.RuneCountInString(t.name), message: "not a template: " + fmt.Sprintf(format, args...), hint: hint}
	}
	known := append(templateTags(), "elif", "else", "endif", "endfor", "endset", "endraw")
	for _, m := range tagPattern.FindAllStringSubmatchIndex(source, -1) {
		if m[2] < 0 {
			continue // a comment or raw text
		}
		t := tag{source[m[2]:m[3]], m[2], m[3]}
		begins, ends := strings.CutPrefix(t.name, "end")
		switch {
		case !slices.Contains(known, t.name):
			return at(t, didYouMean(t.name, known), "unknown tag: %q - templates have %s", t.name, among(templateTags()))
		case ends && len(open) > 0 && open[len(open)-1].name == begins:
			open = open[:len(open)-1]
		case ends && len(open) > 0:
			return at(t, "", "%s inside {%% %s %%}, which is not ended", t.name, open[len(open)-1].name)
		case ends:
			return at(t, "", "%s without {%% %s %%}", t.name, begins)
		case t.name == "set" && strings.Contains(source[m[3]:m[1]], "="), t.name == "else", t.name == "elif":
		default:
			open = append(open, t)
		}
	}
	if len(open) == 0 {
		return nil
	}
	last := open[len(open)-1]
	return at(last, "", "{%% %s %%} without {%% end%s %%}", last.name, last.name)
}

// unclosed is the rune at which the first {{, {% or {# without its end begins.
func unclosed(source string) int {
	for at := 0; ; {
		open := strings.IndexByte(source[at:], '{')
		if open < 0 || at+open+1 >= len(source) {
			return -1
		}
		at += open
		end, ok := map[byte]string{'{': "}}", '%': "%}", '#': "#}"}[source[at+1]]
		if !ok {
			at++
			continue
		}
		length := strings.Index(source[at+2:], end)
		if length < 0 || strings.Contains(source[at+2:at+2+length], source[at:at+2]) {
			return utf8.RuneCountInString(source[:at])
		}
		at += 2 + length + 2
	}
}

// runeOffset is the rune at a line and column, both counted from 1.
func runeOffset(source string, line, col int) int {
	lines := strings.Split(source, "\n")
	offset := col - 1
	for _, l := range lines[:min(line-1, len(lines))] {
		offset += utf8.RuneCountInString(l) + 1
	}
	return min(max(offset, 0), utf8.RuneCountInString(source))
}

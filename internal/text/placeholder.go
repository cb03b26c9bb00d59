package text

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Placeholder reports whether s still holds a gap that its writer should have filled:
//
//	[name]  [Your Company]       words in square brackets that are no Markdown link
//	<date>  <your name>          words in angle brackets that are no HTML tag, address or URL
//	{name}  {{x}}  ${name}       words in braces
//	%NAME%  __NAME__  ___        capitals between percent signs or double underscores, three underscores
//	XXX  TODO  TBD  TBA  FIXME   capitals as a word of their own, three or more X
//	lorem ipsum  your name here  insert ... here  to be determined   in any case
func Placeholder(s string) bool {
	for _, m := range gaps().FindAllStringSubmatch(s, -1) {
		angle, link := m[1], m[2]
		switch {
		case angle != "":
			name, _, _ := strings.Cut(strings.ToLower(angle), " ")
			if !slices.Contains(htmlTags(), name) {
				return true
			}
		case link == "":
			return true
		}
	}
	return false
}

// gaps compiles the list of Placeholder. Its first group is the text of an angle bracket, its second the mark of a
// link. A phrase in brackets has at most 60 characters, to keep a bracketed sentence apart from a gap.
var gaps = sync.OnceValue(func() *regexp.Regexp {
	const phrase = `\p{L}[\p{L}\p{N} _./'’,-]{0,59}`
	return regexp.MustCompile(strings.Join([]string{
		`<(\p{L}[\p{L}\p{N} _'’-]{0,59})>`,
		`\[` + phrase + `\](\()?`,
		`\{\{[^{}\n]{0,80}\}\}`,
		`\{ ?` + phrase + `\}`,
		`%[A-Z][A-Z_]+%`,
		`__[A-Z][A-Z_]*__`,
		`_{3,}`,
		`\b(?:X{3,}|TODO|TBD|TBA|FIXME)\b`,
		`(?i:\blorem ipsum\b|\byour name here\b|\binsert [\p{L} ]{1,40} here\b|\bto be determined\b)`,
	}, "|"))
})

// htmlTags are the tags a written text may hold.
func htmlTags() []string {
	return []string{"a", "b", "i", "u", "p", "s", "em", "br", "hr", "li", "ol", "ul", "tt", "td", "th", "tr", "div", "pre", "sub", "sup",
		"code", "span", "body", "html", "table", "strong", "blockquote", "small", "think", "details", "summary"}
}

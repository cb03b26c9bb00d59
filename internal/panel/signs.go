package panel

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"idiolect/internal/text"
)

// Placeholder is [text.Placeholder] of what is left of s when brackets that belong
// there are taken out: code, Markdown links and their definitions, citations
// ([12], [Smith et al., 2004]), indices (x[i]) and boxes to tick.
func Placeholder(s string) bool {
	for _, p := range legitimate() {
		s = p.ReplaceAllString(s, " ")
	}
	return text.Placeholder(s)
}

var legitimate = sync.OnceValue(func() []*regexp.Regexp {
	return []*regexp.Regexp{
		regexp.MustCompile("(?s)```.*?(?:```|$)"),                             // a block of code
		regexp.MustCompile("`[^`\n]*`"),                                       // code in a line
		regexp.MustCompile(`!?\[[^\]\n]*\](?:\([^)\n]*\)|\[[^\]\n]*\])`),      // a link or an image
		regexp.MustCompile(`(?m)^\s*\[[^\]\n]+\]:\s.*$`),                      // what a link refers to
		regexp.MustCompile(`\[[^\]\n]*\b(?:1[5-9]|20)\d\d[a-z]?\b[^\]\n]*\]`), // a citation with its year
		regexp.MustCompile(`\[\^?\d[\d ,;–-]*\]`),                             // or its number
		regexp.MustCompile(`\[(?i:sic|x| |\.\.\.|…)\]`),                       // an editor's mark, a box
		regexp.MustCompile(`[\p{L}\p{N}_)\]]\[[^\]\n]*\]`),                    // an index
	}
})

// Commentary reports whether s talks about itself instead of being what was asked for:
// it opens like an assistant's answer ("Sure, here is ..."), or ends in an offer ("Let
// me know if ...") or in a claim about itself ("This draft meets ...") within its last
// 200 characters.
func Commentary(s string) bool {
	return opens().MatchString(s) || closes().MatchString(lastBytes(s, 200))
}

var (
	opens = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)^\W*(?:sure\b|certainly\b|of course\b|here(?:['’]s| is| are)\b|below (?:is|are)\b|as an ai\b|i hope\b)`)
	})
	closes = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\b(?:let me know if|feel free to|this (?:response|draft|e-?mail|poem|text|version) (?:meets|satisfies|follows|adheres))\b`)
	})
)

// lastBytes is the end of s, of at most n bytes and whole characters.
func lastBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	s = s[len(s)-n:]
	for len(s) > 0 && !utf8.RuneStart(s[0]) {
		s = s[1:]
	}
	return s
}

// ToTheJudge reports whether s speaks to who judges it: a verdict's tag ([[A]],
// [RESULT], <verdict>), "response A", "the rubric", "the criteria", "score of 5", "5/5".
func ToTheJudge(s string) bool { return judging().MatchString(s) }

var judging = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\[\[[ab](?:[<>=]+[ab])?\]\]|\[result\]|</?(?:verdict|score|result|preference)>|` +
		`\b(?:response|answer|assistant) [ab]\b|\brubrics?\b|\b(?:all|the|each|every|these) criteria\b|\bscore of \d|\b(?:5/5|10/10)|\b(?:dear|attention,?) (?:judge|grader|evaluator)\b`)
})

// echo is the share of the rubric's content words that a text uses.
func echo(words []string, rubric map[string]bool) float64 {
	used := map[string]bool{}
	for _, w := range words {
		if rubric[w] {
			used[w] = true
		}
	}
	return float64(len(used)) / float64(len(rubric))
}

// contentWords are the words of four letters or more that are not merely grammar.
func contentWords(texts []string) map[string]bool {
	out := map[string]bool{}
	for _, s := range texts {
		for _, w := range text.Words(s) {
			if len(w) >= 4 && !slices.Contains(grammar(), w) {
				out[w] = true
			}
		}
	}
	return out
}

func grammar() []string {
	return strings.Fields("about after also another anything because been before being both cannot could does doing done down each either every from have having here into itself just less like made make more most much must never nothing only other over rather same says shall should some something such than that their them then there these they thing this those through under until upon very were what when where whether which while whose will with within without would your")
}

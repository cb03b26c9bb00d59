package steps

import (
	"regexp"
	"strings"
)

// Text that is judged is data. What in it could pass for a verdict, for the end of
// a turn or for a part of the question is made harmless before a judge sees it.
var (
	doubled  = strings.NewReplacer("[[", "[ [", "]]", "] ]", "<|", "< |", "|>", "| >", "<<SYS>>", "< <SYS> >", "<</SYS>>", "< </SYS> >")
	chatTags = regexp.MustCompile(`(<|\[)(/?(?:(?i:s|inst|think|start_of_turn|end_of_turn|verdict|result|score|answer|yes|no|tie)|A|B)\s*/?)(>|\])`)
	headings = regexp.MustCompile(`(?im)^([ \t]*)((?:(?:final|overall)[ \t]+)?(?:request|answer[ \t]+[ab]|response[ \t]+[ab]|(?:a[ \t]+)?reference(?:[ \t]+answer)?|what[ \t]+counts(?:[ \t]+against[ \t]+it)?|verdict|winner|result|score|rating|system|user|assistant)[ \t]*[:=])`)
)

// neutral is a text as a judge reads it: double brackets, chat markers and tags of
// verdicts are pulled apart by a space, and a line that begins like a heading of
// the question is quoted by a bar. Everything else stays as it was written.
func neutral(text string) string {
	for doubled.Replace(text) != text { // [[[ is two of them
		text = doubled.Replace(text)
	}
	text = chatTags.ReplaceAllString(text, "$1 $2 $3")
	return headings.ReplaceAllString(text, "$1| $2")
}

package reports

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// hostile are completions that try to be more than text. Each says EVIL where it would have an effect.
var hostile = []string{
	"```\n</script><img src=x onerror=EVIL>\n```\n# EVIL",
	"``````\n| EVIL | EVIL |\n| --- | --- |\n~~~\nEVIL",
	"\x1b]0;EVIL\x07\x1b[2J\x1b[31mEVIL\x9b31m\rEVIL\u202eLIVE",
	"[EVIL](javascript:EVIL) ![EVIL](https://evil.example/EVIL) <!-- EVIL",
	"EVIL " + strings.Repeat("x", 1<<20),
	strings.Repeat("EVIL\n", 5000),
}

// outsideCode is what of a Markdown text is not code: without fenced blocks (CommonMark 0.31, section 4.5)
// and code spans (section 6.1).
func outsideCode(t *testing.T, text string) string {
	t.Helper()
	var out []string
	fence := ""
	for l := range strings.SplitSeq(text, "\n") {
		ticks := l[:len(l)-len(strings.TrimLeft(l, "`"))]
		switch {
		case fence == "" && len(ticks) >= 3 && !strings.Contains(l[len(ticks):], "`"):
			fence = ticks
		case fence != "" && len(ticks) >= len(fence) && strings.TrimSpace(l[len(ticks):]) == "":
			fence = ""
		case fence == "":
			out = append(out, l)
		}
	}
	if fence != "" {
		t.Error("a code block is not closed")
	}
	return withoutSpans(strings.Join(out, "\n"))
}

// withoutSpans drops code spans: from a run of backticks, not escaped, to the next run of the same length.
func withoutSpans(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		if text[i] == '\\' && i+1 < len(text) {
			b.WriteString(text[i : i+2])
			i += 2
			continue
		}
		n := len(text[i:]) - len(strings.TrimLeft(text[i:], "`"))
		if n == 0 {
			b.WriteByte(text[i])
			i++
			continue
		}
		closing := regexp.MustCompile("(^|[^`])`{" + fmt.Sprint(n) + "}([^`]|$)").FindStringIndex(text[i+n:])
		if closing == nil {
			b.WriteString(text[i : i+n])
			i += n
			continue
		}
		end := i + n + closing[0] + strings.Index(text[i+n+closing[0]:], "`")
		i = end + n
	}
	return b.String()
}

func TestModelTextIsData(t *testing.T) {
	t.Parallel()
	x := haiku()
	says := x.says
	x.says = func(m string, i int) verdict {
		v := says(m, i)
		v.text = hostile[i]
		v.reason = "`EVIL` ``` <b>EVIL</b>\n# EVIL |\x1b[31m` EVIL"
		return v
	}
	r := build(t, x.run(t))
	md, term := markdownOf(t, r), terminalOf(t, r, 80, false)
	if n := strings.Count(md, "EVIL"); n < 50 {
		t.Errorf("the hostile texts are shown %d times - the examples are gone", n)
	}
	if rest := outsideCode(t, md); strings.Contains(rest, "EVIL") {
		t.Errorf("model text outside of code: %s", rest)
	}
	for name, text := range map[string]string{"report.md": md, "terminal": term} {
		if i := strings.IndexFunc(text, func(r rune) bool { return r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf) }); i >= 0 {
			t.Errorf("%s holds the character %q", name, text[i:i+4])
		}
		if len(text) > 200_000 {
			t.Errorf("%s has %d bytes", name, len(text))
		}
	}
	if !strings.Contains(md, "[cut here: 1,048,581 characters in all]") {
		t.Error("a completion of a megabyte is cut without a note")
	}
	for l := range strings.SplitSeq(term, "\n") {
		if columns(l) > 80 {
			t.Errorf("a line of %d columns: %q", columns(l), l)
		}
	}
}

func TestNamesAndErrorsAreDataToo(t *testing.T) {
	t.Parallel()
	x := haiku()
	x.scores[1].Criterion = ptr("form|<script>`")
	x.differences[1].Difference, x.differences[1].Note = nil, ptr("cluster \"\x1b[31m<b>\" has no outcomes")
	md := markdownOf(t, build(t, x.run(t)))
	for _, s := range []string{"| form\\|\\<script>\\` |", "␛[31m\\<b>"} {
		if !strings.Contains(md, s) {
			t.Errorf("report.md does not hold %q", s)
		}
	}
}

func TestColoursOnlyWhenAskedFor(t *testing.T) {
	t.Parallel()
	in := haiku().run(t)
	in.Claims = []Claim{claim("better", tuned, initial, ">")}
	r := build(t, in)
	with, without := terminalOf(t, r, 80, true), terminalOf(t, r, 80, false)
	if strings.Contains(without, "\x1b") {
		t.Error("escape sequences without colour")
	}
	if !strings.Contains(with, "\x1b[32m- holds") && !strings.Contains(with, "\x1b[32mholds") {
		t.Error("a claim that holds is not green")
	}
	if plain := regexp.MustCompile("\x1b\\[[0-9]+m").ReplaceAllString(with, ""); plain != without {
		t.Error("colours change more than colours")
	}
}

package text

import (
	"slices"
	"strings"
	"testing"
)

func TestStartsAndEnds(t *testing.T) {
	for name, c := range map[string]struct {
		says func(s, part string) bool
		s    string
		part string
		want bool
	}{
		"case and space":               {Starts, "  Dear Ann,\n", "dear ann", true},
		"another beginning":            {Starts, "Oh dear", "dear", false},
		"characters, not words":        {Starts, "history", "Hi", true},
		"longer than the text":         {Starts, "de", "dear", false},
		"a closing mark":               {Ends, "See you. Best, Ann!\n", "best, ann", true},
		"marks of both":                {Ends, "All the best,", "all the best.", true},
		"a quotation":                  {Ends, `He said "never."`, "never", true},
		"emphasis":                     {Ends, "*Yours truly*", "yours truly", true},
		"another end":                  {Ends, "Best, Ann and Bob", "best, ann", false},
		"marks alone as they stand":    {Ends, "Really?", "?", true},
		"marks alone that are not":     {Ends, "Really.", "?", false},
		"a mark before a closing one":  {Ends, "Really?!", "?", false},
		"accents and other alphabets":  {Ends, "ПОКА…", "пока", true},
		"what closes inside, not last": {Ends, "(Ann) wrote", "ann", false},
	} {
		if got := c.says(c.s, c.part); got != c.want {
			t.Errorf("%s: %q and %q: %v", name, c.s, c.part, got)
		}
	}
}

func TestRegex(t *testing.T) {
	got, err := Regex("4 cats, 15 dogs", `[0-9]+ (\w)`)
	if want := []string{"4 c", "15 d"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := Regex("none", "x"); err != nil || len(got) != 0 {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := Regex("ab", ""); err != nil || len(got) != 3 {
		t.Errorf("the empty pattern matches at every place: %q, %v", got, err)
	}
	for name, c := range map[string]struct{ s, pattern, want string }{
		"not closed":      {"x", "(a", "not a pattern of RE2: missing closing )"},
		"backreference":   {"x", `(a)\1`, "not a pattern of RE2: invalid escape sequence"},
		"too large":       {"x", `(\w{1,900}){1,900}`, ""},
		"many steps":      {"x", `\w{1,999}\d{1,999}`, "a pattern of"},
		"a long text":     {strings.Repeat("x", 1<<16+1), "y", "a text of 65537 bytes"},
		"matches of one":  {strings.Repeat("x", 1<<14), "x", "more than 4096 matches"},
		"matches of none": {strings.Repeat("x", 1<<14), "", "more than 4096 matches"},
	} {
		if got, err := Regex(c.s, c.pattern); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %d matches, %v - want an error that says %q", name, len(got), err, c.want)
		}
	}
	if CheckRegex("(a") == nil || CheckRegex("a+") != nil {
		t.Error("CheckRegex and Regex disagree on what a pattern is")
	}
}

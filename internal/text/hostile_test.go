package text

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// all calls every function on s and reports what no text may bring about.
func all(t *testing.T, s, other string) {
	t.Helper()
	words := Words(s)
	if n := SyllablesIn(s); n < len(words) {
		t.Errorf("%d syllables in %d words", n, len(words))
	}
	for _, w := range words[:min(len(words), 3)] {
		if again := Words(w); len(again) != 1 || again[0] != w || !utf8.ValidString(w) {
			t.Errorf("word %q splits into %q", w, again)
		}
		if !Rhymes(w, w) || !Mentions(s, w) || CountOf(s, w) < 1 {
			t.Errorf("word %q is not found in its own text", w)
		}
	}
	if (RhymeKey(s) == "") != (len(words) == 0) {
		t.Errorf("rhyme %q of %d words", RhymeKey(s), len(words))
	}
	if len(words) > 0 && RougeL(s, s) != 1 || RougeL(s, other) != RougeL(other, s) {
		t.Error("RougeL is not 1 with itself or not symmetric")
	}
	if joined := strings.Join(Sentences(s), ""); strings.Join(strings.Fields(joined), "") != strings.Join(strings.Fields(s), "") {
		t.Error("Sentences lost or added text")
	}
	Known(s)
	Mentions(s, other)
	CountOf(s, other)
	Placeholder(s)
	Repeats(s, len(words)/2)
	Chars(s)
	AnyRhyme(Lines(s))
	LastLines(s, 1)
	Paragraphs(s)
}

// Long runs of what would make a careless rule quadratic: the test would not end.
func TestHostileTexts(t *testing.T) {
	for _, unit := range []string{
		"a", "a ", "' ", "a'", "a.a", ".", ". ", "…\"", "\n", "a\n", "[", "{{a", "<a", "[a ", "_", "insert a ", "s's", "\xff", "e\u0301", "éa ", "日",
	} {
		all(t, strings.Repeat(unit, 100_000/len(unit)), "a rose is a rose")
		all(t, strings.Repeat(unit, 1000)+"x", strings.Repeat(unit, 500))
	}
}

func FuzzAll(f *testing.F) {
	f.Add("An old silent pond\nA frog's jump... [name]", "pond")
	f.Add("\xff'İ’ß-", "ǅ")
	f.Fuzz(func(t *testing.T, s, other string) { all(t, s, other) })
}

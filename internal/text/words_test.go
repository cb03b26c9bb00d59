package text

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplits(t *testing.T) {
	for name, c := range map[string]struct {
		split func(string) []string
		in    string
		want  []string
	}{
		"words are lower-cased and lose their punctuation":   {Words, "The old POND, a frog!", []string{"the", "old", "pond", "a", "frog"}},
		"an inner apostrophe stays, straight or curly":       {Words, "don't 'don’t' dogs'", []string{"don't", "don't", "dogs"}},
		"two apostrophes part a word":                        {Words, "a''b", []string{"a", "b"}},
		"a hyphen or a dash parts a word":                    {Words, "well-known—truly", []string{"well", "known", "truly"}},
		"digits are letters of a word":                       {Words, "3 of 4th", []string{"3", "of", "4th"}},
		"accents stay, precomposed or combining":             {Words, "Café cafe\u0301", []string{"café", "cafe\u0301"}},
		"invalid bytes part words":                           {Words, "a\xff\xfeb", []string{"a", "b"}},
		"marks alone are no word":                            {Words, "\u0301 ...", nil},
		"lines are trimmed and never blank":                  {Lines, "  one \r\n\n \t\ntwo", []string{"one", "two"}},
		"paragraphs are parted by blank lines":               {Paragraphs, "\na\n b\n \n\nc\n", []string{"a\nb", "c"}},
		"sentences end at marks before white space":          {Sentences, "One. Two?! \"Three.\" Four… five", []string{"One.", "Two?!", "\"Three.\"", "Four…", "five"}},
		"a mark inside a word or a number ends no sentence":  {Sentences, "See go.dev at 3.14 now.", []string{"See go.dev at 3.14 now."}},
		"titles, abbreviations and initials end no sentence": {Sentences, "Dr. J. Smith (e.g. him) left. So did I. Yes.", []string{"Dr. J. Smith (e.g. him) left.", "So did I.", "Yes."}},
		"an ellipsis ends a sentence even after a title":     {Sentences, "Dr... No", []string{"Dr...", "No"}},
		"a paragraph ends a sentence":                        {Sentences, "Hi Ann,\n\nthanks", []string{"Hi Ann,", "thanks"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.split(c.in)); diff != "" {
				t.Errorf("%q (-want +got):\n%s", c.in, diff)
			}
		})
	}
}

func TestChars(t *testing.T) {
	for in, want := range map[string]int{
		"": 0, "a b": 3, "a\r\nb\n": 2, "cafe\u0301": 4, "é": 1, "a\u200bb": 2, "日本": 2, "❤\ufe0f": 1,
	} {
		if got := Chars(in); got != want {
			t.Errorf("Chars(%q) = %d, want %d", in, got, want)
		}
	}
}

func TestLastLines(t *testing.T) {
	const s = "Here it is:\n\n one\ntwo \n"
	for n, want := range map[int]string{-1: "", 0: "", 1: "two", 2: "one\ntwo", 9: "Here it is:\none\ntwo"} {
		if got := LastLines(s, n); got != want {
			t.Errorf("LastLines(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestCountOf(t *testing.T) {
	for name, c := range map[string]struct {
		s, what string
		want    int
	}{
		"words, not parts of words":         {"The theme, the rest", "the", 2},
		"neighbours count each":             {"no no no", "no", 3},
		"phrases ignore case and marks":     {"Thank you. Thank,\nYOU!", "thank you", 2},
		"phrases do not overlap themselves": {"a a a", "a a", 1},
		"marks count as written":            {"a! b!!", "!", 3},
		"nothing occurs nowhere":            {"abc", "", 0},
	} {
		if got := CountOf(c.s, c.what); got != c.want {
			t.Errorf("%s: CountOf(%q, %q) = %d, want %d", name, c.s, c.what, got, c.want)
		}
	}
}

package tokenizer

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTrainingJoinsTheMostFrequentPair(t *testing.T) {
	// In "abab abab cd cd" the pieces are abab, " abab", " cd" twice over: ab 4 times; then abab, " c" and "cd" 2 times
	// each, of which " c" has the lowest left token; and so on.
	tok, err := Train(slices.Values([]string{"abab abab cd cd"}), 261, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"ab", " c", " cd", "abab", " abab"}
	if diff := cmp.Diff(want, tok.tokens[256:]); diff != "" {
		t.Errorf("learned tokens (-want +got):\n%s", diff)
	}
}

func TestTrainingDoesNotDependOnTheOrderOfTexts(t *testing.T) {
	texts := []string{"the old pond", "a frog jumps in", "the sound of the water", "an old frog, the old water"}
	var first bytes.Buffer
	for i := range texts {
		tok, err := Train(slices.Values(slices.Concat(texts[i:], texts[:i])), 290, Reserved())
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := tok.Save(&b); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = b
		} else if !bytes.Equal(first.Bytes(), b.Bytes()) {
			t.Errorf("texts rotated by %d give another tokenizer", i)
		}
	}
}

// TestCountsStayTrue recounts every pair from scratch after each merge.
func TestCountsStayTrue(t *testing.T) {
	tok, err := untrained(nil)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("banana bandana ananas nanana aaaaaaa aaaa ", 3)
	l := newLearner(tok, countPieces(tok, slices.Values([]string{text})))
	for l.mergeBest() {
		want := map[pair]int{}
		for _, w := range l.words {
			for i := range len(w.ids) - 1 {
				want[pair{w.ids[i], w.ids[i+1]}] += w.count
			}
		}
		for p, n := range l.counts {
			if n != want[p] {
				t.Fatalf("after %d merges: count of %v is %d, want %d", len(tok.merges), p, n, want[p])
			}
		}
		if len(want) > len(l.counts) {
			t.Fatalf("after %d merges: %d pairs counted of %d", len(tok.merges), len(l.counts), len(want))
		}
	}
	if len(tok.merges) < 15 {
		t.Errorf("%d merges: want at least 15 to have tested anything", len(tok.merges))
	}
}

func TestTrainingRefuses(t *testing.T) {
	cases := map[string]struct {
		texts   []string
		vocab   int
		special []string
		want    string
	}{
		"a vocabulary below the bytes":       {nil, 271, Reserved(), "vocabulary of 271: want at least 272"},
		"a vocabulary the texts do not fill": {[]string{"abc abc"}, 1000, nil, "allow 3 merges, which make 259 tokens"},
		"a special token twice":              {nil, 300, []string{"<a>", "<a>"}, "one is there twice"},
		"a special token of one character":   {nil, 300, []string{"a"}, `special token "a": want more than one character`},
		"a special token without text":       {nil, 300, []string{""}, "has no content"},
	}
	for name, c := range cases {
		_, err := Train(slices.Values(c.texts), c.vocab, c.special)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}

// A space and an a are spelled Ġa in the file, which a special token may be called too.
func TestNoMergeSpellsASpecialToken(t *testing.T) {
	tok, err := Train(slices.Values([]string{" a a a ab"}), 258, []string{"Ġa"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := tok.tokens[257], "ab"; got != want {
		t.Errorf("the merge is %q, want %q", got, want)
	}
}

func BenchmarkTrain(b *testing.B) {
	var texts []string
	for i := range 20_000 {
		texts = append(texts, fmt.Sprintf("word%c%c the pond %d of w%cx and m%c%c", 'a'+i%26, 'a'+i/26%26, i, 'a'+i/7%26, 'a'+i/11%26, 'a'+i/3%26))
	}
	for b.Loop() {
		if _, err := Train(slices.Values(texts), 1024, Reserved()); err != nil {
			b.Fatal(err)
		}
	}
}

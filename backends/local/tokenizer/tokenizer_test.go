package tokenizer

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

func TestPlainTextNeverBecomesASpecialToken(t *testing.T) {
	tok := trained(t)
	for id, special := range Reserved() {
		if got := tok.Encode("a" + special + "b"); slices.Contains(got, int32(id)) {
			t.Errorf("Encode(%q) = %v, which has the special id %d", special, got, id)
		}
		if got := tok.EncodeSpecial(special); !slices.Equal(got, []int32{int32(id)}) {
			t.Errorf("EncodeSpecial(%q) = %v, want [%d]", special, got, id)
		}
		if got, ok := tok.ID(special); !ok || got != int32(id) {
			t.Errorf("ID(%q) = %d, %t, want %d", special, got, ok, id)
		}
	}
	if id, ok := tok.ID("the"); ok {
		t.Errorf("ID of a token that is not an added one = %d", id)
	}
}

func TestLongestAddedTokenWins(t *testing.T) {
	tok, err := Train(slices.Values([]string{""}), 259, []string{"<a", "<a>", "<a><b"})
	if err != nil {
		t.Fatal(err)
	}
	want := append([]int32{2, 1}, tok.Encode("<")...)
	if got := tok.EncodeSpecial("<a><b<a><"); !slices.Equal(got, want) {
		t.Errorf("EncodeSpecial = %v, want %v", got, want)
	}
}

func TestIDsOutsideTheVocabularyDecodeToNothing(t *testing.T) {
	tok := trained(t)
	if got := tok.Decode([]int32{-1, 400, 1 << 30}); got != "" {
		t.Errorf("Decode = %q, want nothing", got)
	}
}

func TestGoroutinesSharingATokenizerAgree(t *testing.T) {
	tok := load(t, "qwen")
	corpus, err := os.ReadFile("testdata/corpus.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := load(t, "qwen").Encode(string(corpus))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 5 {
				if got := tok.Encode(string(corpus)); !slices.Equal(got, want) {
					t.Errorf("ids differ from those of a tokenizer of one's own")
				}
			}
		})
	}
	wg.Wait()
}

// TestMergesFollowTheDefinition compares the heap with the definition: look for the lowest rank in the whole piece, the
// leftmost of equals, and join it, until nothing joins.
func TestMergesFollowTheDefinition(t *testing.T) {
	tok, err := Train(slices.Values([]string{"aaaa abababab meeting onpond thethe"}), 279, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, piece := range []string{"meeting", "abababababa", "aaaaaaaaaaaaa", "thethethe", "silentsilence", "日本語", strings.Repeat("onpond", 30)} {
		var w merger
		if got, want := w.merge(nil, piece, tok), mergeSlowly(tok, piece); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", piece, got, want)
		}
	}
}

func mergeSlowly(tok *Tokenizer, piece string) []int32 {
	var ids []int32
	for i := range len(piece) {
		ids = append(ids, tok.bytes[piece[i]])
	}
	for {
		best := -1
		for i := range len(ids) - 1 {
			m, ok := tok.ranks[pair{ids[i], ids[i+1]}]
			if ok && (best < 0 || m.rank < tok.ranks[pair{ids[best], ids[best+1]}].rank) {
				best = i
			}
		}
		if best < 0 {
			return ids
		}
		id := tok.ranks[pair{ids[best], ids[best+1]}].id
		ids = slices.Replace(ids, best, best+2, id)
	}
}

func FuzzDecodeUndoesEncode(f *testing.F) {
	for _, s := range []string{"", "it's 12 日本\r\n  x", "<|im_end|>", "\u0301\u00a0😀", "\xff\xfe"} {
		f.Add(s)
	}
	toks := map[string]*Tokenizer{"trained": trained(f), "llama3": load(f, "llama3"), "smollm": load(f, "smollm")}
	f.Fuzz(func(t *testing.T, s string) {
		for name, tok := range toks {
			ids := tok.Encode(s)
			if got := tok.Decode(ids); utf8.ValidString(s) && got != s {
				t.Errorf("%s: Decode(Encode(%q)) = %q", name, s, got)
			}
			if got := tok.DecodeSpecial(tok.EncodeSpecial(s)); utf8.ValidString(s) && got != s {
				t.Errorf("%s: DecodeSpecial(EncodeSpecial(%q)) = %q", name, s, got)
			}
			if got := tok.decodeBytes(ids); got != s {
				t.Errorf("%s: the bytes of %q came back as %q", name, s, got)
			}
		}
	})
}

// decodeBytes is Decode before what is not UTF-8 is replaced.
func (t *Tokenizer) decodeBytes(ids []int32) string {
	var b strings.Builder
	for _, id := range ids {
		b.WriteString(t.tokens[id])
	}
	return b.String()
}

func FuzzLoadNeverPanics(f *testing.F) {
	small, err := Train(slices.Values([]string{"the pond"}), 260, []string{"<|im_end|>"})
	if err != nil {
		f.Fatal(err)
	}
	var b bytes.Buffer
	if err := small.Save(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(bytes.ReplaceAll(b.Bytes(), []byte("\n"), nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		tok, err := Load(bytes.NewReader(data))
		if err != nil {
			return
		}
		const s = "it's 12 日本\r\n  <|im_end|>"
		if got := tok.DecodeSpecial(tok.EncodeSpecial(s)); got != s {
			t.Errorf("a file that loads turns %q into %q", s, got)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	corpus, err := os.ReadFile("testdata/corpus.txt")
	if err != nil {
		b.Fatal(err)
	}
	text := strings.Repeat(string(corpus), 100)
	for _, name := range []string{"trained", "gpt2", "qwen"} {
		b.Run(name, func(b *testing.B) {
			tok := load(b, name)
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				tok.Encode(text)
			}
		})
	}
	b.Run("piece of 100 kB", func(b *testing.B) {
		tok := load(b, "trained")
		long := strings.Repeat("thepond", 100_000/7)
		b.SetBytes(int64(len(long)))
		for b.Loop() {
			tok.Encode(long)
		}
	})
}

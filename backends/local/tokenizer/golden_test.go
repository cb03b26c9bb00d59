package tokenizer

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write testdata/trained.json; then run testdata/golden.py")

// golden is testdata/ids.json: what Hugging Face tokenizers says, see testdata/golden.py.
type golden map[string]struct {
	Encode []struct {
		Text         string
		Cuts         []int // where its pieces end, in characters
		IDs, Special []int32
	}
	Decode []struct {
		IDs           []int32
		Text, Special string
	}
}

func readGolden(t *testing.T) golden {
	t.Helper()
	data, err := os.ReadFile("testdata/ids.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

func load(t testing.TB, name string) *Tokenizer {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	tok, err := Load(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// TestPiecesAreThoseOfHuggingFace compares where texts are cut, which ids alone do not show where no merge would cross.
func TestPiecesAreThoseOfHuggingFace(t *testing.T) {
	for name, g := range readGolden(t) {
		tok := load(t, name)
		for _, c := range g.Encode {
			var cuts []int
			at := 0
			for _, piece := range pieces(c.Text, tok.splits) {
				at += utf8.RuneCountInString(piece)
				cuts = append(cuts, at)
			}
			if !slices.Equal(cuts, c.Cuts) {
				t.Errorf("%s: %q is cut at %v, want %v", name, c.Text, cuts, c.Cuts)
			}
		}
	}
}

func pieces(s string, splits []splitter) []string {
	all := []string{s}
	for _, split := range splits {
		var next []string
		for _, p := range all {
			for len(p) > 0 {
				n := split(p)
				next = append(next, p[:n])
				p = p[n:]
			}
		}
		all = next
	}
	return all
}

func TestIDsAreThoseOfHuggingFace(t *testing.T) {
	for name, g := range readGolden(t) {
		tok := load(t, name)
		for _, c := range g.Encode {
			if got := tok.Encode(c.Text); !slices.Equal(got, c.IDs) {
				t.Errorf("%s: Encode(%q) = %v, want %v", name, c.Text, got, c.IDs)
			}
			if got := tok.EncodeSpecial(c.Text); !slices.Equal(got, c.Special) {
				t.Errorf("%s: EncodeSpecial(%q) = %v, want %v", name, c.Text, got, c.Special)
			}
		}
		for _, c := range g.Decode {
			if got := tok.Decode(c.IDs); got != c.Text {
				t.Errorf("%s: Decode(%v) = %q, want %q", name, c.IDs, got, c.Text)
			}
			if got := tok.DecodeSpecial(c.IDs); got != c.Special {
				t.Errorf("%s: DecodeSpecial(%v) = %q, want %q", name, c.IDs, got, c.Special)
			}
		}
	}
}

// trained is the tokenizer of testdata/corpus.txt.
func trained(t testing.TB) *Tokenizer {
	t.Helper()
	corpus, err := os.ReadFile("testdata/corpus.txt")
	if err != nil {
		t.Fatal(err)
	}
	tok, err := Train(slices.Values([]string{string(corpus)}), 400, Reserved())
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

func TestTrainingAndSavingGiveTheBytesThatHuggingFaceRead(t *testing.T) {
	var b bytes.Buffer
	if err := trained(t).Save(&b); err != nil {
		t.Fatal(err)
	}
	path := "testdata/trained.json"
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("trained.json differs (-want +got):\n%s", diff)
	}
}

func TestSavingWhatWasLoadedChangesNoID(t *testing.T) {
	for name, g := range readGolden(t) {
		var first, second bytes.Buffer
		if err := load(t, name).Save(&first); err != nil {
			t.Fatal(err)
		}
		again, err := Load(bytes.NewReader(first.Bytes()))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, c := range g.Encode {
			if got := again.EncodeSpecial(c.Text); !slices.Equal(got, c.Special) {
				t.Errorf("%s: EncodeSpecial(%q) = %v, want %v", name, c.Text, got, c.Special)
			}
		}
		if err := again.Save(&second); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%s: saved twice, the bytes differ", name)
		}
	}
}

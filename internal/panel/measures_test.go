package panel

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"idiolect/internal/text"
)

func TestGoldenBLEU(t *testing.T) {
	data, err := os.ReadFile("testdata/bleu.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Texts    [][]string
		BLEU     float64
		SelfBLEU float64 `json:"self_bleu"`
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&cases); err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		if got := BLEU(c.Texts[0], c.Texts[1:]); math.Abs(got-c.BLEU) > 1e-12 {
			t.Errorf("case %d: BLEU %v, NLTK has %v", i, got, c.BLEU)
		}
		if got := SelfBLEU(c.Texts); math.Abs(got-c.SelfBLEU) > 1e-12 {
			t.Errorf("case %d: self-BLEU %v, NLTK has %v", i, got, c.SelfBLEU)
		}
	}
}

func TestSigns(t *testing.T) {
	for name, c := range map[string]struct {
		sign    func(string) bool
		yes, no []string
	}{
		"placeholder": {Placeholder,
			[]string{"Dear [Name],", "Kind regards,\n[Your Company]", "on <date> at noon", "Hi {{ first_name }}", "TBD", "insert title here", "see [Name] and [1]"},
			[]string{
				"as shown before [12], [3, 4] and [5-7]", "(see [Smith et al., 2004])", "the [manual](https://example.org/a) says", "the [manual][m]\n\n[m]: https://example.org",
				"set `x[i]` to `[name]`", "```go\nnames := []string{name}\nx[index] = [size]int{}\n```", "rows[key] is read", "he wrote [sic] that", "- [ ] milk\n- [x] bread", "plain text",
			}},
		"commentary": {Commentary,
			[]string{"Sure! Here is your e-mail.", "here's a poem", "**Certainly**, I can", "As an AI, I", "Dear Ann,\nno.\n\nLet me know if you want changes.", "This draft meets all your wishes."},
			[]string{"surely not", "Here we go again", "the course of course, is long", "Dear Ann, feel the sun", strings.Repeat("let me know if you come. ", 1) + strings.Repeat("we meet at the river. ", 20)}},
		"to the judge": {ToTheJudge,
			[]string{"[[A]]", "[[A>>B]]", "[RESULT] 5", "Response A is better", "this fulfils the rubric", "meets all criteria", "a score of 5", "5/5", "Dear judge, please"},
			[]string{"his response about it", "five of five", "we judge the wine", "on 5/6 we meet", "an answer again"}},
	} {
		for _, s := range c.yes {
			if !c.sign(s) {
				t.Errorf("%s: not seen in %q", name, s)
			}
		}
		for _, s := range c.no {
			if c.sign(s) {
				t.Errorf("%s: seen in %q", name, s)
			}
		}
	}
}

func words(texts ...string) [][]string {
	var out [][]string
	for _, s := range texts {
		out = append(out, text.Words(s))
	}
	return out
}

func TestRepeatsAndVariety(t *testing.T) {
	// Seven 2-grams, of which the second "a b" and "b a" repeat: a b, b a, a b, b a, a c.
	if got := Rep(text.Words("a b a b a c"), 2); math.Abs(got-2./5) > 1e-12 {
		t.Errorf("rep-2 = %v, want 2/5", got)
	}
	if got := Rep(text.Words("one two three"), 4); got != 0 {
		t.Errorf("rep-4 of three words = %v", got)
	}
	// Of five words three are distinct; of three 2-grams (none goes over the end of a text) two.
	texts := words("a b", "a b c")
	if one, two := Distinct(texts, 1), Distinct(texts, 2); math.Abs(one-.6) > 1e-12 || math.Abs(two-2./3) > 1e-12 {
		t.Errorf("distinct-1 %v, distinct-2 %v", one, two)
	}
	if !math.IsNaN(Distinct(words("a"), 2)) {
		t.Error("distinct-2 of one word is a number")
	}
	for s, want := range map[string]string{
		"Dear Ann,\n\nthe lamp of Ann costs 12 at most.\n\nBest": "the _ of _ costs # at most",
		"Hi!": "hi", "": "", "lamp lamp\nstone": "_ _ stone",
	} {
		if got := Skeleton(s, []string{"ann", "lamp"}); got != want {
			t.Errorf("skeleton of %q: %q, want %q", s, got, want)
		}
	}
}

func TestAlike(t *testing.T) {
	group := func(texts ...string) []*read {
		var in []Text
		for _, s := range texts {
			in = append(in, Text{Row: "r", Completion: s})
		}
		return Read(in, Options{}).texts
	}
	for _, c := range []struct {
		texts []string
		want  float64
	}{
		{[]string{"a b", "A, b!", "a b", "a b"}, .25}, // copies, whatever stands between the words
		{[]string{"a b", "a c", "a d", "a e"}, 1},
		{[]string{"a b", "a b", "a c", "a c"}, .5},
	} {
		if got := effective(group(c.texts...)); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%q: %v effectively different, want %v", c.texts, got, c.want)
		}
	}
	if got := groupRougeL(group("a b c", "a c", "x")); math.Abs(got-.8/3) > 1e-12 {
		t.Errorf("ROUGE-L of a group: %v, want (0.8 + 0 + 0)/3", got)
	}
}

func TestEcho(t *testing.T) {
	rubric := contentWords([]string{"The e-mail must be polite and decline the request with a reason."})
	for _, w := range []string{"mail", "polite", "decline", "request", "reason"} {
		if !rubric[w] {
			t.Errorf("%s is no content word", w)
		}
	}
	if len(rubric) != 5 {
		t.Errorf("content words: %v", rubric)
	}
	if got := echo(text.Words("a polite, polite no: my reason"), rubric); math.Abs(got-.4) > 1e-12 {
		t.Errorf("echo %v, want 2 of 5", got)
	}
}

// The same texts in another order, and so with other draws, measure the same.
func TestVarietyOfASet(t *testing.T) {
	var texts []Text
	for i, s := range []string{"we write of lamp now", "we write of stone now", "they sing", "we write of lamp then"} {
		texts = append(texts, Text{Row: string(rune('a' + i)), Completion: s, Slots: []string{"lamp", "stone"}})
	}
	v := Read(texts, Options{}).Variety()
	if v.Skeletons != 3 || v.Opening != .75 || v.Of != 4 {
		t.Errorf("%+v, want 3 skeletons of 4 and 75%% with one beginning", v)
	}
	if none := Read(nil, Options{}).Variety(); !math.IsNaN(none.Skeletons) {
		t.Errorf("of nothing: %+v", none)
	}
}

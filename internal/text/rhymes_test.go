package text

import "testing"

func TestRhymeKey(t *testing.T) {
	for word, want := range map[string]string{
		"": "", "!": "", "night": "AY T", "broken": "OW K AH N", "butterfly": "AY", "the": "AH", "A frog, a pond.": "AA N D",
		"trembles": "EH M B AH L Z", "ripens": "AY P AH N Z", "birch's": "ER CH IH Z", "mossy": "AO S IY", "scattered": "AE T ER D",
		"heroken": "-en", "florpe": "-orpe", "zzz": "-zzz", "日本": "-日本", // by spelling
	} {
		if got := RhymeKey(word); got != want {
			t.Errorf("RhymeKey(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestAnyRhyme(t *testing.T) {
	for name, c := range map[string]struct {
		lines []string
		want  bool
	}{
		"no lines":                       {nil, false},
		"spelling does not matter":       {[]string{"a quiet night", "no sound", "under the kite!"}, true},
		"look-alikes do not rhyme":       {[]string{"though", "rough"}, false},
		"stress decides":                 {[]string{"a river", "a liver"}, true},
		"the ending counts with it":      {[]string{"it trembles", "it assembles"}, true},
		"one haiku":                      {[]string{"an old silent pond", "a frog jumps into the pond", "splash! silence again"}, true},
		"blank lines rhyme with nothing": {[]string{"", "...", "moon"}, false},
		"unknown words rhyme by letters": {[]string{"zorfelb", "glimfelb"}, true},
	} {
		if got := AnyRhyme(c.lines); got != c.want {
			t.Errorf("%s: AnyRhyme(%q) = %v, want %v", name, c.lines, got, c.want)
		}
	}
	if !Rhymes("the light", "a bright") || Rhymes("the light", "a bird") || Rhymes("", "") {
		t.Error("Rhymes must compare last words and nothing else")
	}
}

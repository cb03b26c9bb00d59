package text

import (
	"maps"
	"slices"
	"testing"
)

func TestSyllables(t *testing.T) {
	for word, want := range map[string]int{
		"pond": 1, "frog": 1, "silent": 2, "butterfly": 3, "Autumn": 2, "don’t": 1, "hmm": 1, "café": 2, "well-known": 2,
		"trembles": 2, "scatters": 2, "ripens": 2, "darkens": 2, "glistens": 2, // words the dictionary lacks
		"glistening": 3, "glimmered": 2, "unfolds": 2, "birch's": 2, "finch's": 2, "mossy": 2, "moonlight's": 2, "kelpless": 2,
		"tremblers": 3, "blossomy": 3, "frog's": 1, // two endings, a rare ending, a possessive
		"heroken": 3, "florpe": 1, "splarted": 2, "zorples": 2, "drawbism": 3, "snarpier": 3, "x": 1, "70": 4, "日本": 1, // by spelling
	} {
		if got := Syllables(word); got != want {
			t.Errorf("Syllables(%q) = %d, want %d", word, got, want)
		}
	}
	for lines, want := range map[string]int{"": 0, "...": 0, "an old silent pond": 5, "a frog jumps into the pond": 7, "splash! Silence again.": 5} {
		if got := SyllablesIn(lines); got != want {
			t.Errorf("SyllablesIn(%q) = %d, want %d", lines, got, want)
		}
	}
}

func TestKnown(t *testing.T) {
	for s, want := range map[string]bool{
		"": false, "pond": true, "An old, silent pond": true, "glistens": true, "tremblers": true, "well-known": true,
		"heroken": false, "the heroken pond": false, "farious": false, "pond 7": false, "pondnessing": false, "mossier": true,
		"hopeing": false, "citys": false, "s's": true, "glisss": false, "dreameing": false, "mosslessed": false,
	} {
		if got := Known(s); got != want {
			t.Errorf("Known(%q) = %v, want %v", s, got, want)
		}
	}
}

// An ending's stem is shorter than the word, and the spelling looks nothing up: neither rule sees the entry that it is
// held against.
func TestRulesAgainstTheDictionary(t *testing.T) {
	var inflected, spelled struct{ right, all int }
	d := cmudict()
	for _, word := range slices.Sorted(maps.Keys(d.of)) {
		want, _ := d.look(word)
		rule := &inflected
		s, ok := d.inflected(word)
		if !ok {
			rule, s.syllables = &spelled, spelledSyllables(word)
		}
		rule.all++
		if s.syllables == want.syllables {
			rule.right++
		}
	}
	endings, letters := float64(inflected.right)/float64(inflected.all), float64(spelled.right)/float64(spelled.all)
	t.Logf("endings %.4f of %d words, spelling %.4f of %d", endings, inflected.all, letters, spelled.all)
	if endings < 0.98 || letters < 0.91 {
		t.Errorf("syllables right: endings %.4f, spelling %.4f, want 0.98 and 0.91", endings, letters)
	}
}

func BenchmarkDecode(b *testing.B) {
	for b.Loop() {
		unpack()
	}
}

func BenchmarkSyllablesIn(b *testing.B) {
	cmudict()
	for b.Loop() {
		SyllablesIn("an old silent pond glistens while the heron trembles")
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(9*b.N), "ns/word")
}

package text

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func TestRougeL(t *testing.T) {
	for name, c := range map[string]struct {
		a, b string
		want float64
	}{
		// Lin 2004, section 3.1: sentences S1 to S3.
		"the same order":     {"police killed the gunman", "police kill the gunman", 0.75},
		"the order reversed": {"police killed the gunman", "the gunman kill police", 0.5},
		"equal words":        {"A frog.", "a frog", 1},
		"unlike lengths":     {"a b c d e f", "b d", 0.5},
		"nothing in common":  {"a b", "c d", 0},
		"no words":           {"", "...", 0},
	} {
		if got := RougeL(c.a, c.b); got != c.want {
			t.Errorf("%s: RougeL(%q, %q) = %v, want %v", name, c.a, c.b, got, c.want)
		}
	}
}

// The bits must give what the textbook table gives, across the borders of 64 words.
func TestCommonSubsequence(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		a, b := letters(rng, 1+rng.IntN(200)), letters(rng, 1+rng.IntN(200))
		table := make([][]int, len(a)+1)
		table[0] = make([]int, len(b)+1)
		for i, x := range a {
			table[i+1] = make([]int, len(b)+1)
			for j, y := range b {
				if x == y {
					table[i+1][j+1] = table[i][j] + 1
				} else {
					table[i+1][j+1] = max(table[i][j+1], table[i+1][j])
				}
			}
		}
		if got, want := commonSubsequence(a, b), table[len(a)][len(b)]; got != want {
			t.Fatalf("commonSubsequence(%q, %q) = %d, want %d", a, b, got, want)
		}
	}
}

func TestRepeats(t *testing.T) {
	for name, c := range map[string]struct {
		s    string
		n    int
		want int
	}{
		"words":                     {"The the the pond", 1, 2},
		"pairs overlap":             {"a b a b a", 2, 2},
		"triples":                   {"a b c x a b c y a b c", 3, 2},
		"no run of that length":     {"a b", 3, 0},
		"one run of the whole":      {"a b", 2, 0},
		"runs of no words":          {"a a", 0, 0},
		"punctuation parts nothing": {"No, no. No", 2, 1},
	} {
		if got := Repeats(c.s, c.n); got != c.want {
			t.Errorf("%s: Repeats(%q, %d) = %d, want %d", name, c.s, c.n, got, c.want)
		}
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for n := 1; n < 12; n++ {
		words := letters(rng, 300)
		seen, want := map[string]bool{}, 0
		for i := range len(words) - n + 1 {
			run := strings.Join(words[i:i+n], " ")
			if seen[run] {
				want++
			}
			seen[run] = true
		}
		if got := Repeats(strings.Join(words, " "), n); got != want {
			t.Errorf("Repeats of %d words = %d, want %d", n, got, want)
		}
	}
}

// letters draws n words of one letter, a to d.
func letters(rng *rand.Rand, n int) []string {
	words := make([]string, n)
	for i := range words {
		words[i] = string(rune('a' + rng.IntN(4)))
	}
	return words
}

func BenchmarkRougeL(b *testing.B) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{20, 4096} {
		x, y := letters(rng, n), letters(rng, n)
		b.Run(strings.Repeat("long", min(n/1000, 1))+"words", func(b *testing.B) {
			for b.Loop() {
				RougeLWords(x, y)
			}
		})
	}
}

package text

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Planted copies of each sort are found, and what only looks like one is not.
func TestCopies(t *testing.T) {
	known := "Write to Ada about the broken kettle in the kitchen, and ask her to bring a new one on Monday."
	c := NewCopies(8, .6)
	c.Add(known)
	c.Add("turn down the talk in Lyon")
	c.Add("!?")
	long := strings.Repeat("something else entirely about gardens and rivers ", 14) // 98 words
	for text, want := range map[string]string{
		"write to ada - about the broken kettle, in the kitchen - and ask her to bring a new one on monday": "the same words",
		"Turn down: the talk in Lyon!": "the same words",
		"Somebody says the broken kettle in the kitchen, and ask nobody else about it or about anything that anybody might have said of it":  "8 words in a row are the same",
		"Somebody says the broken kettle in the kitchen, and nobody else asks about it or about anything that anybody might have said of it": "", // seven
		"turn down a talk in Lyon":                                              "ROUGE-L of 0.6 or more", // 5 of 6 words: .83
		"turn down a trip to Lyon":                                              "",                       // 3 of 6: .5
		long + "the broken kettle in the kitchen, and ask her":                  "",                       // a long text: 9 are not 13
		long + "about the broken kettle in the kitchen, and ask her to bring a": "13 words in a row are the same",
		"":   "",
		"?!": "",
	} {
		if got := c.Why(text); got != want {
			t.Errorf("%q is a copy by %q - want %q", text, got, want)
		}
	}
	if got := NewCopies(0, 0); got.Why("a") != "" {
		t.Error("a copy of nothing")
	}
	off := NewCopies(0, 0)
	off.Add(known)
	if got := off.Why(known[:60]); got != "" {
		t.Errorf("found what nobody looks for: %q", got)
	}
}

// What the index says is what a comparison with every known text says.
func TestCopiesAgreeWithAllPairs(t *testing.T) {
	texts := madeTexts(600, 12)
	known, asked := texts[:300], texts[300:]
	c := NewCopies(5, .6)
	for _, k := range known {
		c.Add(k)
	}
	found := 0
	for _, s := range asked {
		want := slices.ContainsFunc(known, func(k string) bool {
			w := Words(s)
			for i := range len(w) - 5 + 1 {
				if strings.Contains(" "+strings.Join(Words(k), " ")+" ", " "+strings.Join(w[i:i+5], " ")+" ") {
					return true
				}
			}
			return RougeL(s, k) >= .6
		})
		if got := c.Why(s) != ""; got != want {
			t.Fatalf("%q is a copy: %t - want %t", s, got, want)
		}
		if want {
			found++
		}
	}
	if found == 0 || found == len(asked) {
		t.Errorf("%d of %d are copies: the test tells nothing", found, len(asked))
	}
}

// BenchmarkCopies looks at rows of 40 words beside 5,000 known ones.
func BenchmarkCopies(b *testing.B) {
	known, asked := madeTexts(5000, 40), madeTexts(2000, 40)
	for b.Loop() {
		c := NewCopies(8, .6)
		for _, k := range known {
			c.Add(k)
		}
		for i, s := range asked {
			c.Why(fmt.Sprint(i, s))
		}
	}
	b.ReportMetric(float64(b.N*len(asked))/b.Elapsed().Seconds(), "texts/s")
}

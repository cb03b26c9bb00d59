package main

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func TestNouns(t *testing.T) {
	nouns := read(t, "../nouns.txt")
	if len(nouns) < 2400 {
		t.Errorf("%d nouns, want 2400", len(nouns))
	}
	if !slices.IsSorted(nouns) || len(slices.Compact(slices.Clone(nouns))) != len(nouns) {
		t.Error("the nouns are not sorted and distinct")
	}
	excluded := strings.Join(read(t, "excluded.txt"), " ") + " will may can must might while like past second down well back"
	for _, noun := range nouns {
		if !speakable(noun) || slices.Contains(strings.Fields(excluded), noun) {
			t.Errorf("%q is not known, not of one to four syllables, or excluded", noun)
		}
	}
}

func TestPretrainingHalf(t *testing.T) {
	want := slices.DeleteFunc(read(t, "../nouns.txt"), func(noun string) bool { return !pretrain(noun) })
	if got := read(t, "../../../datasets/world/pretrain_nouns.txt"); !slices.Equal(got, want) {
		t.Errorf("pretraining has %d topics, want the %d that the hash picks from nouns.txt", len(got), len(want))
	}
}

func TestInflected(t *testing.T) {
	wn := &wordNet{
		nouns: map[string]*noun{"glass": {}, "shoe": {}, "shoes": {}, "city": {}, "cities": {}, "mending": {}, "building": {tags: 50}, "ring": {}},
		verbs: map[string]bool{"mend": true, "build": true},
	}
	for word, want := range map[string]bool{"glass": false, "shoe": false, "shoes": true, "cities": true, "mending": true, "building": false, "ring": false} {
		if got := wn.inflected(word); got != want {
			t.Errorf("inflected(%q) = %v, want %v", word, got, want)
		}
	}
}

func read(t *testing.T, path string) []string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

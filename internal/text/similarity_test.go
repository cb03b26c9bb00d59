package text

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// testdata/similarity.json is written by testdata/similarity.py.
func TestSimilarity(t *testing.T) {
	raw, err := os.ReadFile("testdata/similarity.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden []struct {
		A, B       string
		Similarity float64
	}
	if err := json.Unmarshal(raw, &golden); err != nil || len(golden) == 0 {
		t.Fatal(len(golden), err)
	}
	for _, g := range golden {
		if got := Similarity(g.A, g.B); math.Abs(got-g.Similarity) > 1e-12 || got != Similarity(g.B, g.A) {
			t.Errorf("Similarity(%q, %q) = %v, %v the other way round, want %v", g.A, g.B, got, Similarity(g.B, g.A), g.Similarity)
		}
	}
}

func BenchmarkSimilarity(b *testing.B) {
	x := TrigramsOf("Turn down the request of a colleague who asks for a report by Friday.")
	y := TrigramsOf("Ask a colleague for the report that was to be there on Friday, kindly.")
	for b.Loop() {
		x.Cosine(y)
	}
}

package datasets

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"idiolect/internal/peak"
)

// judgedPair is a row of Preference-Collection, as far as it is read.
type judgedPair struct {
	Instruction string `parquet:"orig_instruction"`
	A           string `parquet:"orig_response_A"`
	B           string `parquet:"orig_response_B"`
	Preference  string `parquet:"orig_preference"`
	ScoreA      int64  `parquet:"orig_score_A"`
	ScoreB      int64  `parquet:"orig_score_B"`
	Criteria    string `parquet:"orig_criteria"`
	Feedback    string `parquet:"orig_feedback"`
	Rendered    string `parquet:"instruction"`
}

// pairNumber is the i-th of made-up pairs, of which A always is the better one.
func pairNumber(i, size int) judgedPair {
	text := func(s string) string { return strings.Repeat(fmt.Sprintf("%s %d ", s, i), size/12) }
	p := judgedPair{text("ask"), text("good"), text("poor"), "A", 4, 2, "Is it good?", text("A is the better"), ""}
	p.Rendered = "###Task\n" + p.Instruction + p.A + p.B
	return p
}

// With swap: random the better answer stands in either place, with its score and
// without the feedback that names places; the same pair always in the same.
func TestPairsAreSwapped(t *testing.T) {
	var text strings.Builder
	const n = 400
	for i := range n {
		fmt.Fprintf(&text, `{"orig_instruction": "Ask %d.", "orig_response_A": "x%d", "orig_response_B": "y", "orig_preference": "A", "orig_score_A": 5, "orig_feedback": "A is."}`+"\n", i, i)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "p.jsonl"), []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	first := 0
	for rec, err := range (&Prometheus{Path: "p.jsonl", Swap: "random"}).Read(dir) {
		if err != nil {
			t.Fatal(err)
		}
		f := rec.Fields
		better, worse := "a", "b"
		if f["preference"] == "b" {
			better, worse = worse, better
		} else {
			first++
		}
		if !strings.HasPrefix(f[better].(string), "x") || f[worse] != "y" || f["score_"+better] != int64(5) || f["score_"+worse] != nil || (f["feedback"] == nil) != (better == "b") {
			t.Fatalf("%v", f)
		}
	}
	if first < n/2-60 || first > n/2+60 { // six standard deviations
		t.Errorf("a is the better one in %d of %d", first, n)
	}
	for rec, err := range (&Prometheus{Path: "p.jsonl"}).Read(dir) {
		if err != nil || rec.Fields["preference"] != "a" {
			t.Fatalf("%v, %v", rec.Fields, err)
		}
	}
}

// BenchmarkPreferences reads pairs of 15 KB as Preference-Collection holds them, from
// Parquet, and keeps them until their order is known. Its size is that of the whole
// collection, a file of 3 GB, with
//
//	PAIRS=199760 go test -run xxx -bench Preferences -benchtime 1x ./datasets
func BenchmarkPreferences(b *testing.B) {
	n := 2000
	if text := os.Getenv("PAIRS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	dir := b.TempDir()
	file, err := os.Create(filepath.Join(dir, "p.parquet"))
	if err != nil {
		b.Fatal(err)
	}
	out := bufio.NewWriterSize(file, 1<<20)
	w := parquet.NewGenericWriter[judgedPair](out, parquet.MaxRowsPerRowGroup(1000))
	for i := range n {
		if _, err := w.Write([]judgedPair{pairNumber(i, 2000)}); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	if err := out.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
	entry := Entry{Records: (&Prometheus{Path: "p.parquet", Swap: "random"}).Read(dir), Data: data(b, "shuffle: true, split: {train: 90%, test: rest}"), Seed: 7}
	for b.Loop() {
		most := peak.Heap(func() {
			f, err := os.CreateTemp(dir, "")
			if err != nil {
				b.Fatal(err)
			}
			defer f.Close()
			c, err := entry.Collect(b.Context(), f)
			if err != nil {
				b.Fatal(err)
			}
			for _, err := range c.All() {
				if err != nil {
					b.Fatal(err)
				}
			}
			if err := os.Remove(f.Name()); err != nil {
				b.Fatal(err)
			}
		})
		b.ReportMetric(float64(most)/1e6, "peak-MB")
	}
	b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "rows/s")
}

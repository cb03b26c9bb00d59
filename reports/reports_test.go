package reports

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", name, d)
	}
}

func build(t testing.TB, in Input) *Report {
	t.Helper()
	r, err := Build(in)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func markdownOf(t *testing.T, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.Markdown(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func terminalOf(t *testing.T, r *Report, width int, color bool) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.Terminal(&b, width, color); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestReportOfAnExperiment(t *testing.T) {
	t.Parallel()
	in := haiku().run(t)
	in.Claims = []Claim{claim("held_out.tuned.hidden > held_out.initial.hidden", of3("tuned"), of3("initial"), ">")}
	in.Hardware, in.Release = "2 cores", "0.1"
	r := build(t, in)
	golden(t, "report.md", markdownOf(t, r))
	golden(t, "terminal80.txt", terminalOf(t, r, 80, false))
	golden(t, "terminal140.txt", terminalOf(t, r, 140, false))
	dir := t.TempDir()
	if err := r.Write(dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"scores.csv", "criteria.csv", "differences.csv", "training.csv", "scores.md", "differences.md", "criteria.md", "training.md"} {
		text, err := os.ReadFile(filepath.Join(dir, "tables", name))
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name, string(text))
	}
	entries, err := os.ReadDir(filepath.Join(dir, "tables"))
	if err != nil || len(entries) != 8 {
		t.Errorf("tables/ has %d entries (%v) - want 8 and nothing temporary", len(entries), err)
	}
}

func TestTerminalKeepsItsWidth(t *testing.T) {
	t.Parallel()
	x := haiku()
	x.methods = []string{"initial", "tuned", "blind", "another_method", "one_more_method", "yet_another_method"}
	for _, m := range x.methods[3:] {
		x.scores = append(x.scores, score(m, "", 0, .3, .2, .4), score(m, "form", 0, .3, .2, .4))
	}
	r := build(t, x.run(t))
	for _, m := range x.methods {
		if n := strings.Count(terminalOf(t, r, 80, false), m); n < 4 {
			t.Errorf("method %s is told %d times", m, n)
		}
	}
	for _, width := range []int{80, 100, 140} {
		for l := range strings.SplitSeq(terminalOf(t, r, width, false), "\n") {
			if columns(l) > width {
				t.Errorf("%d columns in a terminal of %d: %s", columns(l), width, l)
			}
		}
	}
}

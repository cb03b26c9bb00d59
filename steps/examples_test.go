package steps_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idiolect/runner/tables"
)

// shown is, for each row asked about, the answers of its examples.
func shown(t *testing.T, choose string, edits ...string) map[string]string {
	t.Helper()
	p := runTaught(t, "  few: {kind: prompt, model: writer, prompt: few}", ", few", append([]string{"things.test", "DATA", "epochs: 60", "epochs: 1",
		"prompts:\n", "prompts:\n  few: {user: \"{{ thing }}\", examples: {data: lessons, count: 2, choose: " + choose + "}}\n"}, edits...)...)
	out := map[string]string{}
	for _, s := range table[tables.Sample](t, p, "evals.held.few.samples", "samples.parquet") {
		var answers []string
		for _, m := range messages(t, s.Messages) {
			if m.Role == "assistant" {
				answers = append(answers, strings.Fields(m.Content)[1])
			}
		}
		ms := messages(t, s.Messages)
		out[ms[len(ms)-1].Content] = strings.Join(answers, " ")
	}
	return out
}

// The nearest examples are those whose question is most alike, the nearest last;
// the row itself is none.
func TestNearestExamples(t *testing.T) {
	got := shown(t, "nearest", "DATA", "lessons")
	if len(got) != 6 {
		t.Fatalf("asked about %v", got)
	}
	for asked, answers := range got {
		if slices.Contains(strings.Fields(answers), asked) {
			t.Errorf("%s is its own example: %s", asked, answers)
		}
	}
	got = shown(t, "nearest", "DATA", "close", "  things:\n", "  close: {source: inline, rows: [{thing: roads}, {thing: a lake}]}\n  things:\n")
	for asked, nearest := range map[string]string{"roads": "road", "a lake": "lake"} {
		if answers := strings.Fields(got[asked]); len(answers) != 2 || answers[1] != nearest {
			t.Errorf("examples for %s: %v - want %s last", asked, answers, nearest)
		}
	}
}

// Random examples are drawn for each row, differ between rows, stay when others
// are added, and are never the row itself.
func TestRandomExamples(t *testing.T) {
	got := shown(t, "random", "DATA", "lessons")
	different := map[string]bool{}
	for asked, answers := range got {
		different[answers] = true
		if f := strings.Fields(answers); slices.Contains(f, asked) || len(f) != 2 || f[0] == f[1] {
			t.Errorf("examples for %s: %s", asked, answers)
		}
	}
	if len(different) < 4 {
		t.Errorf("six rows share %d choices", len(different))
	}
	if d := cmp.Diff(got, shown(t, "random", "DATA", "lessons")); d != "" {
		t.Errorf("drawn again:\n%s", d)
	}
	if cmp.Equal(got, shown(t, "random", "DATA", "lessons", "seed: 3", "seed: 4")) {
		t.Error("another seed draws the same")
	}
	changed := 0
	more := shown(t, "random", "DATA", "lessons", "thing: moon, output: the moon is blue.}", "thing: moon, output: the moon is blue.}\n      - {thing: leaf, output: the leaf is red.}")
	for asked, answers := range got {
		if more[asked] != answers {
			changed++
		}
	}
	if changed > 4 {
		t.Errorf("one more example changed the choice of %d rows of 6", changed)
	}
}

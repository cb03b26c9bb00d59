package steps_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"idiolect/backends/local/localtest"
	"idiolect/runner"
	"idiolect/runner/tables"
)

// An eval of trained methods has a panel of all but the baseline; its figures are those
// of the samples.
func TestPanelOfAnEval(t *testing.T) {
	p := runSmall(t)
	rows := table[tables.Panel](t, p, "evals.held.panel", "panel.parquet")
	words := func(id string) float64 {
		n, of := 0, 0
		for _, s := range table[tables.Sample](t, p, id, "samples.parquet") {
			n, of = n+len(strings.FieldsFunc(strings.ToLower(*s.Completion), func(r rune) bool { return r < '0' || r > '9' && r < 'a' || r > 'z' })), of+1
		}
		return float64(n) / float64(of)
	}
	seen := map[string]bool{}
	for _, r := range rows {
		if r.Method != "tuned" || r.Against != "start" || r.Eval != "held" {
			t.Errorf("row of %s against %s", r.Method, r.Against)
		}
		seen[r.Metric] = true
		if r.Alarm && !r.Moved {
			t.Errorf("%s: an alarm of what did not move", r.Metric)
		}
		if r.Metric == "length/words" && (math.Abs(*r.Value-words("evals.held.tuned.samples")) > 1 || math.Abs(*r.Start-words("evals.held.start.samples")) > 1) {
			t.Errorf("words: %v and %v", *r.Start, *r.Value)
		}
	}
	for _, m := range []string{"length/words", "variety/skeletons", "judges/yes", "judges/mark"} {
		if !seen[m] {
			t.Errorf("no %s among %d rows", m, len(rows))
		}
	}
}

// Evals in which nothing was trained have none, and whom a method was trained to please
// is what the spec says of it and of all that it begins with.
func TestWhichEvalsHaveAPanel(t *testing.T) {
	model := localtest.Tiny(t)
	plan, err := compile(t, model, small, "methods: [start, tuned]", "methods: [start]")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := plan.Find("evals.held.panel"); ok {
		t.Error("an eval of a prompt has a panel")
	}
	later := "  later: {kind: expert_iteration, model: tuned, data: topics.train, judge: mark, train: {kind: sft}}\nevals:\n  more: {data: topics.test, methods: [tuned, later], judges: [yes, mark]}\n"
	if plan, err = compile(t, model, small, "evals:\n", later); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string][]string{
		"evals.held.panel": {"against=start", "proxies.tuned=yes"},
		"evals.more.panel": {"against=tuned", "proxies.later=yes mark"}, // all were trained: the first is compared with
	} {
		a, ok := plan.Find(id)
		if !ok {
			t.Fatalf("no step %s", id)
		}
		var lines []string
		for _, l := range a.Lines {
			lines = append(lines, l.Label+"="+l.Value)
		}
		for _, w := range want {
			if !slices.Contains(lines, w) {
				t.Errorf("%s: %v lacks %s", id, lines, w)
			}
		}
	}
}

// The words of a rubric decide its echo, so that they are part of the panel's key and of
// no other's.
func TestRubricWordsDecideThePanelAlone(t *testing.T) {
	model := localtest.Tiny(t)
	keys := func(edits ...string) map[string]runner.Key {
		plan, err := compile(t, model, small, edits...)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]runner.Key{}
		for _, a := range plan.Actions {
			out[a.ID] = a.Key()
		}
		return out
	}
	a, b := keys(), keys("{name: long,", "{name: long, says: has several letters,")
	var differ []string
	for id, key := range a {
		if b[id] != key {
			differ = append(differ, id)
		}
	}
	if fmt.Sprint(differ) != "[evals.held.panel]" {
		t.Errorf("%v differ", differ)
	}
}

package runner

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// chain is a plan of three steps in a row, the last of which has settings with
// defaults; ran is that plan with another one as its last run.
func chain(t *testing.T, where, settings string) *Plan {
	t.Helper()
	b := NewBuilder("chain")
	lines := func(text string) (out []Line) {
		for l := range strings.FieldsSeq(text) {
			label, value, _ := strings.Cut(l, "=")
			out = append(out, Line{label, value})
		}
		return out
	}
	rows := b.Add(Action{ID: "data.rows", Kind: "read", Version: 1, Step: writes("r"), Lines: lines(where)})
	kept := b.Add(Action{ID: "methods.kept", Kind: "keep", Version: 1, Step: writes("k"), Inputs: []Input{{"rows", rows}}})
	b.Add(Action{ID: "methods.tuned", Kind: "sft", Version: 1, Step: writes("t"), Inputs: []Input{{"rows", kept}}, Lines: lines(settings),
		Defaults: func() []Line { return lines("epochs=3 rate=auto") }})
	return plan(t, b)
}

// since compares a plan with the run of another.
func since(t *testing.T, before, now *Plan) Explanation {
	t.Helper()
	d, err := OpenRun(t.TempDir(), before.Name, nil, before, testTime)
	check(t, err)
	check(t, d.Close())
	last, err := ReadPrevious(d.Path)
	check(t, err)
	return Explain(now.Actions[len(now.Actions)-1], last)
}

func TestChangesAreToldWithDefaults(t *testing.T) {
	for name, c := range map[string]struct{ before, now, want string }{
		"a default that is left":      {"", "epochs=4", "epochs changed: 3 (default) -> 4"},
		"back to it":                  {"epochs=4", "", "epochs changed: 4 -> 3 (default)"},
		"from one value to another":   {"epochs=4", "epochs=5", "epochs changed: 4 -> 5"},
		"what has no default, added":  {"", "until=2", "until added: 2"},
		"what has no default, gone":   {"until=2", "", "until removed: was 2"},
		"two, in the order of labels": {"rate=1", "epochs=4", "epochs changed: 3 (default) -> 4, rate changed: 1 -> auto (default)"},
	} {
		t.Run(name, func(t *testing.T) {
			e := since(t, chain(t, "", c.before), chain(t, "", c.now))
			if got := (reason{own: e.Changes}).String(); got != c.want || len(e.Because) > 0 {
				t.Errorf("%q because %v, want %q", got, e.Because, c.want)
			}
		})
	}
}

// The first cause is told, however many steps lie between.
func TestTheRootOfAChangeIsTold(t *testing.T) {
	e := since(t, chain(t, "where=a", ""), chain(t, "where=b", ""))
	if got := (reason{e.Changes, e.Because, 0}).String(); got != "because data.rows: where changed: a -> b" {
		t.Error(got)
	}
	e = since(t, chain(t, "where=a", ""), chain(t, "where=b limit=5", "epochs=4"))
	want := "epochs changed: 3 (default) -> 4; because data.rows: limit added: 5 (and 1 more)"
	if got := (reason{e.Changes, e.Because, 0}).String(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	// One edit that many steps read is one cause.
	e = since(t, chain(t, "seed=7", "seed=7"), chain(t, "seed=8", "seed=8"))
	if got := (reason{e.Changes, e.Because, 0}).String(); got != "seed changed: 7 -> 8" {
		t.Error(got)
	}
}

func TestTheDifferenceOfTheTexts(t *testing.T) {
	e := since(t, chain(t, "where=a", "until=2"), chain(t, "where=b", "epochs=4 until=2"))
	_, body, _ := strings.Cut(e.Diff, "@@\n")
	key := e.Text[strings.Index(e.Text, "input.rows: ")+len("input.rows: "):]
	want := strings.Join([]string{
		"-epochs: 3 (default)", "-input.rows: methods.kept (OLD)",
		"+epochs: 4", "+input.rows: methods.kept (" + key[:8] + ")", " kind: sft/1", " until: 2", "",
	}, "\n")
	old := strings.Split(body, "(")
	if len(old) < 3 {
		t.Fatal(e.Diff)
	}
	if d := cmp.Diff(strings.Replace(want, "OLD", old[2][:8], 1), body); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	raw, err := json.Marshal(e)
	check(t, err)
	if !strings.Contains(string(raw), `"label":"epochs","was":"3","now":"4","default":"was"`) {
		t.Errorf("%s", raw)
	}
}

// Long values are shortened to where they differ.
func TestWhatDiffersIsSeen(t *testing.T) {
	same := strings.Repeat("write a letter, ", 20)
	was, now := differing(same+"kindly", same+"curtly")
	if len(was) > 70 || !strings.HasSuffix(was, "kindly") || !strings.HasSuffix(now, "curtly") || !strings.HasPrefix(now, "...") {
		t.Errorf("%q -> %q", was, now)
	}
}

func TestADamagedLastRunIsAnError(t *testing.T) {
	dir := t.TempDir()
	for _, text := range []string{"", "{", `{"format": "idiolect-plan/9"}`, "\x00\x01"} {
		check(t, os.WriteFile(filepath.Join(dir, planName), []byte(text), 0o666))
		if last, err := ReadPrevious(dir); err == nil || last != nil {
			t.Errorf("plan.json of %q: %v, %v", text, last, err)
		}
	}
}

func TestMermaid(t *testing.T) {
	b := NewBuilder("drawn")
	x := b.Add(Action{ID: "data.a", Kind: "k", Version: 1, Step: writes("x"), Says: "\"quoted\" `code` <b>; #1"})
	y := b.Add(Action{ID: "evals.b", Kind: "k", Version: 1, Step: writes("x"), Inputs: []Input{{"one", x}, {"two", x}}})
	got := plan(t, b).Mermaid(map[*Action]State{y: {Cached: true}})
	want := strings.Join([]string{
		"graph TD",
		`  s0["data.a<br/>#34;quoted#34; #96;code#96; #60;b#62;#59; #35;1"]`,
		`  s1["evals.b<br/>"]:::cached`,
		"  s0 --> s1",
		"  classDef cached opacity:0.5,stroke-dasharray:4",
		"",
	}, "\n")
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// plan.json with states is plan.json, and the states beside it.
func TestStatesStandBesideThePlan(t *testing.T) {
	p := chain(t, "where=a", "")
	plain, err := p.JSON()
	check(t, err)
	with, err := p.JSONWith(map[*Action]State{p.Actions[2]: {Why: "new", Takes: Estimate{Calls: [2]int64{1, 2}, Seconds: [2]float64{1, 3}, Unpriced: true}}})
	check(t, err)
	var a, b map[string]any
	check(t, json.Unmarshal(plain, &a))
	check(t, json.Unmarshal(with, &b))
	states := fmt.Sprint(b["states"])
	delete(b, "states")
	if d := cmp.Diff(a, b); d != "" {
		t.Errorf("(-plain +with):\n%s", d)
	}
	for _, want := range []string{"methods.tuned:", "cached:false", "why:new", "calls:[1 2]", "seconds:[1 3]", "usd:<nil>"} {
		if !strings.Contains(states, want) {
			t.Errorf("%s does not say %s", states, want)
		}
	}
}

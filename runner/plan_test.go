package runner

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idiolect/specs"
)

func TestKeyText(t *testing.T) {
	b := NewBuilder("keys")
	rows := b.Add(Action{ID: "data.topics", Kind: "lines", Version: 2, Step: writes(""), Lines: []Line{{"file sha256", "ab12"}}})
	a := b.Add(Action{
		ID: "methods.tuned", Kind: "sft", Version: 1, Step: writes(""),
		Inputs: []Input{{"rows", rows}},
		Lines:  []Line{{"seed", "7"}, {"prompt", "two\nlines"}, {"learning_rate", "1e-3"}, {"stop", `"."`}},
		Pos:    specs.Pos{File: "/home/someone/haiku.yaml", Line: 3, Col: 1}, Says: "train", Estimate: Estimate{Calls: [2]int64{1, 1}},
	})
	want := strings.Join([]string{
		"idiolect-key/1",
		"input.rows: ed4087c5160d5061904385290406bfe702b3df970c5583dbe80cfd32084fc5b9",
		"kind: sft/1",
		"learning_rate: 1e-3",
		`prompt: "two\nlines"`,
		"seed: 7",
		`stop: "\".\""`,
		"",
	}, "\n")
	if diff := cmp.Diff(want, a.KeyText()); diff != "" {
		t.Errorf("key text (-want +got):\n%s", diff)
	}
	if a.Key() != hashText(a.KeyText()) || len(a.Key()) != 64 {
		t.Errorf("key %s", a.Key())
	}
}

// Two different sets of facts never write the same key text.
func TestKeyValuesDoNotCollide(t *testing.T) {
	values := []string{"a", `"a"`, "a\nseed: 8", `"a\nseed: 8"`, "a\r", `"a\r"`, "", `""`, " ", "a "}
	seen := map[string]string{}
	for _, v := range values {
		text := string(appendKeyText(nil, keyLines("k", 1, nil, []Line{{"x", v}})))
		if other, taken := seen[text]; taken {
			t.Errorf("%q and %q give the same text", v, other)
		}
		if strings.Count(text, "\n") != 3 {
			t.Errorf("%q takes more than one line", v)
		}
		seen[text] = v
	}
}

func TestEqualStepsMerge(t *testing.T) {
	b := NewBuilder("merge")
	same := Action{ID: "data.a", Kind: "lines", Version: 1, Step: writes("x")}
	first := b.Add(same)
	same.ID = "data.b"
	if again := b.Add(same); again != first {
		t.Error("an equal action was not merged")
	}
	if again := b.Add(same); again != first {
		t.Error("adding an alias again is another action")
	}
	p := plan(t, b)
	if len(p.Actions) != 1 || !cmp.Equal(first.Aliases, []string{"data.b"}) {
		t.Errorf("%d actions, aliases %q", len(p.Actions), first.Aliases)
	}
	if found, ok := p.Find("data.b"); !ok || found != first {
		t.Error("the alias is not found")
	}
}

func TestMistakesInPlans(t *testing.T) {
	step := writes("x")
	ok := Action{ID: "a", Kind: "k", Version: 1, Step: step}
	cases := map[string]struct {
		add  func(b *Builder)
		says string
	}{
		"one id for two steps": {func(b *Builder) { b.Add(ok); b.Add(Action{ID: "a", Kind: "other", Version: 1, Step: step}) }, "the id is already that of another step"},
		"an id that is a path": {func(b *Builder) { b.Add(Action{ID: "../a", Kind: "k", Version: 1, Step: step}) }, `id "../a"`},
		"nothing to run":       {func(b *Builder) { b.Add(Action{ID: "a", Kind: "k", Version: 1}) }, "something to run"},
		"no version":           {func(b *Builder) { b.Add(Action{ID: "a", Kind: "k", Step: step}) }, "version 0"},
		"an input of another plan": {func(b *Builder) {
			other := NewBuilder("o").Add(ok)
			b.Add(Action{ID: "b", Kind: "k", Version: 1, Step: step, Inputs: []Input{{"a", other}}})
		}, `input "a" reads an action that is not in the plan`},
		"an input twice": {func(b *Builder) {
			a := b.Add(ok)
			b.Add(Action{ID: "b", Kind: "k", Version: 1, Step: step, Inputs: []Input{{"a", a}, {"a", a}}})
		}, `label "input.a" stands twice`},
		"a label twice":          {func(b *Builder) { a := ok; a.Lines = []Line{{"x", "1"}, {"x", "2"}}; b.Add(a) }, `label "x" stands twice`},
		"a label of the runner":  {func(b *Builder) { a := ok; a.Lines = []Line{{"kind", "1"}}; b.Add(a) }, `label "kind" is reserved`},
		"a label that is a line": {func(b *Builder) { a := ok; a.Lines = []Line{{"x: 1\ny", "1"}}; b.Add(a) }, "without colon"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := NewBuilder("mistakes")
			c.add(b)
			if _, err := b.Plan(); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want one that says %q", err, c.says)
			}
		})
	}
}

// tuning is a plan whose key lines a test can change, in a spec that lies anywhere.
func tuning(t *testing.T, file string, lines ...Line) *Plan {
	t.Helper()
	b := NewBuilder("tuning")
	pos := specs.Pos{File: file, Line: 1, Col: 1}
	initial := b.Add(Action{ID: "methods.initial", Kind: "prompt", Version: 1, Step: writes("p"), Lines: lines[:1], Pos: pos})
	b.Add(Action{ID: "methods.tuned", Kind: "sft", Version: 1, Step: writes("t"), Inputs: []Input{{"start", initial}}, Lines: lines[1:], Pos: pos,
		Estimate: Estimate{Calls: [2]int64{1, 2}}})
	return plan(t, b)
}

func TestPlanJSONIsTheSameAnywhere(t *testing.T) {
	lines := []Line{{"prompt", "hello"}, {"rate", "1e-3"}}
	here, err := tuning(t, "/home/a/x.yaml", lines...).JSON()
	check(t, err)
	there, err := tuning(t, `C:\b\x.yaml`, lines...).JSON()
	check(t, err)
	if !bytes.Equal(here, there) {
		t.Errorf("plan.json (-here +there):\n%s", cmp.Diff(string(here), string(there)))
	}
	if bytes.Contains(here, []byte("/home")) {
		t.Error("plan.json names a path")
	}
}

func TestWhyAStepRuns(t *testing.T) {
	before := []Line{{"prompt", "hello"}, {"learning_rate", "1e-3"}, {"epochs", "3"}}
	cases := map[string]struct {
		now  []Line
		want [2]string // of methods.initial and methods.tuned; "" is cached
	}{
		"nothing":               {before, [2]string{"", ""}},
		"a setting":             {[]Line{before[0], {"learning_rate", "2e-3"}, before[2]}, [2]string{"", "learning_rate changed: 1e-3 -> 2e-3"}},
		"two settings":          {[]Line{before[0], {"learning_rate", "2e-3"}, {"epochs", "4"}}, [2]string{"", "epochs changed: 3 -> 4, learning_rate changed: 1e-3 -> 2e-3"}},
		"one more setting":      {append(before[:3:3], Line{"warmup", "10%"}), [2]string{"", "warmup added: 10%"}},
		"one setting less":      {before[:2], [2]string{"", "epochs removed: was 3"}},
		"what another one uses": {[]Line{{"prompt", "bye"}, before[1], before[2]}, [2]string{"prompt changed: hello -> bye", "because methods.initial: prompt changed: hello -> bye"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s, root := store(t, t.TempDir()), t.TempDir()
			old := tuning(t, "x.yaml", before...)
			execute(t, old, s, Options{})
			d, err := OpenRun(root, old.Name, nil, old, testTime)
			check(t, err)
			defer d.Close()
			last, err := ReadPrevious(d.Path)
			check(t, err)

			p := tuning(t, "x.yaml", c.now...)
			states := p.Status(s, last)
			for i, a := range p.Actions {
				if got := states[a]; got.Why != c.want[i] || got.Cached != (c.want[i] == "") {
					t.Errorf("%s: %+v, want why %q", a.ID, got, c.want[i])
				}
				e := Explain(a, last)
				if got := (reason{own: e.Changes, because: e.Because}).String(); e.Text != a.KeyText() || got != c.want[i] || (e.Diff == "") != (e.Was == e.Key) {
					t.Errorf("explain %s: %+v, want %q", a.ID, e, c.want[i])
				}
			}
		})
	}
}

func TestStatusWithoutALastRun(t *testing.T) {
	s, p := store(t, t.TempDir()), tuning(t, "x.yaml", Line{"prompt", "hello"})
	last, err := ReadPrevious(filepath.Join(t.TempDir(), "nothing"))
	if last != nil || err != nil {
		t.Fatalf("a directory that is not there: %v, %v", last, err)
	}
	check(t, os.MkdirAll(s.partial(p.Actions[1].Key()), 0o777))
	states := p.Status(s, last)
	if got := fmt.Sprint(states[p.Actions[0]].Why, "; ", states[p.Actions[1]].Why); got != "no artifact yet; unfinished: goes on where it stopped" {
		t.Error(got)
	}
	if e := Explain(p.Actions[0], nil); e.Run != "" || e.Text == "" {
		t.Errorf("%+v", e)
	}
}

// An estimate is the same when it is read from plan.json, but for the time, which no machine shares.
func TestEstimatesAreReadAgain(t *testing.T) {
	want := Estimate{Calls: [2]int64{1, 2}, Prompt: [2]int64{3, 4}, Output: [2]int64{5, 6}, Trained: [2]int64{7, 8}, USD: [2]float64{.5, 1}, Open: true}
	if d := cmp.Diff(want, want.file().estimate()); d != "" {
		t.Error(d)
	}
	want.USD, want.Unpriced, want.Open = [2]float64{}, true, false
	if d := cmp.Diff(want, want.file().estimate()); d != "" {
		t.Error(d)
	}
}

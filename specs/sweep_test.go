package specs

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const swept = `name: swept
models: {writer: {backend: local, name: mini}}
data: {rows: {source: inline, rows: [{input: a, output: b}]}}
rubrics: {short: {criteria: [{name: brief, expr: "len(output) < 9"}]}}
judges: {rules: {kind: accept, rubric: short}}
methods:
  plain: {kind: prompt, model: writer}
  tuned: {kind: sft, model: writer, data: rows, hyperparameters: {epochs: 9}}
evals: {held_out: {data: rows, methods: [plain, tuned], judges: [rules], baseline: plain}}
sweep:
  methods.tuned.hyperparameters.epochs: [1, 2, 4]
  seed: [7, 8]
expect:
  - {claim: held_out.tuned.rules > held_out.plain.rules, at: {methods.tuned.hyperparameters.epochs: 4}}
  - held_out.tuned.rules >= held_out.plain.rules
`

// A sweep is read as one experiment per cell, each with its own values.
func TestSweepCells(t *testing.T) {
	exp := mustRead(t, swept)
	var got []string
	for _, c := range exp.Cells {
		m, _ := c.Methods.Get("tuned")
		got = append(got, fmt.Sprint(c.At, " ", c.Seed, " ", m.Settings.(*sftMethod).Hyperparameters.Epochs, " ", exp.Expect[0].Covers(c), " ", exp.Expect[1].Covers(c)))
	}
	want := []string{"[0 0] 7 1 false true", "[0 1] 8 1 false true", "[1 0] 7 2 false true", "[1 1] 8 2 false true", "[2 0] 7 4 true true", "[2 1] 8 4 true true"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if exp.Sweep[0].Name != "epochs" || exp.Sweep[1].Name != "seed" {
		t.Errorf("axes %q and %q", exp.Sweep[0].Name, exp.Sweep[1].Name)
	}
}

// Two axes that end alike are told apart by more of their paths.
func TestAxisNames(t *testing.T) {
	exp := mustRead(t, strings.Replace(swept, "  seed: [7, 8]", "  data.rows.limit: [1]\n  methods.tuned.hyperparameters.learning_rate: [1e-3, 1e-4, auto]\n  evals.held_out.samples: [1, 2]", 1))
	var names, labels []string
	for _, a := range exp.Sweep {
		names = append(names, a.Name)
		for _, v := range a.Values {
			labels = append(labels, v.Label)
		}
	}
	if diff := cmp.Diff([]string{"epochs", "limit", "learning_rate", "samples"}, names); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"1", "2", "4", "1", "1e-3", "1e-4", "auto", "1", "2"}, labels); diff != "" {
		t.Error(diff)
	}
	s := Sweep{{Path: "methods.a.hyperparameters.epochs"}, {Path: "methods.b.hyperparameters.epochs"}}
	s.name()
	if s[0].Name != "a.hyperparameters.epochs" || s[1].Name != "b.hyperparameters.epochs" {
		t.Errorf("names %q and %q", s[0].Name, s[1].Name)
	}
}

// A value that no cell can have is wrong where the sweep writes it.
func TestSweepMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"methods.tuned.hyperparameters.epochs: [1, two, 4]": `spec.yaml:11:45: not a whole number: "two"`,
		"methods.tuned.hyperparameters.epocs: [1]":          `spec.yaml:11:33: unknown key: "epocs"`,
		"methods.tund.hyperparameters.epochs: [1]":          `spec.yaml:11:11: unknown path`,
		"metods.tuned.hyperparameters.epochs: [1]":          `spec.yaml:11:3: unknown path: "metods.tuned.hyperparameters.epochs"`,
		"methods.tuned.model: [plain, nobody]":              `spec.yaml:11:32: unknown model: "nobody"`,
		"methods.tuned.hyperparameters.epochs: []":          `spec.yaml:11:41: an empty list`,
		"repeats: [1, 2]": `spec.yaml:11:3: repeats cannot be swept`,
		"name.x: [1, 2]":  `spec.yaml:11:3: name cannot be swept`,
		"seed.x: [1, 2]":  `spec.yaml:11:8: nothing can be set below`,
	} {
		src := strings.Replace(swept, "methods.tuned.hyperparameters.epochs: [1, 2, 4]", text, 1)
		src = strings.Replace(src[:strings.Index(src, "expect:")], "name: swept", "name: swept\nseed: 1", 1)
		src = strings.Replace(src, "  seed: [7, 8]\n", "", 1)
		_, err := read(t, src)
		want = strings.Replace(want, ":11:", ":12:", 1) // for the line of the seed
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// writeSpecs writes files into a folder and returns the path of the first.
func writeSpecs(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(dir, files[i])
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(files[i+1]), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, files[0])
}

// Maps merge deeply, lists replace, null removes, and --set comes last.
func TestExtends(t *testing.T) {
	path := writeSpecs(t, "child.yaml", `extends: lib/middle.yaml
name: child
vars: {words: [c], deep: {two: 3}, gone: null}
methods:
  tuned: {hyperparameters: {epochs: 3}}
`, "lib/middle.yaml", "extends: ../base.yaml\nvars: {deep: {one: 5}}\n", "base.yaml", `name: base
seed: 4
vars: {words: [a, b], deep: {one: 1, two: 2}, gone: 1, kept: 2}
models: {writer: {backend: local, name: mini}}
data: {rows: {source: inline, rows: [{input: a, output: b}]}}
methods:
  tuned: {kind: sft, model: writer, data: rows, hyperparameters: {epochs: 9, batch_size: 2}}
`)
	exp, err := Read(path, testLanguage(), Options{Set: []string{"vars.kept=7"}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"words": []any{"c"}, "deep": map[string]any{"one": 5, "two": 3}, "kept": 7}
	if diff := cmp.Diff(want, exp.Vars); diff != "" {
		t.Error(diff)
	}
	m, _ := exp.Methods.Get("tuned")
	if s := m.Settings.(*sftMethod).Hyperparameters; exp.Name != "child" || exp.Seed != 4 || s.Epochs != 3 || s.BatchSize != 2 {
		t.Errorf("name %s, seed %d, %+v", exp.Name, exp.Seed, s)
	}
	if len(exp.Parents) != 2 || filepath.Base(exp.Parents[1].Path) != "base.yaml" {
		t.Errorf("parents %v", exp.Parents)
	}
}

// A mistake in an extended spec shows that file, and who extends it.
func TestMistakesInParents(t *testing.T) {
	path := writeSpecs(t, "child.yaml", "extends: lib/middle.yaml\nname: child\n",
		"lib/middle.yaml", "# empty so far\nextends: base.yaml\n", "lib/base.yaml", "models: {writer: {backend: local, nme: mini}}\n")
	_, err := Read(path, testLanguage(), Options{})
	var errs Errors
	if !errors.As(err, &errs) {
		t.Fatal(err)
	}
	dir := filepath.Dir(path)
	got := strings.ReplaceAll(errs.Render(false), dir+string(os.PathSeparator), "")
	want := `lib/base.yaml:1:35: unknown key: "nme" - models.writer accepts backend, name,`
	trail := `
   1 | models: {writer: {backend: local, nme: mini}}
     |                                   ^^^
     = extended by lib/middle.yaml:2:10
     = extended by child.yaml:1:10
hint: did you mean "name"?
`
	if !strings.HasPrefix(got, want) || !strings.HasSuffix(got, trail) {
		t.Errorf("got:\n%s", got)
	}
}

// A parent's paths start at the parent.
func TestPathsInParents(t *testing.T) {
	path := writeSpecs(t, "exp/child.yaml", "extends: ../lib/base.yaml\nname: child\n",
		"lib/base.yaml", "data: {rows: {source: jsonl, path: rows.jsonl}}\n", "lib/rows.jsonl", `{"input": "a"}`+"\n")
	exp, err := Read(path, testLanguage(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	d, _ := exp.Data.Get("rows")
	if got := d.Source.(*jsonlSource).Path; got != "../lib/rows.jsonl" {
		t.Errorf("path %q", got)
	}
}

// What cannot be extended is told at the word that names it.
func TestExtendsNothing(t *testing.T) {
	for text, want := range map[string]string{
		"extends: nowhere.yaml":              "child.yaml:1:10: extends: \"nowhere.yaml\" cannot be read: no such file",
		"extends: .":                         "child.yaml:1:10: extends: \".\" cannot be read: a directory",
		"extends: child.yaml":                "child.yaml:1:10: a cycle",
		"extends: loop.yaml":                 "loop.yaml:1:10: a cycle",
		"extends: [a, b]":                    "child.yaml:1:10: not the path of a spec: a list",
		"extends: list.yaml":                 "child.yaml:1:10: \"list.yaml\" is no spec",
		"extends: empty.yaml":                "empty.yaml:1:1: the spec is empty",
		"extends: ok.yaml\nvars: {no: null}": "child.yaml:2:8: nothing to remove: \"no\"",
	} {
		path := writeSpecs(t, "child.yaml", text+"\nname: child\n", "loop.yaml", "extends: child.yaml\n", "list.yaml", "- a\n", "empty.yaml", "", "ok.yaml", "vars: {a: 1}\n")
		_, err := Read(path, testLanguage(), Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// Every word of the sections that speak of the whole experiment is read.
func TestWholeSpecs(t *testing.T) {
	files, err := filepath.Glob("testdata/whole/*.yaml")
	if err != nil || len(files) < 2 {
		t.Fatalf("%q, %v", files, err)
	}
	for _, file := range files {
		if _, err := Read(file, testLanguage(), Options{}); err != nil {
			t.Error(err)
		}
	}
}

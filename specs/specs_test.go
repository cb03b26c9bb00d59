package specs

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func mustRead(t *testing.T, src string, set ...string) *Experiment {
	t.Helper()
	exp, err := read(t, src, set...)
	var errs Errors
	if errors.As(err, &errs) {
		t.Fatal(errs.Render(false))
	}
	return exp
}

func TestHaikuReads(t *testing.T) {
	src, err := fs.ReadFile(Shipped(), "haiku.yaml")
	if err != nil {
		t.Fatal(err)
	}
	exp := mustRead(t, string(src))
	if diff := cmp.Diff([]string{"initial", "tuned"}, exp.Methods.IDs()); diff != "" {
		t.Error(diff)
	}
	topics, _ := exp.Data.Get("topics")
	want := &Data{
		Kind: "lines", BadRows: "stop", Clean: Clean{Words: 8, RougeL: .6}, Source: &linesSource{Path: "data/nouns.txt"}, Columns: Renames{{"topic", "line"}}, Shuffle: true,
		Split: Split{{Name: "train", Count: 500}, {Name: "dev", Count: 250}, {Name: "test", Count: 500}},
	}
	if diff := cmp.Diff(want, topics); diff != "" {
		t.Error(diff)
	}
	tuned, _ := exp.Methods.Get("tuned")
	settings := tuned.Settings.(*expertIteration)
	if settings.Model.ID != "initial" || settings.Data.String() != "topics.train" || settings.Judge.ID != "hidden" {
		t.Errorf("references: %+v", settings)
	}
	train := settings.Train.Settings.(*sftMethod)
	if train.Hyperparameters.Epochs != 3 || train.Target != "whole" || train.Hyperparameters.LearningRate.Or(5) != 5 {
		t.Errorf("nested settings: %+v", train)
	}
	hidden, _ := exp.Rubrics.Get("hidden")
	poem := "a b c d e\na b c d e f g\na b c moss forever"
	for _, c := range hidden.Criteria {
		ok, err := c.Expr.Bool(map[string]any{"output": poem, "topic": "moss"})
		if !ok || err != nil || c.Weight != 1 || !c.Hard {
			t.Errorf("criterion %s: %v %v, weight %v, hard %v", c.Name, ok, err, c.Weight, c.Hard)
		}
	}
	haiku, _ := exp.Prompts.Get("haiku")
	if text, err := haiku.User.Render(map[string]any{"topic": "moss"}); text != "Write a haiku about moss." || err != nil {
		t.Errorf("prompt: %q %v", text, err)
	}
	claim := exp.Expect[0]
	if claim.Left.Method != "tuned" || claim.Op != ">" || claim.Right.Judge != "hidden" || !claim.Holds || claim.Right.IsNumber() {
		t.Errorf("claim: %+v", claim)
	}
}

// The two experiments of the design are the contract for the language.
func TestDesignBlocks(t *testing.T) {
	for _, name := range []string{"haiku", "email"} {
		t.Run(name, func(t *testing.T) {
			src, err := os.ReadFile("testdata/design/" + name + ".yaml")
			if err != nil {
				t.Fatal(err)
			}
			_, err = read(t, string(src))
			var errs Errors
			errors.As(err, &errs)
			for _, e := range errs {
				// The block's data files are not here, and "..." is no expression.
				if !strings.HasPrefix(e.Message, "no such file: data/email/") && !strings.Contains(e.Source, `expr: "..."`) {
					t.Error(e.Render(false))
				}
			}
		})
	}
}

func TestPositions(t *testing.T) {
	exp := mustRead(t, `name: places
vars: {é: {list: [a, b]}}
models:
  writer: &m {backend: local, name: mini}
  copy: {<<: *m, name: other, sampling: {stop: ["\n"]}}
`, "models.writer.sampling.temperature=0.5")
	for path, want := range map[string]string{
		"vars.é.list.1":                       "spec.yaml:2:22",
		"models":                              "spec.yaml:3:1",
		"models.copy.backend":                 "spec.yaml:4:24",
		"models.copy.sampling.stop.0":         "spec.yaml:5:49",
		"models.copy.sampling.top_p":          "spec.yaml:5:31",
		"models.copy.price.input":             "spec.yaml:5:3",
		"evals.none.data":                     "spec.yaml:1:1",
		"models.writer.sampling.temperature":  "--set models.writer.sampling.temperature=0.5:1:36",
		"models.writer.sampling.temperature.": "--set models.writer.sampling.temperature=0.5:1:36",
	} {
		if got := exp.Pos(path).String(); got != want {
			t.Errorf("%s is at %s, want %s", path, got, want)
		}
	}
	copied, _ := exp.Models.Get("copy")
	if copied.Backend != "local" || copied.Name != "other" {
		t.Errorf("merged: %+v", copied)
	}
	mistake := exp.Errorf("models.copy.name", "a hint", "wrong: %d", 3)
	want := "spec.yaml:5:24: wrong: 3\n   5 |   copy: {<<: *m, name: other, sampling: {stop: [\"\\n\"]}}\n     |                        ^^^^^\nhint: a hint\n"
	if diff := cmp.Diff(want, mistake.Render(false)); diff != "" {
		t.Error(diff)
	}
}

func TestValues(t *testing.T) {
	exp := mustRead(t, `
name: values
vars: {a: 1_000, b: 1e-4, c: .5, d: 017, e: yes, f: 2024-01-02, g: ~, h: "7", i: [true, x], j: 1.0, k: -3, l: 0x10}
models:
  m: {backend: local, name: 123, timeout: 90s, retries: 0, price: {input: .5, output: 1_0}, sampling: {top_p: 95%, max_tokens: 1e3}}
  old: {run: runs/haiku/latest, method: tuned}
data:
  d:
    source: inline
    rows: [{x: 1}]
    set: {z: x + 1, a: z * 2}
    dedup: {rouge_l: 70%}
    split: {train: 95%, test: rest}
rubrics:
  r: {criteria: [{name: s, says: how warm, scale: 5}, {name: u, says: how short, scale: [0, 10], weight: -.5}]}
`)
	vars := map[string]any{
		"a": 1000, "b": 1e-4, "c": .5, "d": 17, "e": "yes", "f": "2024-01-02", "g": nil, "h": "7", "i": []any{true, "x"}, "j": 1.0, "k": -3, "l": "0x10",
	}
	if diff := cmp.Diff(vars, exp.Vars); diff != "" {
		t.Error(diff)
	}
	m, _ := exp.Models.Get("m")
	if m.Name != "123" || m.Timeout.Seconds() != 90 || *m.Retries != 0 || *m.Price != (Price{.5, 10}) || *m.Sampling.TopP != .95 || *m.Sampling.MaxTokens != 1000 || m.Sampling.Temperature != nil {
		t.Errorf("model: %+v", m)
	}
	d, _ := exp.Data.Get("d")
	if d.Dedup != (Dedup{On: true, RougeL: .7}) || d.Split[0].Fraction != .95 || !d.Split[1].Rest || d.Set[0].Name != "z" || d.Set[1].Name != "a" {
		t.Errorf("data: %+v", d)
	}
	r, _ := exp.Rubrics.Get("r")
	if r.Criteria[0].Scale != (Scale{1, 5}) || r.Criteria[1].Scale != (Scale{0, 10}) || r.Criteria[1].Weight != -.5 {
		t.Errorf("rubric: %+v", r)
	}
}

func TestEnvironment(t *testing.T) {
	src := `
name: env
seed: ${SEED}
description: "at ${HOST}, $${HOST} and ${{ not }} $ {x}"
models: {m: {backend: local, name: mini, timeout: "${BAD}"}}
`
	env := func(name string) (string, bool) {
		value, ok := map[string]string{"SEED": "11", "HOST": "here", "BAD": "sk-secret"}[name]
		return value, ok
	}
	exp, err := ReadBytes("spec.yaml", []byte(strings.Replace(src, "${BAD}", "5s", 1)), testLanguage(), Options{Env: env})
	if err != nil {
		t.Fatal(err)
	}
	if exp.Seed != 11 || exp.Description != "at here, ${HOST} and ${{ not }} $ {x}" {
		t.Errorf("filled in: %d %q", exp.Seed, exp.Description)
	}
	if !strings.Contains(string(exp.Source), "seed: ${SEED}") {
		t.Error("the stored source has the variable's value")
	}
	_, err = ReadBytes("spec.yaml", []byte(src), testLanguage(), Options{Env: env})
	var errs Errors
	if !errors.As(err, &errs) || strings.Contains(errs.Render(false), "secret") || !strings.Contains(errs.Error(), "${BAD}") {
		t.Errorf("a value from the environment in a message: %v", err)
	}
}

func TestSet(t *testing.T) {
	const src = `
name: sets
seed: 1
models: {m: {backend: local, name: mini}}
data: {rows: {source: inline, rows: [{input: a, output: b}]}}
methods: {tuned: {kind: sft, model: m, data: rows, hyperparameters: {epochs: 3}}}
`
	exp := mustRead(t, src, "seed=2", "methods.tuned.hyperparameters.learning_rate=1e-4", "vars.list=[a, {b: c}]", "data.rows.rows.0.input=x")
	tuned, _ := exp.Methods.Get("tuned")
	rows, _ := exp.Data.Get("rows")
	if exp.Seed != 2 || tuned.Settings.(*sftMethod).Hyperparameters.LearningRate.Value != 1e-4 || rows.Source.(*inlineSource).Rows[0]["input"] != "x" {
		t.Errorf("set: %+v", exp)
	}
	if diff := cmp.Diff(map[string]any{"list": []any{"a", map[string]any{"b": "c"}}}, exp.Vars); diff != "" {
		t.Error(diff)
	}
	for name, c := range map[string]struct{ set, want string }{
		"an unknown key":           {"sed=3", `--set sed=3:1:1: unknown key: "sed"`},
		"a wrong type":             {"seed=three", `--set seed=three:1:6: not a whole number: "three"`},
		"no value":                 {"seed", `--set seed:1:1: not an override`},
		"nothing after the sign":   {"seed=", "--set seed=:1:5: nothing is written after seed"},
		"below a single value":     {"seed.x=3", `--set seed.x=3:1:6: nothing can be set below "1"`},
		"an item that is not":      {"data.rows.rows.7=3", `--set data.rows.rows.7=3:1:16: no such item: "7"`},
		"a reference to nothing":   {"methods.tuned.model=mm", `--set methods.tuned.model=mm:1:21: unknown model: "mm"`},
		"a key within a mapping":   {"methods.tuned={kind: sft, modle: m}", `:1:27: unknown key: "modle"`},
		"a broken value":           {"vars.x=[1", "not YAML"},
		"an expression's variable": {"data.rows.where=inputs > 3", `:1:17: unknown variable: "inputs"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(t, src, c.set)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	for name, c := range map[string]struct{ src, want string }{
		"nothing":                    {"", "spec.yaml:1:1: the spec is empty"},
		"bytes that are not text":    {"name: a\ndescription: caf\xe9 x\n", "spec.yaml:2:17: byte 0xe9 is not UTF-8 text"},
		"a bell":                     {"name: a\ndescription: b\x07c\n", "spec.yaml:2:15: a control character: U+0007"},
		"a line that only YAML ends": {"name: a\ndescription: b\u2028c\n", "spec.yaml:2:15: a control character: U+2028"},
		"a mistake after wide runes": {"vars: {é: ü}\nname: {日本: x}\n", "spec.yaml:2:7: not text"},
		"a list":                     {"- a\n", "spec.yaml:1:1: not a mapping: a list - a spec takes keys and values"},
		"a word":                     {"hello\n", `spec.yaml:1:1: not a mapping: "hello"`},
		"a mapping as a key":         {"name: a\n? {b: c}\n: d\n", "spec.yaml:2:3: a key that is not a word"},
		"an unknown anchor":          {"name: *b\n", "spec.yaml:1:7: not YAML: no anchor &b stands before it"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(t, c.src)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
	if _, err := Read("testdata/nowhere.yaml", testLanguage(), Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestErrorsAreErrors(t *testing.T) {
	_, err := read(t, "name: a\nsed: 1\nsede: 2\n")
	var one *Error
	if !errors.As(err, &one) || one.Pos.Line != 2 {
		t.Errorf("errors.As gives %v", one)
	}
	if got := strings.Count(err.Error(), "\n"); got != 1 {
		t.Errorf("%d line breaks in two mistakes: %s", got, err)
	}
	long := &Error{Pos: Pos{File: "f", Line: 1, Col: 5001}, Message: "m", Width: 3, Source: strings.Repeat("é", 5000) + "abc" + strings.Repeat("x", 5000)}
	lines := strings.Split(long.Render(false), "\n")
	if at := strings.Index(lines[2], "^"); len(lines[1]) > 600 || []rune(lines[1])[at] != 'a' {
		t.Errorf("a long line: %s", long.Render(false))
	}
	raw := &Error{Pos: Pos{File: "f", Line: 1, Col: 6}, Message: "m", Source: "a\x1b[2\xff\tJ\u202eb"}
	if want := "f:1:6: m\n   1 | a\ufffd[2\ufffd\tJ\ufffdb\n     |      ^\n"; raw.Render(false) != want {
		t.Errorf("a line that acts on a terminal: %q, want %q", raw.Render(false), want)
	}
	if text := one.Render(true); !strings.Contains(text, "\x1b[31m^^^\x1b[0m") {
		t.Errorf("colour: %q", text)
	}
}

func BenchmarkReadHaiku(b *testing.B) {
	src, err := os.ReadFile("haiku.yaml")
	if err != nil {
		b.Fatal(err)
	}
	lang := testLanguage()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadBytes("haiku.yaml", src, lang, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

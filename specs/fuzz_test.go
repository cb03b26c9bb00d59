package specs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzRead holds that any bytes are either a spec or mistakes with places: those of
// a spec, of one that it extends, of an override, and of another value for a path.
func FuzzRead(f *testing.F) {
	f.Add([]byte("name: x\nextends: parent.yaml\nsweep: {seed: [1, 2]}\n"), []byte("seed: 3\nmodels: {}\n"), "vars.a=[1]", "vars.b")
	f.Add([]byte("name: x\nextends: parent.yaml\nmodels: null\nsweep: {vars.a: [{b: 1}]}\n"), []byte("extends: parent.yaml\n"), "models.w={{a}}", "methods.tuned")
	f.Add([]byte("een\nmodels: {writer: {#: local, name: mini}\nb"), []byte(""), "", "")
	f.Add([]byte("rubrics: {a: {criteria: [b]}}\ndata:\n  a:\n    source: inline\n    where: |"), []byte(""), "", "")
	for _, pattern := range []string{"testdata/errors/*.yaml", "testdata/design/*.yaml", "testdata/whole/*.yaml", "*.yaml"} {
		files, _ := fs.Glob(os.DirFS("."), pattern)
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(src, []byte("name: x\n"), "seed=8", "seed")
		}
	}
	lang := testLanguage()
	dir := f.TempDir()
	env := func(name string) (string, bool) { return "1", name == "SET" }
	f.Fuzz(func(t *testing.T, src, parent []byte, set, path string) {
		if err := os.WriteFile(filepath.Join(dir, "parent.yaml"), parent, 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := ReadBytes(filepath.Join(dir, "spec.yaml"), src, lang, Options{Set: []string{set}, Env: env})
		told(t, err)
		exp, err := ReadBytes(filepath.Join(dir, "spec.yaml"), src, lang, Options{Env: env})
		if told(t, err); err != nil || len(exp.Sweep) == 0 {
			return
		}
		_, err = exp.With(Override{Path: path, Swept: exp.Sweep[0].Values[0]})
		told(t, err)
	})
}

// told checks that an error is mistakes with places.
func told(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	var errs Errors
	if !errors.As(err, &errs) || len(errs) == 0 {
		t.Fatalf("%T: %v", err, err)
	}
	for _, e := range errs {
		if e.Pos.File == "" || e.Pos.Line < 1 || e.Pos.Col < 1 || e.Width < 1 || e.Message == "" || strings.ContainsAny(e.Error()+e.Hint, "\n\x1b") {
			t.Errorf("%+v", e)
		}
		if e.Render(false) == "" {
			t.Error("nothing to show")
		}
	}
}

// FuzzExpr holds that any text is an expression or a mistake within the text,
// that what compiles ends when it runs, and that its canonical form means the
// same.
func FuzzExpr(f *testing.F) {
	for _, source := range []string{
		"syllables(lines(output)) == [5, 7, 5]", "any(words(output), # in vars.hyperbole)", "let a = topic; a + a",
		"reduce(1..9, #acc + #, 0)", "map(tags, .x?.y ?? 1)", "sortBy(tags, -len(#))[0:2]", "a ? b : c", "{a: 1}.a", "not (a in b)",
	} {
		f.Add(source)
	}
	words := newVocabulary(testLanguage().Words, map[string]any{"hyperbole": []any{"forever"}})
	f.Fuzz(func(t *testing.T, source string) {
		if !utf8.ValidString(source) {
			t.Skip("the reader refuses it")
		}
		x, _, wrong := words.compile(source, "")
		if wrong != nil {
			if wrong.from < 0 || wrong.from > utf8.RuneCountInString(source) || wrong.message == "" {
				t.Errorf("%+v", wrong)
			}
			return
		}
		env := map[string]any{}
		for i, name := range x.Names() {
			env[name] = []any{"moss", 3, []any{"a", "b"}, map[string]any{"x": 1.5}, nil}[i%5]
		}
		env["output"] = "a b\nc"
		_, _ = x.Eval(env)
		if len(x.String()) > maxSource {
			return // a tab is one byte, and two when it is told
		}
		if _, _, wrong := words.compile(x.String(), ""); wrong != nil {
			t.Errorf("%q has the form %q: %+v", source, x, wrong)
		}
	})
}

// FuzzTemplate holds that any text is a template or a mistake within the text.
func FuzzTemplate(f *testing.F) {
	for _, source := range []string{
		"Write about {{ topic }}.", "{% for t in tags if t %}{{ loop.index }}{% else %}{% endfor %}", "{% set x = a ~ b %}{{ x[1:] | join(',') }}",
		"{% if a is defined and not b %}{% elif c %}{% endif %}", "{{ a.b[c](d, e=f) | default('g') }}", "{# h #}{% raw %}{{ i }}{% endraw %}",
	} {
		f.Add(source)
	}
	j := newJinja()
	f.Fuzz(func(t *testing.T, source string) {
		tpl, _, wrong := j.parse(source, nil)
		if wrong != nil {
			if wrong.from < 0 || wrong.from > utf8.RuneCountInString(source) || wrong.message == "" {
				t.Errorf("%+v", wrong)
			}
			return
		}
		env := map[string]any{}
		for i, name := range tpl.Names() {
			env[name] = []any{"moss", 3, []any{"a", "b"}, map[string]any{"x": 1.5}, nil}[i%5]
		}
		_, _ = tpl.Render(env)
	})
}

package specs

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/nikolalohinski/gonja/v2/builtins"
	"github.com/nikolalohinski/gonja/v2/config"
	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/loaders"
	gonja "github.com/nikolalohinski/gonja/v2/parser"
	"github.com/nikolalohinski/gonja/v2/tokens"
)

const (
	maxText   = 1 << 20 // bytes of a template and of what it becomes
	maxTokens = 5_000   // of code in a template: the parser's stack grows with each
)

// Template is a Jinja template, parsed once. It may be used from several
// goroutines, reads no files and refuses undefined variables.
type Template struct {
	source   string
	parsed   *exec.Template
	names    []string // free variables, sorted
	required []string // those not guarded by `is defined` or `default`
	vars     map[string]any
	signs    int // operators, filters, tests and calls
	largest  int // extent of vars
}

// Render fills the template. `vars` is the experiment's own unless env has one.
// A variable that env lacks is an error, except where the template asks
// `is defined` or gives a `default`. Render does not modify env.
func (t *Template) Render(env map[string]any) (out string, err error) {
	scope := maps.Clone(env)
	if scope == nil {
		scope = map[string]any{}
	}
	if _, ok := scope["vars"]; !ok {
		scope["vars"] = t.vars
	}
	for _, name := range t.required {
		if _, ok := scope[name]; !ok {
			return "", fmt.Errorf("template: no variable %q", name)
		}
	}
	defer func() {
		if r := recover(); r != nil { // gonja panics on some values, such as a modulo by zero
			out, err = "", fmt.Errorf("template: %v", r)
		}
	}()
	meter := &turns{left: maxTurns, signs: t.signs, largest: t.largest}
	for _, name := range t.names {
		if name != "vars" {
			meter.largest = max(meter.largest, extent(scope[name]))
		}
	}
	scope[turnsMeter] = meter
	var b bounded
	if err := t.parsed.Execute(&b, exec.NewContext(scope)); err != nil {
		return "", fmt.Errorf("template: %s", shortened(err))
	}
	return b.text.String(), nil
}

// bounded is text that refuses to grow beyond maxText. It embeds nothing, so
// that Write is the only way in.
type bounded struct{ text strings.Builder }

func (b *bounded) Write(p []byte) (int, error) {
	if b.text.Len()+len(p) > maxText {
		return 0, fmt.Errorf("more than %d bytes of text", maxText)
	}
	return b.text.Write(p)
}

// String is the template's text.
func (t *Template) String() string { return t.source }

// Names lists the free variables, sorted. The caller must not modify the slice.
func (t *Template) Names() []string { return t.names }

// Required lists those that have to be there: not vars, nor what the template asks
// `is defined` of or gives a `default`. The caller must not modify the slice.
func (t *Template) Required() []string { return t.required }

func (t *Template) decode(d *decoder, n *node, path string, _ field) {
	if n.kind != scalar {
		d.mismatch(n, path, "a template", "text with {{ variables }}")
		return
	}
	d.templates = append(d.templates, templateUse{t: t, n: n, path: path})
}

// templateUse is a template that was decoded, and the variables it uses.
type templateUse struct {
	t    *Template
	n    *node
	path string
	uses []nameUse
}

// jinja is the part of Jinja that a spec may use: no includes, imports, macros
// or inheritance, no randomness, and nothing that makes long text of short.
type jinja struct {
	config      *config.Config
	environment *exec.Environment
}

func newJinja() *jinja {
	structures := map[string]gonja.ControlStructureParser{}
	for _, name := range templateTags() {
		structures[name], _ = builtins.ControlStructures.Get(name)
	}
	structures["for"], structures["set"] = meteredFor, meteredSet
	filters := map[string]exec.FilterFunction{}
	for _, name := range templateFilters() {
		filters[name], _ = builtins.Filters.Get(name)
	}
	maps.Copy(filters, boundedFilters())
	c := config.New()
	c.StrictUndefined = true
	c.KeepTrailingNewline = true
	return &jinja{config: c, environment: &exec.Environment{
		Context:           exec.EmptyContext(),
		Filters:           exec.NewFilterSet(filters),
		Tests:             builtins.Tests,
		ControlStructures: exec.NewControlStructureSet(structures),
		Methods:           templateMethods(),
	}}
}

func templateTags() []string { return []string{"if", "for", "set", "raw"} }

// templateTests are all that gonja has: it does not list them.
func templateTests() []string {
	known := []string{
		"boolean", "callable", "defined", "divisibleby", "eq", "equalto", "escaped", "even", "false", "filter", "float", "ge", "gt", "greaterthan", "in", "integer",
		"iterable", "le", "lower", "lt", "lessthan", "mapping", "ne", "none", "number", "odd", "sameas", "sequence", "string", "test", "true", "undefined", "upper",
	}
	return slices.DeleteFunc(known, func(name string) bool { return !builtins.Tests.Exists(name) })
}

func templateFilters() []string {
	return []string{
		"abs", "capitalize", "default", "d", "first", "float", "int", "items", "join", "last", "length", "count",
		"list", "lower", "max", "min", "replace", "reverse", "round", "sort", "string", "sum", "title", "tojson",
		"trim", "truncate", "unique", "upper", "wordcount",
	}
}

// parse parses a template and says which variables it uses.
func (j *jinja) parse(source string, vars map[string]any) (t *Template, uses []nameUse, wrong *mistake) {
	whole := &mistake{width: len([]rune(source))}
	defer func() {
		if r := recover(); r != nil {
			whole.message = fmt.Sprintf("not a template: %v", r)
			t, wrong = nil, whole
		}
	}()
	if len(source) > maxText {
		whole.message = fmt.Sprintf("a template of %d bytes - at most %d", len(source), maxText)
		return nil, nil, whole
	}
	if n := codeIn(source, j.config); n > maxTokens {
		whole.message = fmt.Sprintf("a template with too much code: %d names and signs - at most %d", n, maxTokens)
		return nil, nil, whole
	}
	parsed, err := exec.NewTemplate("", j.config, only(source), j.environment)
	if err != nil {
		return nil, nil, templateMistake(err, source)
	}
	uses, signs, wrong := j.inspect(parsed.Root(), source)
	if wrong != nil {
		return nil, nil, wrong
	}
	t = &Template{source: source, parsed: parsed, vars: vars, signs: signs}
	if slices.ContainsFunc(uses, func(u nameUse) bool { return u.name == "vars" }) {
		t.largest = extent(vars)
	}
	for _, u := range uses {
		t.names = append(t.names, u.name)
		if !u.optional && u.name != "vars" {
			t.required = append(t.required, u.name)
		}
	}
	t.names, t.required = sortedCopy(t.names), sortedCopy(t.required)
	return t, uses, nil
}

// codeIn counts the tokens of a template that are not text.
func codeIn(source string, c *config.Config) int {
	n := 0
	for s := tokens.LexAll(source, c); !s.End(); s.Next() {
		if s.Current().Type != tokens.Data {
			n++
		}
	}
	return n
}

// only is a loader that knows one text and no file.
type only string

func (o only) Read(string) (io.Reader, error) { return strings.NewReader(string(o)), nil }
func (o only) Resolve(string) (string, error) { return "", errors.New("a template reads no files") }
func (o only) Inherit(string) (loaders.Loader, error) {
	return o, nil
}

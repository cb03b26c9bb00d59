package specs

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func parse(t *testing.T, source string) *Template {
	t.Helper()
	tpl, _, wrong := newJinja().parse(source, map[string]any{"style": "plain"})
	if wrong != nil {
		t.Fatalf("%s: %+v", source, *wrong)
	}
	return tpl
}

func TestTemplateRenders(t *testing.T) {
	env := map[string]any{"topic": "moss", "tags": []any{"a", "b"}, "n": 2, "row": map[string]any{"k": "v"}, "empty": nil}
	for name, c := range map[string]struct{ source, want string }{
		"a variable":                  {"Write about {{ topic }}.", "Write about moss."},
		"the spec's own vars":         {"Be {{ vars.style }}.", "Be plain."},
		"an item and a member":        {"{{ tags[1] }}{{ row.k }}", "bv"},
		"a loop":                      {"{% for t in tags %}{{ loop.index }}{{ t }} {% endfor %}", "1a 2b "},
		"a choice":                    {"{% if n > 1 %}many{% else %}one{% endif %}", "many"},
		"a variable that may lack":    {"{% if season is defined %}{{ season }}{% else %}any{% endif %}", "any"},
		"a default":                   {"{{ season | default('any') }}", "any"},
		"a name that is set":          {"{% set x = topic %}{{ x | upper }}", "MOSS"},
		"the last line break is kept": {"a\n", "a\n"},
		"markup is text":              {"{{ '<b>' }}", "<b>"},
		"a list as JSON":              {"{{ tags | tojson }}", `["a","b"]`},
		"raw text":                    {"{% raw %}{{ topic }}{% endraw %}", "{{ topic }}"},
		"no template at all":          {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parse(t, c.source).Render(env)
			if err != nil || got != c.want {
				t.Errorf("%q, %v; want %q", got, err, c.want)
			}
		})
	}
	if len(env) != 5 {
		t.Error("Render modified the environment")
	}
}

func TestTemplateErrors(t *testing.T) {
	for name, c := range map[string]struct{ source, want string }{
		"a missing variable":                {"{{ topic }}", `no variable "topic"`},
		"a missing member":                  {"{{ row.x }}", "attribute 'x' not found"},
		"text without end":                  {"{% for a in big %}{{ text }}{% endfor %}", "more than 1048576 bytes"},
		"loops in loops":                    {"{% for a in big %}{% for b in big %}{% if text == 'y' %}{% endif %}{% endfor %}{% endfor %}", "the template does too much"},
		"a long text, turned over and over": {"{% for a in big %}{% if (text ~ text ~ text) | upper == 'y' %}{% endif %}{% endfor %}" + strings.Repeat("{% if text | lower == '' %}{% endif %}", 90), "the template does too much"},
		"a name that doubles":               {strings.Repeat("{% set x = text ~ text %}{% set text = x ~ x %}", 12) + "{{ text }}", "becomes longer than 1048576 bytes"},
		"a block that doubles":              {"{% set x %}{{ text }}{{ text }}{% endset %}" + strings.Repeat("{% set x %}{{ x }}{{ x }}{% endset %}", 12) + "{{ x }}", "becomes longer than 1048576 bytes"},
		"a replacement":                     {"{{ text | replace('x', text) | replace('x', text) }}", "replace makes more than 1048576 bytes"},
		"a long separator":                  {"{{ big | join(text) | join(text) }}", "join makes more than 1048576 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			env := map[string]any{"row": map[string]any{}, "big": make([]any, 3000), "text": strings.Repeat("x", 1000)}
			_, err := parse(t, c.source).Render(env)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v; want %q", err, c.want)
			}
		})
	}
}

func TestTemplateBounds(t *testing.T) {
	for name, source := range map[string]string{
		"deep brackets":      "{{ " + strings.Repeat("(", 100_000) + "1" + strings.Repeat(")", 100_000) + " }}",
		"many tags":          strings.Repeat("{% if a %}", 10_000),
		"many signs":         "{{ a" + strings.Repeat(" ~ a", 300) + " }}",
		"brackets in quotes": `{{ "}}" ~ ` + strings.Repeat("(", 100_000),
		"a long text":        strings.Repeat("x", maxText+1),
	} {
		if _, _, wrong := newJinja().parse(source, nil); wrong == nil || !strings.Contains(wrong.message, "at most") {
			t.Errorf("%s: %+v", name, wrong)
		}
	}
	parse(t, "{{ "+strings.Repeat("(", 2000)+"1"+strings.Repeat(")", 2000)+" }}")
	parse(t, strings.Repeat("{% if a %}", 600)+strings.Repeat("{% endif %}", 600))
}

func TestTemplateNames(t *testing.T) {
	for source, want := range map[string][]string{
		"{{ a }}{% for x in b if x > c %}{{ x }}{{ d.e[f] }}{% else %}{{ x }}{% endfor %}": {"a", "b", "c", "d", "f", "x"},
		"{% set y = g %}{{ y }}{{ h | default(i) }}{{ vars.k }}":                           {"g", "h", "i", "vars"},
		"{{ l.get(m, n=o) if p else q }}{# r #}{% if not s and t in [u] %}{% endif %}":     {"l", "m", "o", "p", "q", "s", "t", "u"},
	} {
		if diff := cmp.Diff(want, parse(t, source).Names()); diff != "" {
			t.Errorf("%s:\n%s", source, diff)
		}
	}
}

// One template and one expression serve many goroutines; run with -race.
func TestSharedByGoroutines(t *testing.T) {
	tpl := parse(t, "{% for x in tags %}{{ x }}{{ n }}{% endfor %}")
	x := compile(t, "any(tags, # == n) and len(words(output)) > n - 3", "bool")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 50 {
				env := map[string]any{"tags": []any{i}, "n": i, "output": "a b c d e f g"}
				text, err := tpl.Render(env)
				if want := strings.Repeat(string(rune('0'+i)), 2); text != want || err != nil {
					t.Errorf("%q, %v", text, err)
				}
				if ok, err := x.Bool(env); !ok || err != nil {
					t.Errorf("%v, %v", ok, err)
				}
			}
		})
	}
	wg.Wait()
}

// What could change the rows, or make long text of short, is refused when the spec is read.
func TestTemplateRefuses(t *testing.T) {
	for source, want := range map[string]string{
		"{% set row.x = 1 %}":                                    "set gives a name a value, never a part of one",
		"{{ tags.append(1) }}":                                   `unknown method: "append"`,
		"{{ 'x'.ljust(1000000000) }}":                            `unknown method: "ljust"`,
		"{{ '%9999d' % 1 }}":                                     "templates do not multiply or take remainders",
		"{% for a in tags recursive %}{{ loop(a) }}{% endfor %}": "loops do not call themselves",
		"{{ self() }}":                                           "self cannot be called",
	} {
		if _, _, wrong := newJinja().parse(source, nil); wrong == nil || !strings.Contains(wrong.message, want) {
			t.Errorf("%s: %+v, want %s", source, wrong, want)
		}
	}
}

package specs

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func compile(t *testing.T, source, result string) *Expr {
	t.Helper()
	vars := map[string]any{"hyperbole": []any{"thousand", "forever"}, "limit": 3}
	x, _, wrong := newVocabulary(testLanguage().Words, vars).compile(source, result)
	if wrong != nil {
		t.Fatalf("%s: %+v", source, *wrong)
	}
	return x
}

func TestExprAnswers(t *testing.T) {
	env := map[string]any{
		"output": "a b c d e\na b c d e f g\na b c d forever", "topic": "forever", "n": 2, "ratio": 0.5,
		"tags": []any{"x", "y"}, "empty": nil, "count": 7, "fields": map[string]any{"tone": "warm"},
	}
	for name, c := range map[string]struct {
		source string
		want   any
	}{
		"a word's list equals a literal":         {"syllables(lines(output)) == [5, 7, 5]", true},
		"a literal equals a word's list":         {"[5, 7, 5] == syllables(lines(output))", true},
		"a longer list differs":                  {"[5, 7, 5, 1] == syllables(lines(output))", false},
		"lists differ by !=":                     {"syllables(lines(output)) != [5, 7, 6]", true},
		"a list of text equals a literal":        {`words("a b") == ["a", "b"]`, true},
		"numbers compare as numbers":             {"syllables(lines(output))[0] == 5.0", true},
		"the poem's first criterion":             {"known(words(output)) and syllables(lines(output)) == [5, 7, 5]", true},
		"a word of a list from vars":             {"any(words(output), # in vars.hyperbole)", true},
		"no word of the list":                    {"any(words('a b'), # in vars.hyperbole)", false},
		"no rhyme":                               {"not rhymes(lines(output))", true},
		"the topic is named":                     {"mentions(output, topic)", true},
		"a pipe calls a word":                    {"output | words() | len()", 17},
		"a predicate may keep its type":          {"map(words('a b'), # + '!')", []any{"a!", "b!"}},
		"reduce":                                 {"reduce([1, 2, 3], #acc + #, 10)", 16},
		"filter and count":                       {"count(words(output), # == 'a')", 3},
		"nested predicates":                      {"all([1, 2], any([1, 2, 3], # > 1))", true},
		"let":                                    {"let w = words(output); len(w) > vars.limit", true},
		"a column called like a builtin":         {"count > 6 and count([1], # < count) == 1", true},
		"ternary":                                {"n > 1 ? 'many' : 'one'", "many"},
		"a column of any type":                   {"tags[0] + fields.tone", "xwarm"},
		"nothing is not a value":                 {"empty == nil", true},
		"coalesce":                               {"(empty ?? 4) + 1", 5},
		"matches":                                {`output matches "^a"`, true},
		"list of any passes as list of text":     {"known(tags)", true},
		"sort":                                   {"sort([3, 1, 2])", []any{1, 2, 3}},
		"membership of a literal list":           {"n in [1, 2, 3]", true},
		"two predicates on one list are folded":  {"all(tags, # != 'z') and all(tags, # != 'q')", true},
		"length of a filter":                     {"len(filter(tags, # == 'x')) == 1", true},
		"shorthand for a member of the element":  {"map([{a: 1}, {a: 2}], .a)", []any{1, 2}},
		"the element's index":                    {"map(tags, #index)", []any{0, 1}},
		"a turn may guard what it reads":         {"count(tags, empty != nil and empty.x == #)", 0},
		"a turn may let":                         {"map(tags, let t = #; t + t)", []any{"xx", "yy"}},
		"a turn may call a word of a variable":   {"count(tags, mentions(output, #))", 0},
		"sum of a predicate":                     {"sum(tags, len(#))", 2},
		"sortBy and groupBy keep their elements": {"len(groupBy(tags, #)) + len(sortBy(tags, #))", 4},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := compile(t, c.source, "").Eval(env)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestExprRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		source, result string
		from           int
		message, hint  string
	}{
		"an unknown word":               {"len(wrods(output)) > 1", "bool", 4, `unknown word: "wrods"`, "words"},
		"an unknown name in vars":       {"'a' in vars.hyperbol", "bool", 12, "unknown variable: vars.hyperbol", "hyperbole"},
		"a broken expression":           {"1 +", "", 2, "ends too early", ""},
		"text where truth is asked":     {"upper(output)", "bool", 0, "answers with text", ""},
		"a list where a score is asked": {"words(output)", "score", 0, "answers with a list", ""},
		"a number where text is asked":  {"len(output)", "string", 0, "answers with a number", ""},
		"a word's argument":             {"words(3) == []", "bool", 6, "words does not take a number", ""},
		"too few arguments":             {"mentions(output)", "bool", 0, "takes 2 arguments, not 1", ""},
		"the clock":                     {"now() != nil", "bool", 0, `unknown word: "now"`, ""},
		"a method of a value":           {"output.Len() > 3", "bool", 7, "only words can be called", ""},
		"the whole environment":         {"len($env) > 3", "bool", 4, "unknown variable: $env", ""},
		"bytes":                         {`output contains b"red"`, "bool", 16, "bytes - text is written", "b before the quotes"},
		"the budget's own name":         {"charge > 3", "bool", 0, "", ""},
		"deep brackets":                 {strings.Repeat("(", 20_000) + "1" + strings.Repeat(")", 20_000), "", 0, "at most 10000", ""},
		"too large a tree":              {strings.Repeat("1+", 1100) + "1", "", 0, "exceeds maximum", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if c.message == "" {
				compile(t, c.source, c.result) // an ordinary column name
				return
			}
			_, _, wrong := newVocabulary(testLanguage().Words, map[string]any{"hyperbole": nil}).compile(c.source, c.result)
			if wrong == nil {
				t.Fatal("compiled")
			}
			if !strings.Contains(wrong.message, c.message) || !strings.Contains(wrong.hint, c.hint) {
				t.Errorf("%q hint %q; want %q hint %q", wrong.message, wrong.hint, c.message, c.hint)
			}
			if c.from != 0 && wrong.from != c.from {
				t.Errorf("at rune %d, want %d", wrong.from, c.from)
			}
		})
	}
}

func TestExprGivesUp(t *testing.T) {
	env := map[string]any{"output": strings.Repeat("word ", 2000), "tags": make([]any, 5000)}
	for name, source := range map[string]string{
		"nested loops":                "all(1..900, all(1..900, all(1..900, # > 0)))",
		"a loop of costly words":      "all(1..100000, len(words(output)) > 0)",
		"text that doubles in reduce": "len(reduce(1..60, #acc + #acc, 'x')) > 0",
		"text that doubles in let":    doubling(40),
		"text that doubles in maps":   "len(map(map(map(map(map(map(map([output], #+#+#+#+#+#+#+#), #+#+#+#+#+#+#+#), #+#+#+#+#+#+#+#), #+#+#+#+#+#+#+#), #+#+#+#+#+#+#+#), #+#+#+#+#+#+#+#), #)) > 0",
		"lists that double in reduce": "len(reduce(1..60, [#acc, #acc], [1])) > 0",
		"a search in each turn":       "all(1..900000, # not in tags)",
		"a let in each turn":          "all(1..900000, let w = tags; len(w) > 0)",
		"a long range":                "len(1..100000000) > 0",
	} {
		t.Run(name, func(t *testing.T) {
			out, err := compile(t, source, "bool").Eval(env)
			if err == nil {
				t.Fatalf("answered %v", out)
			}
			if !strings.Contains(err.Error(), "million steps") && !strings.Contains(err.Error(), "memory budget") {
				t.Error(err)
			}
		})
	}
}

// doubling is an expression with n variables, each twice as long as the last.
func doubling(n int) string {
	source, last := "", "output"
	for i := range n {
		name := "a" + strings.Repeat("b", i)
		source += "let " + name + " = " + last + " + " + last + "; "
		last = name
	}
	return source + "len(" + last + ") > 0"
}

func TestExprErrors(t *testing.T) {
	x := compile(t, "topic.name == 'x'", "bool")
	if _, err := x.Eval(map[string]any{}); err == nil || !strings.Contains(err.Error(), `no variable "topic"`) {
		t.Errorf("missing variable: %v", err)
	}
	if _, err := x.Eval(map[string]any{"topic": nil}); err == nil {
		t.Error("a member of nothing has a value")
	}
	if _, err := compile(t, "topic", "bool").Bool(map[string]any{"topic": 3}); err == nil || !strings.Contains(err.Error(), "not true or false") {
		t.Errorf("a number as truth: %v", err)
	}
}

func TestExprNamesAndForm(t *testing.T) {
	x := compile(t, "let a = topic;  any( words(output), # in vars.hyperbole ) and a == b", "bool")
	if diff := cmp.Diff([]string{"b", "output", "topic", "vars"}, x.Names()); diff != "" {
		t.Error(diff)
	}
	y := compile(t, "let a = topic; any(words(output), # in vars.hyperbole) and a==b", "bool")
	if x.String() != y.String() {
		t.Errorf("spacing changes the form: %s, %s", x, y)
	}
	again := compile(t, x.String(), "bool")
	if again.String() != x.String() {
		t.Errorf("the form is not stable: %s, %s", x, again)
	}
}

func BenchmarkExpr(b *testing.B) {
	x, _, _ := newVocabulary(testLanguage().Words, nil).compile("len(words(output)) > 3 and any(words(output), # == 'c')", "bool")
	env := map[string]any{"output": "a b c d e"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := x.Bool(env); err != nil {
			b.Fatal(err)
		}
	}
}

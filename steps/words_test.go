package steps

import (
	"reflect"
	"strings"
	"testing"

	"idiolect/specs"
)

// judged by the program of one criterion.
func wordSays(t *testing.T, expr, output string) (any, error) {
	t.Helper()
	r := rubric(t, `{name: a, expr: '`+expr+`'}`)
	return r.Criteria[0].Expr.Eval(map[string]any{"output": output})
}

func TestWordsOfExpressions(t *testing.T) {
	for expr, want := range map[string]any{
		`starts(output, "dear ann")`:                         true,
		`ends(output, "best, bob")`:                          true,
		`ends(output, "ann")`:                                false,
		`similarity(output, output)`:                         1.0,
		`len(regex(output, "[A-Z][a-z]+")) == 4`:             true,
		`regex(output, "[0-9]+")[0] == "12"`:                 true,
		`any(regex(output, "[A-Z][a-z]+"), # == "Ann")`:      true,
		`regex(output, "no such thing") == []`:               true,
		`ends(output, "bob!") and not starts(output, "bob")`: true,
	} {
		got, err := wordSays(t, expr, "Dear Ann,\nI owe you 12 thanks.\nBest, Bob.\n")
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %v - want %v", expr, got, err, want)
		}
	}
}

// What regex may do is bounded by the budget of an expression like any word.
func TestRegexIsCharged(t *testing.T) {
	_, err := wordSays(t, `any(regex(output, "x"), any(regex(output, "x"), len(regex(output, "y")) > 0))`, strings.Repeat("x", 3000))
	if err == nil || !strings.Contains(err.Error(), "too much work") {
		t.Errorf("nested loops of regex end with %v", err)
	}
}

// A pattern that is none is found when the spec is read, where it stands.
func TestAPatternThatIsNone(t *testing.T) {
	src := "name: r\nrubrics: {r: {criteria: [{name: a, expr: 'len(regex(output, \"[a\")) > 0'}]}}\n"
	_, err := specs.ReadBytes("r.yaml", []byte(src), Language(nil), specs.Options{})
	if err == nil || !strings.Contains(err.Error(), "r.yaml:2:61: regex: not a pattern of RE2: missing closing ]: `[a`") {
		t.Errorf("error %v", err)
	}
}

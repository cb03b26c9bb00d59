package datasets

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// texts are items of one field.
func itemTexts(items []map[string]any) (out []string) {
	for _, item := range items {
		out = append(out, item["input"].(string))
	}
	return out
}

// What models write around and instead of a JSON list of texts.
func TestItems(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		cut  bool
		want []string
	}{
		"a bare list":                               {`["a", "b"]`, false, []string{"a", "b"}},
		"a fence":                                   {"Sure!\n```json\n[\"a\",\n \"b\"]\n```\nAnything else?", false, []string{"a", "b"}},
		"a fence without a name, indented":          {"  ```\n  [\"a\"]\n  ```", false, []string{"a"}},
		"a fence that stays open":                   {"```json\n[\"a\", \"b\"]", false, []string{"a", "b"}},
		"a fence goes before what stands around it": {"Instead of [\"x\"]:\n```\n[\"a\"]\n```\n", false, []string{"a"}},
		"the first fence with a list":               {"```\nnone\n```\n```\n[\"a\"]\n```\n", false, []string{"a"}},
		"brackets in the text before":               {`As in [1] and [see below]: ["a"]`, false, []string{"a"}},
		"a list in an object":                       {`{"requests": ["a", "b"], "n": 2}`, false, []string{"a", "b"}},
		"objects that have the field":               {`[{"input": "a", "topic": "t"}, {"input": "b"}]`, false, []string{"a", "b"}},
		"a comma too many":                          {"[\"a\", \"b\",\n]", false, []string{"a", "b"}},
		"a comma too many in an object":             {`[{"input": "a",}, ]`, false, []string{"a"}},
		"commas and brackets in a text":             {`["a,]", "b [c], d"]`, false, []string{"a,]", "b [c], d"}},
		"quotes in a text":                          {`["say \"hi, ]\"", "b\\"]`, false, []string{`say "hi, ]"`, `b\`}},
		"space around items":                        {`[" a ", "b\n"]`, false, []string{"a", "b"}},
		"items of another form are dropped":         {`["a", 3, null, "", "  ", {"other": "x"}, ["y"], "b"]`, false, []string{"a", "b"}},
		"thoughts are not read":                     {`<think>perhaps ["x"]</think>["a"]`, false, []string{"a"}},
		"cut off in an item":                        {`["a", "b", "c and`, true, []string{"a", "b"}},
		"cut off between items":                     {"```json\n[\"a\", \"b\",", true, []string{"a", "b"}},
		"cut off in the first":                      {`["a and`, true, nil},
		"it breaks off by itself":                   {`["a", "b"`, false, nil},
		"cut off behind the list":                   {`["a", "b"] These are`, true, []string{"a", "b"}},
		"no list":                                   {"1. a\n2. b", false, nil},
		"an empty list":                             {`[]`, false, nil},
		"a list of numbers":                         {`[1, 2]`, false, nil},
		"two commas":                                {`["a",, "b"]`, false, nil},
		"single quotes":                             {`['a', 'b']`, false, nil},
		"nothing":                                   {"", true, nil},
		"a character in two halves":                 {`["\ud83d\ude00", "\ud83d"]`, false, []string{"😀", "\ufffd"}},
	} {
		if d := cmp.Diff(c.want, itemTexts(Items(c.text, []string{"input"}, c.cut))); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// Items of several fields are objects; what else they hold is dropped.
func TestItemsOfFields(t *testing.T) {
	got := Items("[{\"input\": \"a\", \"output\": \"b\", \"n\": 2, \"more\": {}}, {\"input\": \"c\"}, \"d\", {\"input\": \"e\", \"output\": \"f\", \"n\": 2.5}, {\"input\": \"e\", \"output\": \"f\", \"n\": [2]}]",
		[]string{"input", "output", "n"}, false)
	want := []map[string]any{{"input": "a", "output": "b", "n": int64(2)}, {"input": "e", "output": "f", "n": 2.5}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// FuzzItems holds that any answer gives items that artifacts can hold, each with
// all fields, in a time that grows with its length; and that what was read is read
// again from its own JSON.
func FuzzItems(f *testing.F) {
	for _, text := range []string{
		`["a", "b"]`, "```json\n[{\"input\": \"a\", \"output\": 1}]\n```", `["a", "b`, "[,]", strings.Repeat("[", 3000), strings.Repeat("[,],", 300), `["\ud800"]`, "</think>[\"\\", "[\"\xff\"]", `[{"input":{}}]`,
	} {
		f.Add(text, true)
		f.Add(text, false)
	}
	f.Fuzz(func(t *testing.T, text string, cut bool) {
		for _, fields := range [][]string{{"input"}, {"input", "output"}} {
			items := Items(text, fields, cut)
			var list []any
			for _, item := range items {
				if len(item) != len(fields) {
					t.Fatalf("%q: an item of %v", text, item)
				}
				list = append(list, item)
			}
			if len(items) == 0 {
				continue
			}
			stored, err := Canonical(list)
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			again, err := Canonical(Items(stored, fields, false)) // as text: 2.0 becomes 2
			if d := cmp.Diff(stored, again); err != nil || d != "" {
				t.Errorf("%q: %v\n%s", text, err, d)
			}
			if !cut && !cmp.Equal(items, Items(text, fields, true)) && strings.Count(text, "[") == 1 {
				t.Errorf("%q: a whole list reads otherwise when what follows it was cut off", text)
			}
		}
	})
}

package datasets

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idiolect/specs"
)

// folder is a directory with these files.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// rowsOf reads a source to its end or its first error.
func rowsOf(src Source, dir string) (rows []map[string]any, places []string, err error) {
	for rec, err := range src.Read(dir) {
		if err != nil {
			return rows, places, err
		}
		rows, places = append(rows, rec.Fields), append(places, rec.Place)
	}
	return rows, places, nil
}

type fieldsOf = map[string]any

func TestFormats(t *testing.T) {
	for name, c := range map[string]struct {
		src    Source
		text   string
		rows   []fieldsOf
		places []string
	}{
		"json: a list, with a byte order mark": {
			&JSON{Path: "f"}, "\ufeff[\n{\"a\": 1, \"b\": [1.5, {\"c\": null}]},\n {\"a\": 9007199254740993}]\n",
			[]fieldsOf{{"a": int64(1), "b": []any{1.5, fieldsOf{"c": nil}}}, {"a": int64(9007199254740993)}}, []string{"f: item 1", "f: item 2"},
		},
		"json: an empty list": {&JSON{Path: "f"}, " [ ] ", nil, nil},
		"csv: quotes, line breaks within them, blank lines": {
			&CSV{Path: "f", Delimiter: ","}, "\ufeff\"a\",b\r\n1,\"x\ny, \"\"z\"\"\"\r\n\r\n007,\r\n",
			[]fieldsOf{{"a": "1", "b": "x\ny, \"z\""}, {"a": "007", "b": ""}}, []string{"f:2", "f:5"},
		},
		"csv: types and another delimiter": {
			&CSV{Path: "f", Delimiter: "\t", Types: map[string]string{"i": "int", "x": "float", "b": "bool"}}, "i\tx\tb\ts\n-3\t1e-4\ttrue\t1\n \t\t\t\n",
			[]fieldsOf{{"i": int64(-3), "x": 1e-4, "b": true, "s": "1"}, {"i": nil, "x": nil, "b": nil, "s": ""}}, []string{"f:2", "f:3"},
		},
		"csv: a header alone": {&CSV{Path: "f", Delimiter: ";"}, "a;b", nil, nil},
		"chat: a system message and two exchanges": {
			&Chat{Path: "f"}, `{"id": 7, "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u1"}, {"role": "assistant", "content": "a1"},` +
				` {"role": "user", "content": "u2"}, {"role": "assistant", "content": "<a2>", "weight": 0}]}` + "\n",
			[]fieldsOf{{"id": int64(7), "system": "s", "input": "u2", "output": "<a2>", "messages": `[{"content":"s","role":"system"},{"content":"u1","role":"user"},` +
				`{"content":"a1","role":"assistant"},{"content":"u2","role":"user"},{"content":"<a2>","role":"assistant","weight":0}]`}}, []string{"f:1"},
		},
		"chat: a last turn that nobody answered": {
			&Chat{Path: "f"}, "\n" + `{"messages": [{"role": "user", "content": "u1"}, {"role": "assistant", "content": "a1"}, {"role": "user", "content": "u2"}]}`,
			[]fieldsOf{{"system": nil, "input": "u2", "output": nil, "messages": `[{"content":"u1","role":"user"},{"content":"a1","role":"assistant"},{"content":"u2","role":"user"}]`}},
			[]string{"f:2"},
		},
	} {
		dir := folder(t, map[string]string{"f": c.text})
		rows, places, err := rowsOf(c.src, dir)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(c.rows, rows); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
		if d := cmp.Diff(c.places, places); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
		if len(rows) == 0 {
			continue
		}
		columns, err := c.src.Columns(dir)
		slices.Sort(columns)
		if d := cmp.Diff(slices.Sorted(maps.Keys(rows[0])), columns); d != "" || err != nil {
			t.Errorf("%s: columns: %v\n%s", name, err, d)
		}
	}
}

func TestFormatsRefuse(t *testing.T) {
	commas := &CSV{Path: "f", Delimiter: ","}
	typed := &CSV{Path: "f", Delimiter: ",", Types: map[string]string{"i": "int", "x": "float", "b": "bool"}}
	for name, c := range map[string]struct {
		src        Source
		text, want string
	}{
		"json: an empty file":           {&JSON{Path: "f"}, "", "f: the file is empty - want a JSON list"},
		"json: an object":               {&JSON{Path: "f"}, `{"a": 1}`, "f: the file holds an object - want a list of objects"},
		"json: a number":                {&JSON{Path: "f"}, `12`, "f: the file holds 12 - want a list"},
		"json: an item of another kind": {&JSON{Path: "f"}, `[{}, [1]]`, "f: item 2: a JSON list - want a JSON object"},
		"json: a missing comma":         {&JSON{Path: "f"}, `[{} {}]`, "f: item 2: not JSON: "},
		"json: cut within an item":      {&JSON{Path: "f"}, `[{}, {"a"`, "f: item 2: not JSON: unexpected EOF"},
		"json: cut between items":       {&JSON{Path: "f"}, `[{}`, "f: the list does not end"},
		"json: something behind it":     {&JSON{Path: "f"}, `[{}] 1`, "f: something follows the JSON list"},
		"json: not UTF-8":               {&JSON{Path: "f"}, "[{\"a\": \"\xff\"}]", "f: item 1: the item is not UTF-8"},
		"json: a number too large":      {&JSON{Path: "f"}, `[{"a": 1e999}]`, "f: item 1: a: 1e999 is out of range"},
		"csv: an empty file":            {commas, "", "f: the file is empty"},
		"csv: a value too few":          {commas, "a,b\n1,2\n3\n", "f:3:1: 1 values - the header names 2 columns"},
		"csv: a value too many":         {commas, "a,b\n1,2,3\n", "f:2:1: 3 values"},
		"csv: a name twice":             {commas, "a,b,a\n", `f:1:5: two columns are named "a"`},
		"csv: a quote that stays open":  {commas, "a,b\n1,\"2\n", `f:2:6: a quote inside a quoted value is written twice, or one is not closed`},
		"csv: a quote within":           {commas, "a,b\n1,x\"y\n", `f:2:4: a quote inside a value that does not begin with one`},
		"csv: not UTF-8":                {commas, "a,b\n1,\xff\n", "f:2:3: the value is not UTF-8"},
		"csv: no whole number":          {typed, "i,x,b\n1.0,1,true\n", `f:2:1: i: "1.0" - want a whole number`},
		"csv: a number not finite":      {typed, "i,x,b\n1,nan,true\n", `f:2:3: x: "nan" - want a finite number`},
		"csv: a number too large":       {typed, "i,x,b\n1,1e999,true\n", `f:2:3: x: "1e999" - want a finite number`},
		"csv: neither true nor false":   {typed, "i,x,b\n1,1,yes\n", `f:2:5: b: "yes" - want true or false`},
		"csv: a type of no column":      {typed, "i,x\n1,1\n", `f: types b: no such column`},
		"csv: a delimiter of two":       {&CSV{Path: "f", Delimiter: "||"}, "a||b\n", `f: delimiter: "||" - want one character`},
		"chat: no messages":             {&Chat{Path: "f"}, `{"text": "x"}`, "f:1: messages: want a list"},
		"chat: an unknown role":         {&Chat{Path: "f"}, `{"messages": [{"role": "tool", "content": "x"}]}`, `f:1: messages[0]: role "tool" - want system`},
		"chat: content that is no text": {&Chat{Path: "f"}, `{"messages": [{"role": "user", "content": [{"type": "image"}]}]}`, "f:1: messages[0]: content: "},
		"chat: a late system message":   {&Chat{Path: "f"}, `{"messages": [{"role": "user", "content": "x"}, {"role": "system", "content": "x"}]}`, "f:1: messages[1]: a system message"},
		"chat: nobody asks":             {&Chat{Path: "f"}, `{"messages": [{"role": "assistant", "content": "x"}]}`, "f:1: messages: nothing is said by the role user"},
		"chat: a name that is taken":    {&Chat{Path: "f"}, `{"input": 1, "messages": [{"role": "user", "content": "x"}]}`, "f:1: input stands beside messages"},
		"parquet: no Parquet":           {&Parquet{Path: "f"}, "PAR1 and more text than a footer PAR1", "f: "},
		"parquet: an empty file":        {&Parquet{Path: "f"}, "", "f: "},
	} {
		dir := folder(t, map[string]string{"f": c.text})
		_, _, err := rowsOf(c.src, dir)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v - want %s and no machine path", name, err, c.want)
		}
	}
	for _, src := range []Source{&JSON{Path: "none"}, &CSV{Path: "none", Delimiter: ","}, &Chat{Path: "none"}, &Parquet{Path: "none"}} {
		_, err := src.Columns(t.TempDir())
		if err == nil || !strings.HasPrefix(err.Error(), "none: ") {
			t.Errorf("%T of no file: %v", src, err)
		}
	}
}

// The settings as a spec writes them: a delimiter of two characters and a type
// that there is not are mistakes of the spec, told with their places.
func TestSettingsOfCSV(t *testing.T) {
	dir := folder(t, map[string]string{"f.csv": "a;n\nx;2\n"})
	for entry, want := range map[string]string{
		`{source: csv, path: f.csv, delimiter: ";", types: {n: int}, where: n > 1}`: "",
		`{source: csv, path: f.csv, delimiter: '\t'}`:                               `d.yaml:2:49: delimiter: "\\t" - want one character`,
		`{source: csv, path: f.csv, delimiter: ";", types: {n: date}}`:              "d.yaml:2:65: unknown choice",
	} {
		_, err := specs.ReadBytes(filepath.Join(dir, "d.yaml"), []byte("name: d\ndata: {d: "+entry+"}\n"), specs.Language{Sources: specs.Erase(Sources())}, specs.Options{})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v - want %q", entry, err, want)
		}
	}
}

package datasets

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idiolect/specs"
)

// left are the rows that a source gives and what it left out, when bad rows are
// skipped.
func left(t *testing.T, src Source, dir, yaml string) (rows []string, bad []string, err error) {
	t.Helper()
	d := data(t, yaml)
	e := Entry{Records: src.Read(dir), Data: d, Skip: func(b *BadRow) error {
		bad = append(bad, b.Error())
		return nil
	}}
	for row, err := range e.Rows(t.Context()) {
		if err != nil {
			return rows, bad, err
		}
		text, err := Canonical(row.Fields)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, text)
	}
	return rows, bad, nil
}

// Of each kind of file, what one row can have wrong stops there, or is skipped
// and told.
func TestBadRows(t *testing.T) {
	type number struct {
		N *float64 `parquet:"n,optional"`
		T string   `parquet:"t"`
	}
	nan, one := 0.0, 1.0
	nan /= nan
	typed := &CSV{Path: "f", Delimiter: ",", Types: map[string]string{"n": "int"}}
	for name, c := range map[string]struct {
		src       Source
		text      string
		rows, bad []string
		entry     string
	}{
		"lines":     {&Lines{Path: "f"}, "a\n\xff\nb\n", []string{`{"line":"a"}`, `{"line":"b"}`}, []string{"f:2: the line is not UTF-8"}, ""},
		"jsonl":     {&JSONL{Path: "f"}, "{\"n\": }\n{\"n\": 1}\n[2]\n{} {}\n\n{\"n\": 1e999}\n{\"n\": 2}\n\xff\n", []string{`{"n":1}`, `{"n":2}`}, []string{"f:1: not JSON: invalid character '}' looking for beginning of value", "f:3: a JSON list - want a JSON object; a file that is one list is what source json reads", `f:4: "{}" follows the JSON object`, "f:6: n: 1e999 is out of range - want a number of at most 1.7976931348623157e+308", "f:8: the line is not UTF-8"}, ""},
		"json":      {&JSON{Path: "f"}, `[1, {"n": 1}, {"n": "` + "\xff" + `"}, {"n": 2}]`, []string{`{"n":1}`, `{"n":2}`}, []string{"f: item 1: \"1\" - want a JSON object", "f: item 3: the item is not UTF-8"}, ""},
		"csv":       {typed, "n,t\n1,a\n2\n3,b,c\nx,d\n4,\"e\"f\n5,g\n", []string{`{"n":1,"t":"a"}`, `{"n":5,"t":"g"}`}, []string{"f:3:1: 1 values - the header names 2 columns", "f:4:1: 3 values - the header names 2 columns", `f:5:1: n: "x" - want a whole number of 64 bits`, `f:6:5: a quote inside a quoted value is written twice, or one is not closed`}, ""},
		"chat":      {&Chat{Path: "f"}, `{"messages": []}` + "\n" + `{"messages": [{"role": "user", "content": "x"}]}`, []string{`{"input":"x","messages":"[{\"content\":\"x\",\"role\":\"user\"}]","output":null,"system":null}`}, []string{"f:1: messages: want a list of {role, content}"}, ""},
		"parquet":   {&Parquet{Path: "f"}, parquetText(t, 2, []number{{&one, "a"}, {&nan, "b"}, {nil, "\xff"}, {nil, "c"}}), []string{`{"n":1,"t":"a"}`, `{"n":null,"t":"c"}`}, []string{"f: row 2: n: NaN is nothing that a row can hold - want null, text, a boolean, a finite number or a whole one of 64 bits", "f: row 3: t: the value is not UTF-8"}, ""},
		"columns":   {&JSONL{Path: "f"}, "{\"n\": 1}\n{\"m\": 1}\n", []string{`{"k":1}`}, []string{`f:2: columns: the row has no column "n" - it has m`}, "columns: {k: n}"},
		"set":       {&JSONL{Path: "f"}, "{\"n\": 0.0}\n{\"n\": 2.0}\n", []string{`{"half":0.5,"n":2}`}, []string{"f:1: set half: +Inf is nothing that JSON can hold - rows are kept as JSON"}, `set: {half: "1.0 / n"}`},
		"where":     {&JSONL{Path: "f"}, "{\"n\": 1}\n{\"n\": \"x\"}\n", []string{`{"n":1}`}, nil, `where: n > 0`},
		"a limit":   {&JSONL{Path: "f"}, "{\"n\": 1}\nx\n{\"n\": 2}\n{\"n\": 3}\ny\n", []string{`{"n":1}`, `{"n":2}`}, []string{"f:2: not JSON: invalid character 'x' looking for beginning of value"}, `limit: 2`},
		"none bad":  {&JSONL{Path: "f"}, "{\"n\": 1}\n", []string{`{"n":1}`}, nil, ``},
		"one wants": {&JSONL{Path: "f"}, "{\"n\": 1}\n{\"n\": 1}\n{\"n\": 1}\n{", []string{`{"n":1}`}, []string{"f:4: not JSON: unexpected EOF"}, `dedup: true`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t, map[string]string{"f": c.text})
			entry := "bad_rows: skip"
			if c.entry != "" {
				entry += ", " + c.entry
			}
			rows, bad, err := left(t, c.src, dir, entry)
			if err != nil {
				t.Fatal(err)
			}
			if name == "where" { // the words are those of the expression language
				if len(bad) != 1 || !strings.HasPrefix(bad[0], "f:2: where: ") {
					t.Errorf("left out: %q", bad)
				}
				bad = nil
			}
			if d := cmp.Diff(c.rows, rows); d != "" {
				t.Errorf("rows:\n%s", d)
			}
			if d := cmp.Diff(c.bad, bad); d != "" {
				t.Errorf("left out:\n%s", d)
			}
			if len(c.bad) == 0 {
				return
			}
			entry = strings.TrimPrefix(strings.TrimPrefix(entry, "bad_rows: skip"), ", ")
			if _, told, err := left(t, c.src, dir, entry); err == nil || err.Error() != c.bad[0] || len(told) > 0 {
				t.Errorf("without skip: %v, left out %q - want %s", err, told, c.bad[0])
			}
		})
	}
}

// What is wrong with a file as such always stops: nobody could tell what is lost.
func TestFaultsOfAFileStop(t *testing.T) {
	comma := &CSV{Path: "f", Delimiter: ","}
	for name, c := range map[string]struct {
		src        Source
		text, want string
	}{
		"no list":                      {&JSON{Path: "f"}, `{"n": 1}`, "f: the file holds an object"},
		"an item that is not JSON":     {&JSON{Path: "f"}, `[{"n": 1}, {n}]`, "f: item 2: not JSON"},
		"a list without an end":        {&JSON{Path: "f"}, `[{"n": 1}`, "f: the list does not end"},
		"a header with a name twice":   {comma, "a,a\n1,2\n", `f:1:3: two columns are named "a"`},
		"a quote that swallows rows":   {comma, "a,b\n1,2\n3,\"4\n5,6\n7,\"8\"\n", `f:5:3: a quote inside a quoted value is written twice, or one is not closed; the row began on line 3`},
		"a quote without an end":       {comma, "a,b\n1,\"2\n3,4\n5,6\n", `the row began on line 2`},
		"no Parquet":                   {&Parquet{Path: "f"}, "text", "f: not a whole Parquet file"},
		"no file":                      {&JSONL{Path: "g"}, "", "g: "},
		"rows that are bad, every one": {&JSONL{Path: "f"}, "a,b\n1,2\n", "all 2 rows are bad, the first at f:1: not JSON"},
	} {
		rows, bad, err := left(t, c.src, folder(t, map[string]string{"f": c.text}), "bad_rows: skip")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, rows %q, left out %q - want %s", name, err, rows, bad, c.want)
		}
	}
}

// The columns of a file whose first row is bad are those of the first that can be
// read; the check at the user's line goes by what the spec wants of bad rows.
func TestColumnsPastABadRow(t *testing.T) {
	dir := folder(t, map[string]string{"f": "x\n{\"n\": 1}\n"})
	lang := specs.Language{Sources: specs.Erase(Sources())}
	for entry, want := range map[string]string{
		"where: n > 0":                 "not JSON",
		"where: n > 0, bad_rows: skip": "",
		"where: m > 0, bad_rows: skip": `unknown variable: "m" - the rows have n`,
		"bad_rows: ignore":             `unknown choice: "ignore"`,
	} {
		_, err := specs.ReadBytes(dir+"/d.yaml", []byte("name: d\ndata: {d: {source: jsonl, path: f, "+entry+"}}\n"), lang, specs.Options{})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v - want %q", entry, err, want)
		}
	}
}

// A limit on rows that are not shuffled reads no further than it has to.
func TestALimitEndsReading(t *testing.T) {
	src := numbered(1000)
	read := 0
	records := func(yield func(Record, error) bool) {
		for rec, err := range src.Read(".") {
			if read++; !yield(rec, err) {
				return
			}
		}
	}
	for entry, want := range map[string]int{"limit: 5": 5, "where: n >= 10, limit: 5": 15, "shuffle: true, limit: 5": 1000} {
		read = 0
		c, err := Entry{Records: records, Data: data(t, entry)}.Count(t.Context())
		if err != nil || c.Rows != 5 || read != want {
			t.Errorf("%s: %d rows of %d read, %v - want %d read", entry, c.Rows, read, err, want)
		}
	}
}

// What comes out of the file is what went in, to the last missing value.
func TestStoredRows(t *testing.T) {
	for _, want := range []Stored{
		{Fields: "{}"},
		{Fields: `{"a":"\n"}`, Input: new(string), Origin: Origin{Place: "f:1", Made: true, User: "ann", Messages: "[]"}},
		{Fields: strings.Repeat("é", 100_000), Output: new(string), Origin: Origin{Place: "f:2"}},
	} {
		var got Stored
		text := want.append(nil)
		if err := got.take(text); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		for n := range min(len(text), 50) {
			if err := got.take(text[:n]); err == nil {
				t.Errorf("%d of %d bytes were taken for a row", n, len(text))
			}
		}
	}
}

// A disk that takes no more is told in words, without a path.
func TestTheFileOfRowsFails(t *testing.T) {
	path := folder(t, map[string]string{"f": ""}) + "/f"
	file, err := os.Open(path) // for reading alone
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	_, err = Entry{Records: numbered(10).Read("."), Data: data(t, "")}.Collect(t.Context(), file)
	if err == nil || !strings.HasPrefix(err.Error(), "the temporary file of rows: ") || strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
}

// Rows that pass through a file are those that memory would have held.
func TestCollectAgreesWithArrange(t *testing.T) {
	for _, entry := range []string{
		"", "shuffle: true, limit: 7", "limit: 7", "split: {a: 50%, b: rest}", "split: {a: 10, b: 20%, c: rest}", "dedup: true, shuffle: true, limit: 30, split: {a: 5, b: 5}",
		"dedup: {rouge_l: 0.5}, split: {a: 1}",
	} {
		d := data(t, entry)
		src := numbered(40)
		for i := range src.Rows {
			src.Rows[i]["input"] = fmt.Sprintf("row %d of some that repeat", i%25)
			src.Rows[i]["n"] = int64(i % 30)
		}
		var all []Row
		for row, err := range (Entry{Records: src.Read("."), Data: &specs.Data{}}).Rows(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, row)
		}
		want, err := Arrange(all, d, 7)
		if err != nil {
			t.Fatal(err)
		}
		got := prepare(t, src, d)
		if len(got) != len(want) {
			t.Fatalf("%s: %d rows, want %d", entry, len(got), len(want))
		}
		for i := range got {
			if got[i].Key != want[i].Key || got[i].Split != want[i].Split || !cmp.Equal(got[i].Fields, want[i].Fields) || got[i].Place != want[i].Place {
				t.Errorf("%s: row %d is %v, want %v", entry, i, got[i], want[i])
			}
		}
	}
}

// A conversation is trained on as a whole only while the columns say what it says.
func TestConversations(t *testing.T) {
	const turns = `{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}, {"role": "assistant", "content": "d"}]}`
	const open = `{"messages": [{"role": "user", "content": "a"}]}`
	dir := folder(t, map[string]string{"f": turns + "\n" + open + "\n"})
	for entry, want := range map[string]bool{
		"":                          true,
		"set: {length: len(input)}": true,
		"set: {output: '\"x\"'}":    false,
		"columns: {topic: input}":   false,
	} {
		var whole []bool
		for row, err := range (Entry{Records: (&Chat{Path: "f"}).Read(dir), Data: data(t, entry)}).Rows(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			whole = append(whole, row.Messages != "")
			if row.Messages != "" && row.Messages != row.Fields["messages"] {
				t.Errorf("%s: the conversation is %s", entry, row.Messages)
			}
		}
		if d := cmp.Diff([]bool{want, false}, whole); d != "" {
			t.Errorf("%s:\n%s", entry, d)
		}
	}
}

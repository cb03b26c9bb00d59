package datasets

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idiolect/specs"
)

// numbered are n rows that differ.
func numbered(n int) *Inline {
	s := &Inline{}
	for i := range n {
		s.Rows = append(s.Rows, map[string]any{"n": int64(i), "input": fmt.Sprintf("row %d", i)})
	}
	return s
}

func prepare(t *testing.T, src Source, d *specs.Data) []Row {
	t.Helper()
	rows, err := collect(t, src, d, ".")
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// collect reads an entry as the read step does, through a file.
func collect(t testing.TB, src Source, d *specs.Data, dir string) (rows []Row, err error) {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := Entry{Records: src.Read(dir), Data: d, Seed: 7}.Collect(t.Context(), f)
	if err != nil {
		return nil, err
	}
	for s, err := range c.All() {
		if err != nil {
			t.Fatal(err)
		}
		fields, err := Fields(s.Fields)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, Row{Key: s.Key, Fields: fields, Split: s.Split, Origin: s.Origin})
	}
	if c.Rows != len(rows) {
		t.Errorf("%d rows were counted, %d are there", c.Rows, len(rows))
	}
	return rows, nil
}

func splits(rows []Row) map[string]string {
	m := map[string]string{}
	for _, r := range rows {
		m[r.Key] = r.Split
	}
	return m
}

// data reads an entry of data as a spec writes it.
func data(t testing.TB, yaml string) *specs.Data {
	t.Helper()
	lang := specs.Language{Sources: specs.Erase(Sources())}
	exp, err := specs.ReadBytes("d.yaml", []byte("name: d\ndata: {d: {source: inline, rows: [{n: 1, input: x}], "+yaml+"}}\n"), lang, specs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d, _ := exp.Data.Get("d")
	return d
}

func TestOrderOfWhatIsDone(t *testing.T) {
	d := data(t, `columns: {m: n}, set: {double: m * 2}, where: double >= 20, limit: 30, split: {a: 5, b: rest}`)
	rows := prepare(t, numbered(40), d)
	count := map[string]int{}
	for _, r := range rows {
		count[r.Split]++
		if r.Fields["m"].(int64) < 10 || r.Fields["n"] != nil {
			t.Errorf("row %v", r.Fields)
		}
	}
	if d := cmp.Diff(map[string]int{"a": 5, "b": 25}, count); d != "" {
		t.Error(d)
	}
	if !slices.IsSortedFunc(rows, func(a, b Row) int { return strings.Compare(a.Key, b.Key) }) {
		t.Error("rows are not in the order of their keys")
	}
}

// A value that no artifact can hold is an error of its row, never a row dropped.
func TestWhatJSONCannotHold(t *testing.T) {
	for name, entry := range map[string]string{
		"an infinity":              `set: {x: "1.0 / n"}`,
		"before rows are compared": `set: {x: "1.0 / n"}, dedup: true`,
		"not a number":             `set: {x: "0.0 / n"}, dedup: {rouge_l: 0.9}`,
	} {
		_, err := collect(t, numbered(3), data(t, entry), ".") // row 1 has n = 0
		if err == nil || !strings.Contains(err.Error(), "row 1: set x: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// A row's key is that of the row as it was read: what is done to it later, and
// which other rows there are, does not matter; equal rows are told apart.
func TestKeysSurvive(t *testing.T) {
	plain := prepare(t, numbered(30), data(t, ""))
	shaped := prepare(t, numbered(40), data(t, "columns: {m: n}, set: {twice: m + m}"))
	have := map[string]bool{}
	for _, r := range shaped {
		have[r.Key] = true
	}
	for _, r := range plain {
		if !have[r.Key] {
			t.Errorf("the key of %v changed", r.Fields)
		}
	}
	twins := prepare(t, &Inline{Rows: []map[string]any{{"n": 1}, {"n": 1}, {"n": 1}}}, data(t, ""))
	if twins[0].Key == twins[1].Key || twins[1].Key == twins[2].Key {
		t.Error("equal rows share a key")
	}
}

func TestLimitsNest(t *testing.T) {
	few, more := prepare(t, numbered(100), data(t, "shuffle: true, limit: 4")), prepare(t, numbered(100), data(t, "shuffle: true, limit: 8"))
	have := splits(more)
	for _, r := range few {
		if _, ok := have[r.Key]; !ok {
			t.Errorf("row %v is among 4 and not among 8", r.Fields)
		}
	}
	if len(few) != 4 || len(more) != 8 {
		t.Errorf("limits of 4 and 8 gave %d and %d rows", len(few), len(more))
	}
}

// Fractions: a row keeps its part when others come or go. Counts: no row that
// stays moves but at a border.
func TestSplitsStay(t *testing.T) {
	all, fewer := prepare(t, numbered(400), data(t, "split: {train: 70%, dev: 10%, test: rest}")), prepare(t, numbered(400), data(t, "where: n % 3 != 0, split: {train: 70%, dev: 10%, test: rest}"))
	had := splits(all)
	for _, r := range fewer {
		if had[r.Key] != r.Split {
			t.Errorf("row %v went from %s to %s", r.Fields, had[r.Key], r.Split)
		}
	}
	count := map[string]int{}
	for _, s := range had {
		count[s]++
	}
	if count["train"] < 245 || count["train"] > 315 || count["dev"] < 20 || count["dev"] > 62 {
		t.Errorf("70%%, 10%% and the rest of 400: %v", count)
	}
	a, b := splits(prepare(t, numbered(100), data(t, "split: {x: 30, y: 30}"))), splits(prepare(t, numbered(99), data(t, "split: {x: 30, y: 30}")))
	moved := 0
	for key, s := range b {
		if a[key] != s {
			moved++
		}
	}
	if moved > 2 {
		t.Errorf("one row less moved %d others", moved)
	}
	if n := slices.Sorted(maps.Values(a)); n[39] != "" || n[40] != "x" {
		t.Error("rows that no part takes should belong to none")
	}
}

func TestDedup(t *testing.T) {
	src := &Inline{Rows: []map[string]any{
		{"input": "please decline the offer today"}, {"input": "please decline the offer today"}, {"input": "please decline the offer now"}, {"input": "what a day"},
	}}
	if n := len(prepare(t, src, data(t, "dedup: true"))); n != 3 {
		t.Errorf("exact dedup left %d of 4 rows, want 3", n)
	}
	if n := len(prepare(t, src, data(t, "dedup: {rouge_l: 0.7}"))); n != 2 {
		t.Errorf("ROUGE-L dedup left %d of 4 rows, want 2", n)
	}
}

func TestFilesAsTheyCome(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("crlf.txt", "\ufeffone\r\n\r\n  two  \r\nthree")
	write("ok.jsonl", `{"a": 1, "b": 1.5, "big": 12345678901, "l": [1, {"x": null}]}`+"\n\n"+`{"a": 2}`)
	write("bad.jsonl", "{\"a\": 1}\n{\"a\": }\n")
	write("list.jsonl", "[1]\n")
	write("two.jsonl", "{} {}\n")
	write("bytes.txt", "ok\n\xff\xfe\n")
	write("huge.jsonl", `{"l": [1e999]}`)
	write("empty.jsonl", "")
	fields := func(src Source) (out []map[string]any) {
		for rec, err := range src.Read(dir) {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, rec.Fields)
		}
		return out
	}
	if d := cmp.Diff([]map[string]any{{"line": "one"}, {"line": "two"}, {"line": "three"}}, fields(&Lines{Path: "crlf.txt"})); d != "" {
		t.Error(d)
	}
	want := []map[string]any{{"a": int64(1), "b": 1.5, "big": int64(12345678901), "l": []any{int64(1), map[string]any{"x": nil}}}, {"a": int64(2)}}
	if d := cmp.Diff(want, fields(&JSONL{Path: "ok.jsonl"})); d != "" {
		t.Error(d)
	}
	for name, c := range map[string]struct {
		src  Source
		want string
	}{
		"broken JSON":        {&JSONL{Path: "bad.jsonl"}, "bad.jsonl:2: "},
		"no object":          {&JSONL{Path: "list.jsonl"}, "list.jsonl:1: "},
		"two on a line":      {&JSONL{Path: "two.jsonl"}, "two.jsonl:1: "},
		"not UTF-8":          {&Lines{Path: "bytes.txt"}, "bytes.txt:2: "},
		"a number too large": {&JSONL{Path: "huge.jsonl"}, "huge.jsonl:1: l: 1e999 is out of range"},
		"a device":           {&Lines{Path: os.DevNull}, os.DevNull + ": neither a file nor a directory"},
		"no file":            {&Lines{Path: "none.txt"}, "none.txt: "},
		"a folder":           {&Lines{Path: "."}, ".: "},
		"a missing column":   {&JSONL{Path: "ok.jsonl"}, `no column "b"`},
		"an absolute place":  {&JSONL{Path: "none.jsonl"}, "none.jsonl: "},
	} {
		d := &specs.Data{}
		if name == "a missing column" {
			d.Columns = specs.Renames{{New: "c", Old: "b"}}
		}
		_, err := collect(t, c.src, d, dir)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v, want %s and no machine path", name, err, c.want)
		}
	}
	if _, err := (&JSONL{Path: "empty.jsonl"}).Columns(dir); err == nil {
		t.Error("the columns of an empty file are known")
	}
}

func TestSplitLargerThanTheData(t *testing.T) {
	_, err := collect(t, numbered(10), data(t, "split: {train: 8, test: 5}"), ".")
	if err == nil || !strings.Contains(err.Error(), "split test: 13 rows") {
		t.Errorf("got %v", err)
	}
}

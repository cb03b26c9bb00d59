package datasets

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// FuzzData holds that any bytes are rows that artifacts can hold or an error that
// names the file as the spec does, whatever they are read as; that what was read
// reads the same again; and that the columns come with the rows.
func FuzzData(f *testing.F) {
	dir := f.TempDir()
	file := filepath.Join(dir, "f")
	type row struct {
		Input string   `parquet:"input"`
		N     *int64   `parquet:"n,optional"`
		Tags  []string `parquet:"tags,list"`
	}
	if err := parquet.WriteFile(file, []row{{Input: "a", Tags: []string{"x", "y"}}, {Input: "b"}}); err != nil {
		f.Fatal(err)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	for _, text := range []string{
		"{\"a\": 1}\n\n{\"a\": [1.5, null, {\"b\": true}]}\n", "[{\"a\": 1}, {\"b\": \"x\"}]", "a,b\n1,\"x\ny\"\n,\n", "a;b\n1;2\n", "\ufeffa\r\n",
		`{"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}, {"role": "assistant", "content": "a"}]}`, "{\"a\": 1e999}", "\"", "PAR1",
		"", "[{}", "\ufeffa,b\n1,\"2\n3\"\n", "a,a\n", "a\n\n\xff", "[[[[",
	} {
		f.Add([]byte(text))
	}
	sources := map[string]Source{
		"lines": &Lines{Path: "f"}, "jsonl": &JSONL{Path: "f"}, "json": &JSON{Path: "f"}, "chat": &Chat{Path: "f"}, "parquet": &Parquet{Path: "f"},
		"csv": &CSV{Path: "f", Delimiter: ","}, "semicolons": &CSV{Path: "f", Delimiter: ";", Types: map[string]string{"a": "int"}},
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if err := os.WriteFile(file, src, 0o666); err != nil {
			t.Fatal(err)
		}
		for kind, source := range sources {
			columns, columnsErr := source.Columns(dir)
			first := -1 // how many columns the first row has
			for rec, err := range source.Read(dir) {
				if err != nil {
					says(t, kind, dir, err)
					continue
				}
				if first < 0 {
					first = len(rec.Fields)
				}
				if rec.Place == "" || !strings.HasPrefix(rec.Place, "f:") {
					t.Errorf("%s: a row at %q", kind, rec.Place)
				}
				stored, err := Canonical(rec.Fields)
				if err != nil {
					t.Fatalf("%s: %s: %v", kind, rec.Place, err)
				}
				back, err := Fields(stored)
				if again, err2 := Canonical(back); err != nil || err2 != nil || again != stored {
					t.Errorf("%s: %s: %v, %v\n%s\n%s", kind, rec.Place, err, err2, stored, again)
				}
			}
			if first > 0 && columns == nil {
				t.Errorf("%s: rows of %d columns, and none is told: %v", kind, first, columnsErr)
			}
			if columnsErr != nil {
				says(t, kind, dir, columnsErr)
			}
		}
	})
}

func says(t *testing.T, kind, dir string, err error) {
	t.Helper()
	if text := err.Error(); !strings.HasPrefix(text, "f:") || strings.Contains(text, dir) || strings.Contains(text, "runtime error") {
		t.Errorf("%s: %s", kind, text)
	}
}

package tables

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
)

func ptr[T any](v T) *T { return &v }

func write[T any](t *testing.T, rows []T) string {
	t.Helper()
	var b, again bytes.Buffer
	if err := Write(&b, rows); err != nil {
		t.Fatal(err)
	}
	if err := Write(&again, rows); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("the same rows gave other bytes")
	}
	path := filepath.Join(t.TempDir(), "t.parquet")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRoundTripKeepsNullsApart(t *testing.T) {
	want := []Sample{
		{ID: ID("k", "r", 0), RowKey: "r", Completion: ptr(""), Tokens: []int32{1, 2}, Logprobs: []float32{-1, -.5}, Messages: "[]", Fields: "{}"},
		{ID: ID("k", "r", 1), RowKey: "r", Replicate: 1, Error: ptr("timeout"), Tokens: []int32{}, Logprobs: []float32{}, Messages: "[]", Fields: "{}"},
	}
	got, err := Read[Sample](write(t, want))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got[1].Completion != nil {
		t.Error("a missing completion came back as a value")
	}
}

// Large tables have many pages; both ways of reading give every row.
func TestLargeTables(t *testing.T) {
	want := make([]Row, 30_000)
	for i := range want {
		want[i] = Row{ID: ID("k", "r", int64(i)), RowKey: "r", Replicate: int64(i), Fields: strings.Repeat("x", i%97)}
	}
	path := write(t, want)
	got, err := Read[Row](path)
	if err != nil {
		t.Fatal(err)
	}
	_, rows, err := ReadAny(path)
	if err != nil || len(rows) != len(want) {
		t.Fatalf("%d of %d rows, %v", len(rows), len(want), err)
	}
	for i, w := range want {
		if got[i] != w || rows[i]["id"] != w.ID || rows[i]["fields"] != w.Fields {
			t.Fatalf("row %d is %v and %v - want %v", i, got[i], rows[i], w)
		}
	}
}

func TestReadRefusesAnotherSchema(t *testing.T) {
	path := write(t, []Training{{Step: 1}})
	if _, err := Read[Sample](path); err == nil || !strings.Contains(err.Error(), `there is no column "row_id"`) {
		t.Errorf("reading training as samples: %v", err)
	}
}

func TestReadOfDamageIsAnErrorOrTheSameRows(t *testing.T) {
	rows := []Row{{ID: "a", RowKey: "x", Fields: `{"topic":"fern"}`}, {ID: "b", RowKey: "y", Fields: `{}`}}
	path := write(t, rows)
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range src { // no damage may panic; what is read is guarded by sha256 in the store
		bad := bytes.Clone(src)
		bad[i] ^= 0x10
		p := filepath.Join(t.TempDir(), "bad.parquet")
		if err := os.WriteFile(p, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _ = Read[Row](p)
	}
	for n := range len(src) {
		p := filepath.Join(t.TempDir(), "cut.parquet")
		if err := os.WriteFile(p, src[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read[Row](p); err == nil {
			t.Fatalf("a file cut to %d bytes was read", n)
		}
	}
}

// TestSchemasAreFrozen holds the printed schemas against a golden file: a column
// may be added as optional, nothing else may change.
func TestSchemasAreFrozen(t *testing.T) {
	var b strings.Builder
	for _, s := range []*parquet.Schema{
		parquet.SchemaOf(new(Row)), parquet.SchemaOf(new(Sample)), parquet.SchemaOf(new(Call)), parquet.SchemaOf(new(Verdict)),
		parquet.SchemaOf(new(Label)), parquet.SchemaOf(new(Pair)), parquet.SchemaOf(new(Training)), parquet.SchemaOf(new(Policy)),
		parquet.SchemaOf(new(Score)), parquet.SchemaOf(new(Difference)), parquet.SchemaOf(new(Skipped)), parquet.SchemaOf(new(Monitor)), parquet.SchemaOf(new(Candidate)),
	} {
		b.WriteString(s.String() + "\n")
	}
	const golden = "testdata/schemas.txt"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(golden, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()); d != "" {
		t.Error(d)
	}
}

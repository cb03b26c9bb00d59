package tables

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
)

// long are rows that take several row groups.
func long(n, size int) []Row {
	rows := make([]Row, n)
	for i := range rows {
		rows[i] = Row{ID: fmt.Sprint(i), RowKey: "r", Replicate: int64(i), Fields: strings.Repeat(fmt.Sprintf("%07d ", i), size/8)}
		if i%3 == 0 {
			rows[i].Output = ptr(fmt.Sprintf("answer %d", i))
		}
	}
	return rows
}

// However rows are handed over, the bytes are the same, and every reader finds
// them all, in their order, across row groups.
func TestStreams(t *testing.T) {
	rows := long(400, 100_000)
	var whole bytes.Buffer
	if err := Write(&whole, rows); err != nil {
		t.Fatal(err)
	}
	for _, step := range []int{1, 7, 333} {
		var b bytes.Buffer
		w := NewWriter[Row](&b)
		for at := 0; at < len(rows); at += step {
			if err := w.Write(rows[at:min(at+step, len(rows))]); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if sha256.Sum256(b.Bytes()) != sha256.Sum256(whole.Bytes()) {
			t.Errorf("rows written %d at a time gave other bytes", step)
		}
	}
	path := filepath.Join(t.TempDir(), "t.parquet")
	if err := os.WriteFile(path, whole.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	f, pf, err := open(path)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	if n := len(pf.RowGroups()); n != 5 { // 40 MB in groups of 8 MiB
		t.Errorf("%d row groups", n)
	}
	all, err := Read[Row](path)
	if d := cmp.Diff(rows, all); err != nil || d != "" {
		t.Fatalf("%v\n%s", err, d)
	}
	at := 0
	for row, err := range Each[Row](path) {
		if err != nil || !cmp.Equal(row, rows[at]) {
			t.Fatalf("row %d is %v, %v", at, row.ID, err)
		}
		at++
	}
	if at != len(rows) {
		t.Errorf("Each gave %d of %d rows", at, len(rows))
	}
	for _, i := range []int{0, 1, 200, 399} {
		if row, err := At[Row](path, i); err != nil || !cmp.Equal(row, rows[i]) {
			t.Errorf("row %d alone is %v, %v", i, row.ID, err)
		}
	}
	for _, i := range []int{-1, len(rows)} {
		if _, err := At[Row](path, i); err == nil {
			t.Errorf("there is a row %d of %d", i, len(rows))
		}
	}
	_, anyRows, err := ReadAny(path)
	if err != nil || len(anyRows) != len(rows) || anyRows[399]["fields"] != rows[399].Fields || anyRows[398]["output"] != nil {
		t.Errorf("ReadAny: %d rows, %v", len(anyRows), err)
	}
}

// A table without rows is one, and small tables are one row group, as they
// always were.
func TestNoRows(t *testing.T) {
	for row, err := range Each[Row](write(t, []Row(nil))) {
		t.Errorf("%v, %v", row, err)
	}
}

// A struct with fewer columns reads those alone: damage elsewhere is not met.
func TestOnlyNamedColumnsAreRead(t *testing.T) {
	rows := long(100, 4000)
	src, err := os.ReadFile(write(t, rows))
	if err != nil {
		t.Fatal(err)
	}
	pf, err := parquet.OpenFile(bytes.NewReader(src), int64(len(src)))
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range pf.Root().Columns() {
		if c.Name() == "fields" {
			chunk := pf.Metadata().RowGroups[0].Columns[i].MetaData
			clear(src[chunk.DataPageOffset : chunk.DataPageOffset+chunk.TotalCompressedSize])
		}
	}
	path := filepath.Join(t.TempDir(), "t.parquet")
	if err := os.WriteFile(path, src, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read[Row](path); err == nil {
		t.Error("zeros in place of a column were read")
	}
	type few struct {
		Replicate int64   `parquet:"replicate"`
		Output    *string `parquet:"output,optional"`
	}
	n := 0
	for row, err := range Each[few](path) {
		if err != nil || row.Replicate != int64(n) || (row.Output == nil) != (n%3 != 0) {
			t.Fatalf("row %d: %v, %v", n, row, err)
		}
		n++
	}
	if n != len(rows) {
		t.Errorf("%d of %d rows", n, len(rows))
	}
}

func TestEachTellsWhatIsWrong(t *testing.T) {
	path := write(t, long(3, 8))
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(src); i += 5 { // no damage may panic
		bad := bytes.Clone(src)
		bad[i] ^= 0x10
		if err := os.WriteFile(path+".bad", bad, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, err := range Each[Row](path + ".bad") {
			if err != nil && !strings.Contains(err.Error(), "t.parquet.bad: ") {
				t.Errorf("byte %d: %v names no file", i, err)
			}
		}
	}
	for _, err := range Each[Sample](path) {
		if err == nil || !strings.Contains(err.Error(), `there is no column "row_id"`) {
			t.Errorf("reading rows as samples: %v", err)
		}
	}
}

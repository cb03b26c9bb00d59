package datasets

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
)

type turnRow struct {
	Role    string `parquet:"role"`
	Content string `parquet:"content"`
}

// wideRow has a column of each kind that rows can hold.
type wideRow struct {
	Text   string    `parquet:"text"`
	Maybe  *string   `parquet:"maybe,optional"`
	Small  int32     `parquet:"small"`
	Byte   uint8     `parquet:"byte"`
	Word   uint32    `parquet:"word"`
	Whole  int64     `parquet:"whole"`
	Single float32   `parquet:"single"`
	Real   float64   `parquet:"real"`
	Yes    bool      `parquet:"yes"`
	Raw    []byte    `parquet:"raw"`
	List   []int64   `parquet:"list,list"`
	Turns  []turnRow `parquet:"turns,list"`
	Group  turnRow   `parquet:"group"`
}

// parquetText is a file of these rows, with so many in each row group.
func parquetText[T any](t testing.TB, group int, rows []T) string {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b, parquet.MaxRowsPerRowGroup(int64(group)), parquet.Compression(&parquet.Zstd))
	for _, row := range rows {
		if _, err := w.Write([]T{row}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func wideRows(n int) (rows []wideRow, want []fieldsOf) {
	for i := range n {
		text := fmt.Sprintf("text %d", i)
		r := wideRow{text, &text, int32(-i), uint8(i), math.MaxUint32 - uint32(i), int64(i) << 40, .5, 1.25, i%2 == 0, []byte(text), []int64{int64(i), 2}, []turnRow{{"user", text}, {"assistant", "yes"}}, turnRow{"system", text}}
		w := fieldsOf{
			"text": text, "maybe": text, "small": int64(-i), "byte": int64(i % 256), "word": int64(math.MaxUint32 - i), "whole": int64(i) << 40, "single": .5, "real": 1.25, "yes": i%2 == 0, "raw": text, "list": []any{int64(i), int64(2)},
			"turns": []any{fieldsOf{"role": "user", "content": text}, fieldsOf{"role": "assistant", "content": "yes"}}, "group": fieldsOf{"role": "system", "content": text},
		}
		if i%3 == 0 {
			r.Maybe, w["maybe"] = nil, nil
			r.List, w["list"] = nil, []any{}
			r.Turns, w["turns"] = nil, []any{}
		}
		rows, want = append(rows, r), append(want, w)
	}
	return rows, want
}

// Batches and row groups of every fit give the same rows, whole or in part.
func TestParquet(t *testing.T) {
	for _, n := range []int{0, 1, parquetBatch, parquetBatch + 1, 300} {
		rows, want := wideRows(n)
		for _, group := range []int{7, parquetBatch, 1000} {
			dir := folder(t, map[string]string{"f": parquetText(t, group, rows)})
			got, places, err := rowsOf(&Parquet{Path: "f"}, dir)
			if d := cmp.Diff(want, got); d != "" || err != nil {
				t.Fatalf("%d rows in groups of %d: %v\n%s", n, group, err, d)
			}
			if n > 0 && places[n-1] != fmt.Sprintf("f: row %d", n) {
				t.Errorf("the last of %d rows is %s", n, places[n-1])
			}
			for _, fields := range [][]string{{"whole"}, {"turns", "text"}, {"yes", "list", "maybe"}, {"group"}} {
				part := &Parquet{Path: "f", Fields: fields}
				got, _, err := rowsOf(part, dir)
				if err != nil || len(got) != n {
					t.Fatalf("%v of %d rows: %d rows, %v", fields, n, len(got), err)
				}
				for i := range got {
					some := fieldsOf{}
					for _, name := range fields {
						some[name] = want[i][name]
					}
					if d := cmp.Diff(some, got[i]); d != "" {
						t.Fatalf("%v of row %d of %d, groups of %d:\n%s", fields, i, n, group, d)
					}
				}
			}
		}
	}
}

func TestParquetRefuses(t *testing.T) {
	type dated struct {
		N    int64     `parquet:"n"`
		When time.Time `parquet:"when,timestamp"`
	}
	type mapped struct {
		M map[string]int64 `parquet:"m"`
	}
	type price struct {
		P int64 `parquet:"p,decimal(2:10)"`
	}
	type number struct {
		X float64 `parquet:"x"`
	}
	type large struct {
		U uint64 `parquet:"u"`
	}
	type raw struct {
		B []byte `parquet:"b"`
	}
	date := parquetText(t, 9, []dated{{1, time.Unix(0, 0)}})
	for name, c := range map[string]struct {
		text, want string
		fields     []string
	}{
		"a date":                 {date, "f: column when holds TIMESTAMP", nil},
		"a column that is not":   {date, `f: fields: no column "m" - it has ["n" "when"]`, []string{"n", "m"}},
		"a map":                  {parquetText(t, 9, []mapped{{map[string]int64{"a": 1}}}), "f: column m holds MAP", nil},
		"a decimal":              {parquetText(t, 9, []price{{199}}), "f: column p holds DECIMAL", nil},
		"not a number":           {parquetText(t, 9, []number{{1}, {math.NaN()}}), "f: row 2: x: NaN", nil},
		"64 bits and no sign":    {parquetText(t, 9, []large{{math.MaxUint64}}), "f: column u holds INT(64,false)", nil},
		"bytes that are no text": {parquetText(t, 9, []raw{{[]byte{0xff}}}), "f: row 1: b: the value is not UTF-8", nil},
	} {
		_, _, err := rowsOf(&Parquet{Path: "f", Fields: c.fields}, folder(t, map[string]string{"f": c.text}))
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v - want %s", name, err, c.want)
		}
	}
	got, _, err := rowsOf(&Parquet{Path: "f", Fields: []string{"n"}}, folder(t, map[string]string{"f": date}))
	if d := cmp.Diff([]fieldsOf{{"n": int64(1)}}, got); d != "" || err != nil {
		t.Errorf("without the date: %v\n%s", err, d)
	}
}

// Damage is an error that names the file, or rows; it never stops the program.
func TestDamagedParquet(t *testing.T) {
	rows, _ := wideRows(40)
	whole := parquetText(t, 16, rows)
	refused := 0
	for at := 0; at < len(whole); at += 37 {
		bent := []byte(whole)
		bent[at] ^= 0x15
		for _, text := range []string{string(bent), whole[:at]} {
			if _, _, err := rowsOf(&Parquet{Path: "f"}, folder(t, map[string]string{"f": text})); err != nil {
				refused++
				if !strings.HasPrefix(err.Error(), "f: ") {
					t.Errorf("byte %d: %v", at, err)
				}
			}
		}
	}
	if refused < len(whole)/37 {
		t.Errorf("%d of %d damaged files were refused", refused, 2*len(whole)/37)
	}
}

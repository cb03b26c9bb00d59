package runner

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// journalOf is the bytes of a journal with n rows, and where each record ends.
func journalOf(t *testing.T, n int) (raw []byte, ends []int) {
	t.Helper()
	for i := range n {
		record, err := encodeRecord(fmt.Sprint("row ", i), fmt.Appendf(nil, `{"key":%d}`, i)) // looks like a payload itself
		check(t, err)
		raw = append(raw, record...)
		ends = append(ends, len(raw))
	}
	return raw, ends
}

func readAll(raw []byte) (rows map[string]string, damaged int) {
	rows = map[string]string{}
	damaged = readRecords(raw, func(key string, result []byte) { rows[key] = string(result) })
	return rows, damaged
}

// A journal cut anywhere gives the records before the cut, and says how much it passed over.
func TestTornJournal(t *testing.T) {
	raw, ends := journalOf(t, 3)
	for cut := range len(raw) + 1 {
		whole, last := 0, 0
		for _, end := range ends {
			if end <= cut {
				whole, last = whole+1, end
			}
		}
		rows, damaged := readAll(raw[:cut])
		if len(rows) != whole || damaged != cut-last {
			t.Errorf("cut at %d: %d rows and %d bytes passed over, want %d and %d", cut, len(rows), damaged, whole, cut-last)
		}
	}
}

// A flipped bit anywhere costs the record it is in, and no other.
func TestFlippedJournal(t *testing.T) {
	raw, ends := journalOf(t, 3)
	sound, _ := readAll(raw)
	for bit := range len(raw) * 8 {
		bad := append([]byte(nil), raw...)
		bad[bit/8] ^= 1 << (bit % 8)
		hit := 0
		for ends[hit] <= bit/8 {
			hit++
		}
		rows, damaged := readAll(bad)
		want := map[string]string{}
		for i := range ends {
			if key := fmt.Sprint("row ", i); i != hit {
				want[key] = sound[key]
			}
		}
		if diff := cmp.Diff(want, rows); diff != "" || damaged == 0 {
			t.Fatalf("bit %d: %d bytes passed over, rows (-want +got):\n%s", bit, damaged, diff)
		}
	}
}

func FuzzReadRecords(f *testing.F) {
	record, err := encodeRecord("row", []byte(`1`))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(record)
	f.Add([]byte(payloadStart))
	f.Fuzz(func(t *testing.T, junk []byte) {
		n := 0
		damaged := readRecords(append(append([]byte(nil), junk...), record...), func(string, []byte) { n++ })
		if n == 0 && damaged == 0 || damaged > len(junk)+len(record) {
			t.Errorf("%d records, %d bytes passed over of %d", n, damaged, len(junk)+len(record))
		}
	})
}

// rowsStep does n rows by do, and keeps what Rows returned.
func rowsStep[R any](n int, got *[]R, do func(i int, emit func(int, R) error) error) stepFunc {
	return func(ctx context.Context, r *Run) error {
		key := func(i int) string { return fmt.Sprint("row ", i) }
		all, err := Rows(ctx, r, n, key, func(_ context.Context, todo []int, emit func(int, R) error) error {
			for _, i := range todo {
				if err := do(i, emit); err != nil {
					return err
				}
			}
			return nil
		})
		*got = all
		return err
	}
}

// A damaged journal costs the damaged rows, which are done again and logged; the others are not.
func TestRowsOfADamagedJournal(t *testing.T) {
	broken := errors.New("the line went dead")
	calls := map[int]int{}
	fails := true
	var got []string
	b := NewBuilder("rows")
	a := add(b, "rows", rowsStep(4, &got, func(i int, emit func(int, string) error) error {
		if i == 3 && fails {
			return broken
		}
		calls[i]++
		return emit(i, fmt.Sprint("answer ", i))
	}))
	p, s := plan(t, b), store(t, t.TempDir())
	if _, err := Execute(t.Context(), p, s, Options{}); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	files := journalFiles(t, s, a)
	if len(files) != 1 {
		t.Fatalf("journals %v, want one", files)
	}
	record, err := encodeRecord("row 0", []byte(`"answer 0"`))
	check(t, err)
	flip(t, files[0], len(record)+recordHead+20) // in the second record

	fails = false
	var logged []string
	execute(t, p, s, Options{Events: func(e Event) {
		if e.Kind == Log {
			logged = append(logged, e.Note)
		}
	}})
	if diff := cmp.Diff([]string{"answer 0", "answer 1", "answer 2", "answer 3"}, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[int]int{0: 1, 1: 2, 2: 1, 3: 1}, calls); diff != "" {
		t.Errorf("how often each was done (-want +got):\n%s", diff)
	}
	if len(logged) != 1 || !strings.Contains(logged[0], filepath.Base(files[0])+": ") {
		t.Errorf("logged %q, want the journal named", logged)
	}
}

// Of two records of a row the one in the earlier journal counts, for every reader alike.
func TestFirstRecordWins(t *testing.T) {
	var got []string
	b := NewBuilder("rows")
	a := add(b, "rows", rowsStep(1, &got, func(i int, emit func(int, string) error) error { return emit(i, "mine") }))
	p, s := plan(t, b), store(t, t.TempDir())
	check(t, os.MkdirAll(s.partial(a.Key()), 0o777))
	for name, text := range map[string]string{"journal-000002-a": `"second"`, "journal-000001-z": `"first"`, "journal-000002-b": `"third"`} {
		record, err := encodeRecord("row 0", []byte(text))
		check(t, err)
		check(t, os.WriteFile(filepath.Join(s.partial(a.Key()), name), record, 0o666))
	}
	execute(t, p, s, Options{})
	if diff := cmp.Diff([]string{"first"}, got); diff != "" {
		t.Error(diff)
	}
}

// A row just made is what a later process would read from the journal: here a string that JSON changes.
func TestRowsGoThroughJSON(t *testing.T) {
	var got []string
	b := NewBuilder("rows")
	add(b, "rows", rowsStep(1, &got, func(i int, emit func(int, string) error) error { return emit(i, "caf\xe9") }))
	execute(t, plan(t, b), store(t, t.TempDir()), Options{})
	if got[0] != "caf\uFFFD" {
		t.Errorf("%q", got[0])
	}
}

func TestMistakesInRows(t *testing.T) {
	cases := map[string]struct {
		do   func(i int, emit func(int, float64) error) error
		says string
	}{
		"a row is forgotten":              {func(i int, emit func(int, float64) error) error { return nil }, `row "row 0" has no result`},
		"a row comes twice":               {func(i int, emit func(int, float64) error) error { return errors.Join(emit(0, 1), emit(0, 1)) }, `row "row 0" is emitted twice`},
		"a result that JSON cannot say":   {func(i int, emit func(int, float64) error) error { return emit(i, math.NaN()) }, `row "row 0": json: unsupported value: NaN`},
		"a lost result that do overlooks": {func(i int, emit func(int, float64) error) error { _ = emit(i, math.NaN()); return nil }, `row "row `},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var got []float64
			b := NewBuilder("rows")
			add(b, "rows", rowsStep(2, &got, c.do))
			_, err := Execute(t.Context(), plan(t, b), store(t, t.TempDir()), Options{})
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want one that says %q", err, c.says)
			}
		})
	}
	t.Run("two rows of one name", func(t *testing.T) {
		b := NewBuilder("rows")
		add(b, "rows", stepFunc(func(ctx context.Context, r *Run) error {
			_, err := Rows(ctx, r, 2, func(int) string { return "same" }, func(context.Context, []int, func(int, int) error) error { return nil })
			return err
		}))
		if _, err := Execute(t.Context(), plan(t, b), store(t, t.TempDir()), Options{}); err == nil || !strings.Contains(err.Error(), `row key "same" names two rows`) {
			t.Error(err)
		}
	})
}

// A disk that takes no more is an error that names the file, and nothing half-written counts.
func TestFullDisk(t *testing.T) {
	const full = "/dev/full" // every write to it fails with ENOSPC
	if _, err := os.Stat(full); err != nil {
		t.Skip("no " + full + " here")
	}
	file, err := os.OpenFile(full, os.O_WRONLY, 0)
	check(t, err)
	j := newJournal(t.TempDir(), nil)
	err = j.put(file, []byte("record"))
	if err == nil || !strings.Contains(err.Error(), full+": no space left") {
		t.Errorf("journal: %v", err)
	}
	f := &draftFile{draft: &draft{}, file: file, sum: sha256.New()}
	if _, err := f.Write([]byte("half")); err == nil {
		t.Error("the write was to fail")
	}
	if err := f.Close(); err == nil || !strings.Contains(err.Error(), full+": no space left") {
		t.Errorf("file of an artifact: %v", err)
	}
}

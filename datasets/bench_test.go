package datasets

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"idiolect/internal/peak"
)

// BenchmarkEntry reads JSONL with rows of 10 KB: what plan does (Count) and what
// the read step does without the writing of its table (Collect). ROWS says how
// many; 200000 write a file of 2 GB, and one of up to 4 GB for the rows:
//
//	ROWS=200000 go test -run xxx -bench Entry -benchtime 1x ./datasets
func BenchmarkEntry(b *testing.B) {
	n := 2000
	if text := os.Getenv("ROWS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	dir := b.TempDir()
	size := writeLarge(b, filepath.Join(dir, "f.jsonl"), n)
	entry := Entry{Records: (&JSONL{Path: "f.jsonl"}).Read(dir), Data: data(b, "shuffle: true, split: {train: 90%, test: rest}"), Seed: 7}
	for name, read := range map[string]func() error{
		"Count": func() error {
			_, err := entry.Count(b.Context())
			return err
		},
		"Collect": func() error {
			f, err := os.CreateTemp(dir, "")
			if err != nil {
				return err
			}
			defer f.Close()
			c, err := entry.Collect(b.Context(), f)
			if err != nil {
				return err
			}
			for _, err := range c.All() {
				if err != nil {
					return err
				}
			}
			return os.Remove(f.Name())
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				most := peak.Heap(func() {
					if err := read(); err != nil {
						b.Fatal(err)
					}
				})
				b.ReportMetric(float64(most)/1e6, "peak-MB")
			}
			b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// writeLarge writes n rows of 10 KB of made-up words and says how long the file is.
func writeLarge(b *testing.B, path string, n int) int64 {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	r := rand.New(rand.NewPCG(1, 2))
	w := bufio.NewWriterSize(f, 1<<20)
	words := func(size int) string {
		text := make([]byte, 0, size)
		for len(text) < size {
			for range 1 + r.IntN(9) {
				text = append(text, byte('a'+r.IntN(26)))
			}
			text = append(text, ' ')
		}
		return string(text)
	}
	for i := range n {
		if _, err := fmt.Fprintf(w, "{\"id\": %d, \"input\": %q, \"output\": %q}\n", i, words(5000), words(5000)); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		b.Fatal(err)
	}
	return info.Size()
}

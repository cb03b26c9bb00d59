package runner

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A damaged artifact is named when it is opened, and made again by the next run.
func TestDamagedArtifact(t *testing.T) {
	damages := map[string]struct {
		do   func(t *testing.T, dir string)
		says string
	}{
		"a flipped bit in a file": {func(t *testing.T, dir string) { flip(t, filepath.Join(dir, "out.txt"), 2) }, "out.txt: damaged: 5 bytes with sha256"},
		"a file cut short": {func(t *testing.T, dir string) {
			path := filepath.Join(dir, "out.txt")
			check(t, os.Chmod(path, 0o666))
			check(t, os.Truncate(path, 3))
		}, "out.txt: damaged: 3 bytes with"},
		"a file gone":             {func(t *testing.T, dir string) { check(t, os.Remove(filepath.Join(dir, "out.txt"))) }, "out.txt: damaged: the file is missing"},
		"a flipped bit in meta":   {func(t *testing.T, dir string) { flip(t, filepath.Join(dir, metaFile), 120) }, "meta.json: damaged: "},
		"meta gone":               {func(t *testing.T, dir string) { check(t, os.Remove(filepath.Join(dir, metaFile))) }, "meta.json: damaged: the file is missing"},
		"the meta of another key": {func(t *testing.T, dir string) { moveMeta(t, dir) }, "meta.json: damaged: it is the meta file of"},
	}
	for name, c := range damages {
		t.Run(name, func(t *testing.T) {
			b := NewBuilder("damage")
			a := add(b, "data.a", writes("aaaaa"))
			add(b, "data.b", writes("bbbbb"))
			add(b, "uses", writes("x", "data.a"), a)
			p, dir := plan(t, b), t.TempDir()
			execute(t, p, store(t, dir), Options{})
			sound := outputs(t, p, dir)
			c.do(t, store(t, dir).path(a.Key()))

			art, err := store(t, dir).Open(a.Key())
			if err == nil {
				_, err = art.Path("out.txt")
			}
			var damaged *DamagedError
			if !errors.As(err, &damaged) || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("opening it: %v, want one that says %q", err, c.says)
			}

			var logged []string
			r := execute(t, p, store(t, dir), Options{Events: func(e Event) {
				if e.Kind == Log {
					logged = append(logged, e.Note)
				}
			}})
			if r.Done != 1 || r.Cached != 2 {
				t.Errorf("the next run: %+v, want the damaged artifact made again and no other", r)
			}
			if !slices.ContainsFunc(logged, func(s string) bool { return strings.Contains(s, c.says) }) {
				t.Errorf("logged %q", logged)
			}
			if diff := cmp.Diff(sound, outputs(t, p, dir)); diff != "" {
				t.Errorf("afterwards (-sound +now):\n%s", diff)
			}
		})
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// flip changes one bit of a read-only file.
func flip(t *testing.T, path string, at int) {
	t.Helper()
	raw, err := os.ReadFile(path)
	check(t, err)
	raw[at] ^= 1
	check(t, os.Chmod(path, 0o666))
	check(t, os.WriteFile(path, raw, 0o666))
}

// moveMeta gives an artifact the meta file of another one, which is sound in itself.
func moveMeta(t *testing.T, dir string) {
	t.Helper()
	siblings, err := filepath.Glob(filepath.Join(filepath.Dir(dir), "*", metaFile))
	check(t, err)
	for _, path := range siblings {
		if filepath.Dir(path) != dir {
			raw, err := os.ReadFile(path)
			check(t, err)
			check(t, os.Remove(filepath.Join(dir, metaFile)))
			check(t, os.WriteFile(filepath.Join(dir, metaFile), raw, 0o444))
			return
		}
	}
}

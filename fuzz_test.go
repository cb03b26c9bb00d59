package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// FuzzValidate holds that validate answers any bytes with ok, or with exit code 2
// and mistakes that have places: the whole language, the files that it reads and
// the plan that it is lowered to.
func FuzzValidate(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "broken", "*.yaml"))
	if err != nil {
		f.Fatal(err)
	}
	more, err := filepath.Glob(filepath.Join("specs", "*.yaml"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, more...) {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	dir := f.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "broken"))); err != nil {
		f.Fatal(err)
	}
	f.Chdir(dir)
	place := regexp.MustCompile(`^(fuzzed\.yaml|parents/\w+\.yaml|\w+\.yaml):\d+:\d+: .`)
	f.Fuzz(func(t *testing.T, src []byte) {
		if err := os.WriteFile("fuzzed.yaml", src, 0o666); err != nil {
			t.Fatal(err)
		}
		var stdout, stderr strings.Builder
		code := run([]string{"validate", "fuzzed.yaml"}, &stdout, &stderr)
		said := stderr.String()
		switch {
		case code == exitDone && stdout.String() == "fuzzed.yaml: ok\n":
		case code != exitUsage:
			t.Errorf("exit code %d: %s%s", code, stdout.String(), said)
		case !place.MatchString(said) && !strings.HasPrefix(said, "idiolect: fuzzed.yaml: "):
			t.Errorf("no place: %s", said)
		}
		for _, wrong := range []string{"runtime error", "interface {}", "map[string]", "strconv.", dir, "\x1b"} {
			if strings.Contains(said, wrong) && !strings.Contains(string(src), wrong) {
				t.Errorf("%q in %s", wrong, said)
			}
		}
	})
}

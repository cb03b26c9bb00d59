package main

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idiolect/internal/marks"
)

var update = flag.Bool("update", false, "write the golden texts of testdata/broken")

// overrides are the lines at the top of a broken spec that say how it is read:
// "# --set a.b=c".
var overrides = regexp.MustCompile(`(?m)^# --set (.*)$`)

// Every testdata/broken/*.yaml is a spec as people get it wrong, with the data it
// reads beside it. It marks its own mistakes (see package marks), and so do the
// specs that it extends; the .want is all that validate says.
func TestBrokenSpecs(t *testing.T) {
	t.Chdir(filepath.Join("testdata", "broken"))
	files, err := filepath.Glob("*.yaml")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d broken specs, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(file, ".yaml"), func(t *testing.T) {
			src := readText(t, file)
			args := []string{"validate", file}
			for _, m := range overrides.FindAllStringSubmatch(src, -1) {
				args = append(args, "--set", m[1])
			}
			var stdout, stderr strings.Builder
			if code := run(args, &stdout, &stderr); code != exitUsage || stdout.Len() > 0 {
				t.Errorf("exit code %d, want %d; printed %q", code, exitUsage, stdout.String())
			}
			marked := marks.Marked(file, src)
			for _, parent := range parentsOf(t, file, src) {
				marked = append(marked, marks.Marked(parent, readText(t, parent))...)
			}
			reported := marks.Reported(stderr.String(), marked)
			slices.Sort(marked)
			slices.Sort(reported)
			if diff := cmp.Diff(marked, reported); diff != "" {
				t.Errorf("marked (-) and reported (+):\n%s\n%s", diff, stderr.String())
			}
			golden(t, strings.TrimSuffix(file, ".yaml")+".want", stderr.String())
		})
	}
}

var extends = regexp.MustCompile(`(?m)^extends: *(\S+)`)

// parentsOf are the specs of the corpus that a spec extends, each once.
func parentsOf(t *testing.T, file, src string) []string {
	seen := []string{file}
	for m := extends.FindStringSubmatch(src); m != nil; m = extends.FindStringSubmatch(src) {
		file = filepath.Join(filepath.Dir(file), m[1])
		if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() || slices.Contains(seen, file) {
			break
		}
		seen = append(seen, file)
		src = readText(t, file)
	}
	return seen[1:]
}

func readText(t *testing.T, file string) string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(readText(t, file), got); diff != "" {
		t.Errorf("%s (run with -update when it is right):\n%s", file, diff)
	}
}

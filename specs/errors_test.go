package specs

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idiolect/internal/marks"
)

var update = flag.Bool("update", false, "write the golden texts of testdata/errors")

// Every testdata/errors/*.yaml is a broken spec that marks its own mistakes (see
// package marks). The .want beside it is what people read.
func TestBrokenSpecs(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*.yaml")
	if err != nil || len(files) < 25 {
		t.Fatalf("%d broken specs, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = ReadBytes(filepath.Base(file), src, testLanguage(), Options{Env: func(string) (string, bool) { return "", false }})
			var errs Errors
			if !errors.As(err, &errs) {
				t.Fatalf("read: %v", err)
			}
			marked := marks.Marked(filepath.Base(file), string(src))
			if diff := cmp.Diff(marked, marks.Reported(errs.Render(false), marked)); diff != "" {
				t.Errorf("marked (-) and reported (+):\n%s\n%s", diff, errs.Render(false))
			}
			golden(t, strings.TrimSuffix(file, ".yaml")+".want", errs.Render(false))
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (run with -update when it is right):\n%s", file, diff)
	}
}

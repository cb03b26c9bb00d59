package specs

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden texts of testdata/errors")

// Every testdata/errors/*.yaml is a broken spec that marks its own mistakes: a
// comment with carets below a line marks columns of that line, and "# ^ 3:1"
// marks line 3, column 1. The .want beside it is what people read.
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
			var places []string
			for _, e := range errs {
				place := fmt.Sprintf("%d:%d", e.Pos.Line, e.Pos.Col)
				if marks(string(src))[place] > 0 {
					place += fmt.Sprintf(" width %d", e.Width)
				}
				places = append(places, place)
			}
			if diff := cmp.Diff(marked(string(src)), places); diff != "" {
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

var marker = regexp.MustCompile(`^ *# *(\^+)(?: (\d+):(\d+))?$`)

// marked lists the marked places in order: "3:1", or "3:5 width 4" under carets.
func marked(src string) []string {
	var out []string
	at := 0
	for i, line := range strings.Split(src, "\n") {
		m := marker.FindStringSubmatchIndex(line)
		if m == nil {
			at = i + 1
			continue
		}
		if m[4] >= 0 {
			out = append(out, line[m[4]:m[7]])
		} else {
			out = append(out, fmt.Sprintf("%d:%d width %d", at, utf8.RuneCountInString(line[:m[2]])+1, m[3]-m[2]))
		}
	}
	return out
}

// marks is the width of each place that is marked by carets.
func marks(src string) map[string]int {
	out := map[string]int{}
	for _, m := range marked(src) {
		place, width, _ := strings.Cut(m, " width ")
		out[place], _ = strconv.Atoi(width)
	}
	return out
}

package steps_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"idiolect/backends/local/localtest"
	"idiolect/runner"
	"idiolect/specs"
	"idiolect/steps"
)

// A file that changes between plan and run would be kept for ever under the key
// of what it was.
func TestAFileThatChangedAfterThePlan(t *testing.T) {
	file := filepath.Join(t.TempDir(), "nouns.txt")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("rain\nsnow\n")
	m := machines(t)
	exp, err := specs.ReadBytes("s.yaml", fmt.Appendf(nil, "name: s\ndata: {nouns: {source: lines, path: %q}}\n", file), steps.Language(m), specs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := steps.Compile(t.Context(), exp, m)
	if err != nil {
		t.Fatal(err)
	}
	write("rain\nhail\n")
	_, err = runner.Execute(t.Context(), plan, runner.OpenStore(t.TempDir()), runner.Options{})
	if err == nil || !strings.Contains(err.Error(), "nouns.txt was changed after the plan was made") {
		t.Errorf("error %v", err)
	}
	write("rain\nsnow\n")
	execute(t, plan)
}

// More examples than there are rows are refused: the prompt would say one number
// and show another.
func TestMoreExamplesThanRows(t *testing.T) {
	_, err := compile(t, localtest.Tiny(t), small, `system: "Be brief.",`, "examples: {data: answers, count: 3},")
	if err == nil || !strings.Contains(err.Error(), "3 examples of answers, which has 2 rows") {
		t.Errorf("error %v", err)
	}
}

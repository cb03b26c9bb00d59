package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The schema that is shipped is the one that this language makes: UPDATE=1 writes
// it anew.
func TestSchemaFile(t *testing.T) {
	file := filepath.Join("specs", "schema.json")
	var out, talk strings.Builder
	if code := run([]string{"schema"}, &out, &talk); code != exitDone || talk.Len() > 0 {
		t.Fatalf("exit code %d: %s", code, talk.String())
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	shipped, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(shipped), out.String()); diff != "" {
		t.Errorf("%s is not what idiolect schema prints (UPDATE=1 writes it):\n%s", file, diff)
	}
}

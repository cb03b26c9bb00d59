package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"

	"idiolect/specs"
)

// Every example is whole: what init writes validates and plans where nothing else is.
func TestEveryExampleStarts(t *testing.T) {
	examples, err := specs.ExampleSpecs()
	if err != nil || len(examples) < 5 {
		t.Fatalf("%d examples, %v", len(examples), err)
	}
	for _, x := range examples {
		dir := t.TempDir()
		spec := filepath.Join(dir, x.Name+".yaml")
		for _, args := range [][]string{{"init", x.Name, "-o", dir}, {"validate", spec}, {"plan", spec, "-o", filepath.Join(dir, "runs")}} {
			var talk strings.Builder
			code := run(args, io.Discard, &talk)
			if code == exitUsage && strings.Count(talk.String(), "hint: run its spec first") == 2 && args[0] != "init" && x.Name == "finished" {
				continue // it takes over policies of two runs, which are not here
			}
			if code != exitDone {
				t.Errorf("%s: exit code %d: %s", strings.Join(args, " "), code, talk.String())
			}
		}
		if x.Doc == "" {
			t.Errorf("%s: its first line does not say what it is", x.Name)
		}
	}
}

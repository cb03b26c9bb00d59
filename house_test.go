package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layers says what each part of the house may import of ours. Imports point one
// way, so that a part can be read, tested and replaced without those above it.
// A part is the longest of these prefixes that a package's path has.
var layers = map[string][]string{
	"":                             {"steps", "runner", "runner/tables", "specs", "reports", "datasets", "backends", "backends/local", "backends/local/engine/kernel"},
	"steps":                        {"runner", "runner/tables", "specs", "datasets", "datasets/world", "backends", "backends/local", "internal", "backends/local/engine", "backends/local/tokenizer", "backends/local/safetensors"},
	"reports":                      {"runner", "runner/tables", "internal"},
	"runner":                       {"specs", "internal"}, // knows no ML
	"runner/tables":                {},
	"datasets":                     {"specs", "internal"},
	"datasets/world":               {"internal"},
	"specs":                        {"internal"}, // kinds and words are given by main
	"backends":                     {},
	"backends/backendtest":         {"backends"},
	"backends/local":               {"backends", "backends/local/engine", "backends/local/engine/kernel", "backends/local/tokenizer", "backends/local/safetensors", "backends/local/mini"},
	"backends/local/mini":          {},
	"backends/local/localtest":     {"backends/local", "backends/local/engine", "backends/local/tokenizer", "internal"},
	"backends/local/engine":        {"backends/local/engine/kernel"}, // the engine imports nothing of ours
	"backends/local/engine/kernel": {},
	"backends/local/tokenizer":     {},
	"backends/local/safetensors":   {},
	"internal":                     {}, // leaves
}

func TestImportsPointOneWay(t *testing.T) {
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && file != "." || d.Name() == "testdata" || d.Name() == "runs") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		src, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		from := path.Dir(filepath.ToSlash(file))
		if from == "." {
			from = ""
		}
		for _, imp := range src.Imports {
			name, err := strconv.Unquote(imp.Path.Value)
			if err != nil {
				return err
			}
			if to, ours := strings.CutPrefix(name, "idiolect/"); ours && !allowed(from, to) {
				t.Errorf("%s imports %s: %s may import %v of ours", file, to, part(from), layers[part(from)])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// part is the entry of layers that a package belongs to.
func part(pkg string) string {
	for p := pkg; ; p = path.Dir(p) {
		if p == "." {
			return ""
		}
		if _, ok := layers[p]; ok {
			return p
		}
	}
}

func allowed(from, to string) bool {
	return part(from) == part(to) || slices.Contains(layers[part(from)], part(to)) ||
		strings.HasPrefix(to, "internal/") && slices.Contains(layers[part(from)], "internal")
}

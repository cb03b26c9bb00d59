package main

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestReadmeTree holds the list of files in README.md against the repository: every file of Go that is no test, every
// spec and every page of docs has its line there, and what has a line is there.
func TestReadmeTree(t *testing.T) {
	raw, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := readmeTree(t, string(raw))
	for _, file := range listed {
		if _, err := os.Stat(filepath.FromSlash(file)); err != nil {
			t.Errorf("README.md lists %s, which is not there", file)
		}
	}
	for _, file := range sourceFiles(t) {
		if !slices.Contains(listed, file) {
			t.Errorf("README.md does not list %s", file)
		}
	}
}

// treeLine is a line of the list: a folder at the margin, a file under it, each with what it is for.
var treeLine = regexp.MustCompile(`^(  )?(\S+)(?:  +(\S.*))?$`)

// readmeTree returns the paths that the block under "The files" lists.
func readmeTree(t *testing.T, markdown string) []string {
	t.Helper()
	_, rest, _ := strings.Cut(markdown, "\n## The files\n")
	_, rest, _ = strings.Cut(rest, "```text\n")
	block, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("README.md has no block of text under \"The files\"")
	}
	var listed []string
	folder := ""
	for line := range strings.Lines(block) {
		m := treeLine.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		switch {
		case m == nil || len(line) > 120:
			t.Errorf("README.md: %q is no line of the list: a folder, or two spaces and a file, and what it is for, within 120 characters", line)
		case m[1] == "":
			folder = m[2]
			listed = append(listed, path.Clean(folder))
		case m[3] == "":
			t.Errorf("README.md does not say what %s%s is for", folder, m[2])
		default:
			listed = append(listed, path.Join(folder, m[2]))
		}
	}
	return listed
}

// sourceFiles are the files that the list must have, with slashes.
func sourceFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			_, module := os.Stat(filepath.Join(name, "go.mod"))
			if name != "." && (d.Name() == "testdata" || d.Name() == defaultRuns || d.Name()[0] == '.' || module == nil) {
				return fs.SkipDir
			}
			return nil
		}
		file := filepath.ToSlash(name)
		code := strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, "_test.go")
		spec := strings.HasPrefix(file, "specs/") && strings.HasSuffix(file, ".yaml")
		if code || spec || strings.HasPrefix(file, "docs/") && strings.HasSuffix(file, ".md") {
			files = append(files, file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

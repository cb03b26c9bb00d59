package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestReadme holds README.md against the program: every command in its blocks of
// code is one that there is, with flags that it takes, and every spec that it
// names is there and has no mistakes.
func TestReadme(t *testing.T) {
	raw, err := os.ReadFile("README.md")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("there is no README.md")
	}
	if err != nil {
		t.Fatal(err)
	}
	found := commands(string(raw))
	if len(found) == 0 {
		t.Fatal("README.md shows no command")
	}
	for line, args := range found {
		t.Run(line, func(t *testing.T) { try(t, args) })
	}
}

// commands are the lines of code blocks that run idiolect, with their arguments.
func commands(markdown string) map[string][]string {
	out := map[string][]string{}
	code := false
	for line := range strings.Lines(markdown) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "$ ")
		if strings.HasPrefix(line, "```") {
			code = !code
			continue
		}
		said, _, _ := strings.Cut(line, " #")
		for _, program := range []string{"idiolect ", "./idiolect ", "go run . "} {
			if rest, ok := strings.CutPrefix(said, program); ok && code {
				out[said] = shellWords.FindAllString(rest, -1)
			}
		}
	}
	return out
}

// shellWords are what a shell makes of a line, quotes aside: 'a b', "a b", ab.
var shellWords = regexp.MustCompile(`'[^']*'|"[^"]*"|\S+`)

// try checks a command without running it.
func try(t *testing.T, args []string) {
	for i, arg := range args {
		args[i] = strings.Trim(arg, `'"`)
	}
	a := &app{stdout: io.Discard, stderr: io.Discard}
	command, rest, err := a.root().Find(args)
	if err != nil {
		t.Fatal(err)
	}
	if err := command.ParseFlags(rest); err != nil {
		t.Fatal(err)
	}
	if err := command.ValidateArgs(command.Flags().Args()); err != nil {
		t.Fatal(err)
	}
	for _, arg := range command.Flags().Args() {
		if !strings.HasSuffix(arg, ".yaml") || command.Name() == "pretrain" {
			continue
		}
		set, err := command.Flags().GetStringArray("set")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.compile(t.Context(), arg, specFlags{set: set, runs: defaultRuns}); err != nil {
			t.Error(err)
		}
	}
}

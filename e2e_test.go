package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes this binary serve as the command idiolect to the scripts.
func TestMain(m *testing.M) {
	testscript.Main(suite{m}, map[string]func(){
		"idiolect": func() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) },
	})
}

// suite keeps what is temporary in one folder, the tiny model too, and deletes it.
type suite struct{ *testing.M }

func (s suite) Run() int {
	dir, err := os.MkdirTemp("", "idiolect-test-")
	if err == nil {
		err = os.Setenv("TMPDIR", dir)
	}
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	return s.M.Run()
}

// TestScripts runs testdata/script: a spec in, a table out. Each script works in
// a folder of its own with testdata/small (a spec and its data) and the tiny
// model it names; beside testscript's commands there are
//
//	exits CODE PROGRAM ARG...  run a program that ends with that code
//	until TEXT GLOB            wait until a file so named holds the text, while a program runs in the background
//	exited CODE                the code of that program, after wait
//	lines FILE FILE            both have as many lines, and some
//	disjoint FILE FILE         no line stands in both
func TestScripts(t *testing.T) {
	model := tinyModel(t)
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			e.Values[background{}] = new(*exec.Cmd)
			return errors.Join(
				os.CopyFS(filepath.Join(e.WorkDir, "tiny"), os.DirFS(model)),
				os.CopyFS(e.WorkDir, os.DirFS(filepath.Join("testdata", "small"))),
			)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "until": until, "exited": exited, "lines": lines, "disjoint": disjoint},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 || neg {
		ts.Fatalf("usage: exits CODE PROGRAM ARG...")
	}
	got := 0
	var e *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &e) {
		got = e.ExitCode()
	} else if err != nil {
		ts.Fatalf("%s: %v", args[1], err)
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("%s exited with %d, want %s", args[1], got, args[0])
	}
}

// background is the key of the program that until waited with.
type background struct{}

func until(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 || neg || len(ts.BackgroundCmds()) != 1 {
		ts.Fatalf("usage: until TEXT GLOB, with one program in the background")
	}
	*ts.Value(background{}).(**exec.Cmd) = ts.BackgroundCmds()[0]
	for range 6000 {
		files, err := filepath.Glob(ts.MkAbs(args[1]))
		ts.Check(err)
		for _, f := range files {
			if raw, err := os.ReadFile(f); err == nil && strings.Contains(string(raw), args[0]) {
				return
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	ts.Fatalf("no %s has %q yet", args[1], args[0])
}

func exited(ts *testscript.TestScript, neg bool, args []string) {
	cmd := *ts.Value(background{}).(**exec.Cmd)
	if len(args) != 1 || neg || cmd == nil || cmd.ProcessState == nil {
		ts.Fatalf("usage: exited CODE, after until and wait")
	}
	if got := cmd.ProcessState.ExitCode(); strconv.Itoa(got) != args[0] {
		ts.Fatalf("it exited with %d, want %s", got, args[0])
	}
}

func lines(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 || neg {
		ts.Fatalf("usage: lines FILE FILE")
	}
	a, b := strings.Count(ts.ReadFile(args[0]), "\n"), strings.Count(ts.ReadFile(args[1]), "\n")
	if a != b || a == 0 {
		ts.Fatalf("%s has %d lines, %s %d", args[0], a, args[1], b)
	}
}

func disjoint(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 || neg {
		ts.Fatalf("usage: disjoint FILE FILE")
	}
	other := strings.Split(ts.ReadFile(args[1]), "\n")
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if slices.Contains(other, strings.TrimSuffix(line, "\n")) {
			ts.Fatalf("both have %s", line)
		}
	}
}

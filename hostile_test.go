package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// hostile are specs that nobody writes by hand, and how validate answers.
var hostile = map[string]struct{ spec, want string }{
	"nothing":                    {"", "spec.yaml:1:1: the spec is empty"},
	"a mark":                     {"\ufeff", "spec.yaml:1:1: the spec is empty"},
	"dashes":                     {"---\n", "the spec is empty"},
	"null":                       {"~\n", "spec.yaml:1:1: the spec is empty"},
	"comments":                   {"# a\n\n# b\n", "spec.yaml:1:1: the spec is empty"},
	"two documents":              {"---\nname: x\n---\nname: y\n", "spec.yaml:4:1: a second document"},
	"a directive":                {"%YAML 1.2\n---\nname: x\n", "spec.yaml:1:1: not YAML: a directive"},
	"every byte":                 {allBytes(), "spec.yaml:1:1: a control character: U+0000"},
	"not UTF-8":                  {"name: \xc3\x28\n", "spec.yaml:1:7: byte 0xc3 is not UTF-8 text"},
	"UTF-16":                     {"\xff\xfen\x00", "spec.yaml:1:1: byte 0xff is not UTF-8 text"},
	"line breaks of old":         {"name: x\rseed: 1\r", "spec.yaml:1:8: a control character: U+000D"},
	"a separator of lines":       {"name: x\u2028seed: 1\n", "spec.yaml:1:8: a control character: U+2028"},
	"too long":                   {"# " + strings.Repeat("x", 9<<20), "9437186 bytes: a spec has at most 8388608"},
	"brackets":                   {"vars: {a: " + strings.Repeat("[", 20_000), "spec.yaml:1:20010: not YAML: this bracket is not closed"},
	"brackets that close":        {"vars: {a: " + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + "}", "not YAML: exceeded max depth"},
	"steps":                      {"vars:\n" + staircase(300), "spec.yaml:66:66: values nested deeper than 64"},
	"a bomb of aliases":          {"vars:\n  a: &a [x, x]\n" + bomb("[%s]"), "spec.yaml:1:1: more than 200000 values"},
	"a bomb of merges":           {"vars:\n  a: &a {x: 1}\n" + bomb("{<<: [%s]}"), "spec.yaml:1:1: more than 200000 values"},
	"an alias of itself":         {"vars: &a {b: [*a]}\n", "spec.yaml:1:15: *a stands inside &a"},
	"a merge of itself":          {"vars: &a {<<: *a}\n", "spec.yaml:1:15: *a stands inside &a"},
	"a sweep of sweeps":          {"name: x\nsweep:\n" + many(64, "  vars.a%d: [1, 2]\n"), "cells - a sweep has at most 1000"},
	"cells of many values":       {"name: x\nvars:\n" + many(3000, "  a%d: 1\n") + "sweep: {vars.x: [" + many(1000, "%d, ") + "]}\n", "a sweep has at most 2000000 in all"},
	"keys without end":           {many(1000, "k%d: 1\n"), "and 901 more"},
	"models without end":         {"name: x\nmodels:\n" + many(1000, "  m%d: {backend: locl, name: mini}\n"), "and 900 more"},
	"a long key":                 {`name: x` + "\nvars: {}\n" + strings.Repeat("k", 1000) + ": 1\n", `kkkk..." - a spec accepts`},
	"a long value":               {"name: x\nseed: " + strings.Repeat("k", 1<<18) + "\n", `spec.yaml:2:7: not a whole number: "kkkk`},
	"a long reference":           {"name: x\nmethods: {a: {kind: prompt, model: " + strings.Repeat("k", 1<<18) + "}}\n", `spec.yaml:2:36: unknown model: "kkkk`},
	"a long claim":               {"name: x\nexpect: [\"" + strings.Repeat("a.", 1<<15) + " > 1\"]\n", `spec.yaml:2:11: unknown eval: "a"`},
	"variables without end":      {"name: x\ndescription: \"" + strings.Repeat("${NOWHERE}", 5_000) + "\"\n", "spec.yaml:2:15: environment variable NOWHERE is not set"},
	"brackets in an expression":  {"name: x\n" + expression(strings.Repeat("(", 9000)), "spec.yaml:2:9042: not an expression: this bracket is not closed"},
	"a deep expression":          {"name: x\n" + expression(strings.Repeat("not ", 2400)+"true"), "not an expression: "},
	"a long expression":          {"name: x\n" + expression(strings.Repeat("a + ", 4000)+"a"), "an expression of 16001 bytes - at most 10000"},
	"brackets in a template":     {"name: x\nprompts: {a: {user: \"{{ " + strings.Repeat("(", 9000) + "\"}}\n", "a template with too much code"},
	"a template without end":     {"name: x\nprompts: {a: {user: \"" + strings.Repeat("{{ a }}", 5000) + "\"}}\n", "a template with too much code"},
	"escapes of a terminal":      {"name: x\nmodels: {\"\\e[2J\": {backend: \"\\e]0;x\\a\", name: mini}}\n\"\\e[0m\": 1\n", `spec.yaml:2:10: not an id: "\x1b[2J"`},
	"a mistake late in the file": {"name: x\nvars:\n" + many(2_000, "  a%d: text that goes on for a while\n") + "  b: [1\n", "spec.yaml:2003:6: not YAML: this bracket is not closed"},
}

func TestHostileSpecs(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, c := range hostile {
		t.Run(name, func(t *testing.T) {
			write(t, "spec.yaml", c.spec)
			refused(t, c.want, "spec.yaml")
		})
	}
}

// What is no file, or is in the way of one, is told as that, at once.
func TestHostileFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.Mkdir("folder", 0o777))
	must(syscall.Mkfifo("pipe", 0o666))
	must(os.Symlink("loop", "loop"))
	must(os.Symlink("again.yaml", "twin.yaml"))
	must(os.Symlink("/dev/zero", "zero"))
	write(t, "again.yaml", "extends: twin.yaml\nname: x\n")
	for i := range 20 {
		write(t, fmt.Sprintf("chain%d.yaml", i), fmt.Sprintf("extends: chain%d.yaml\nname: x\n", i+1))
	}
	for spec, want := range map[string]string{
		"folder": "folder: a directory", "pipe": "pipe: neither a file nor a directory", "loop": "loop: too many levels of symbolic links",
		"zero": "zero: neither a file nor a directory", "nowhere.yaml": "nowhere.yaml: no such file",
		"again.yaml": `twin.yaml:1:10: a cycle: "twin.yaml" extends itself`, "chain0.yaml": "more than 16 specs that extend each other",
	} {
		refused(t, want, spec)
	}
	for path, want := range map[string]string{
		"folder": "a directory", "pipe": "neither a file nor a directory", "loop": "too many levels of symbolic links", "zero": "neither a file nor a directory",
	} {
		write(t, "parent.yaml", "extends: "+path+"\nname: x\n")
		refused(t, fmt.Sprintf("parent.yaml:1:10: extends: %q cannot be read: %s", path, want), "parent.yaml")
		write(t, "data.yaml", "name: x\ndata: {a: {source: jsonl, path: "+path+"}}\n")
		refused(t, "data.yaml:2:33: "+path+": "+want, "data.yaml")
		write(t, "report.yaml", "name: x\nreport: {template: "+path+"}\n")
		refused(t, "report.yaml:2:20: "+path+": "+want, "report.yaml")
	}
	must(syscall.Mkfifo(".env", 0o666))
	write(t, "model.yaml", "name: ${NOWHERE}\n")
	refused(t, "environment variable NOWHERE is not set", "model.yaml")
	if os.Getuid() != 0 {
		write(t, "secret.yaml", "name: x\n")
		must(os.Chmod("secret.yaml", 0))
		refused(t, "secret.yaml: permission denied", "secret.yaml")
	}
}

// Data may hold anything: what acts on a terminal is shown, and does nothing.
func TestHostileRows(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "rows.jsonl", "{\"a\\u001b[2J\\u202e\": \"\\u001b]0;x\\u0007\"}\n")
	write(t, "names.csv", "a\x1b[2J,b\n\x1b]0;x\x07,1,2\n")
	write(t, "deep.jsonl", strings.Repeat("[", 100_000)+"\n")
	write(t, "deeper.jsonl", `{"a": `+strings.Repeat(`{"a":`, 100_000)+"\n")
	for spec, want := range map[string]string{
		`{source: jsonl, path: rows.jsonl, where: "b > 1"}`: `unknown variable: "b" - the rows have a`,
		`{source: csv, path: names.csv}`:                    "names.csv:2:1: 3 values - the header names 2 columns",
		`{source: jsonl, path: deep.jsonl}`:                 "deep.jsonl:1: a JSON list - want a JSON object",
		`{source: jsonl, path: deeper.jsonl}`:               "deeper.jsonl:1: not JSON: invalid character '{' exceeded max depth",
	} {
		write(t, "spec.yaml", "name: x\ndata: {a: "+spec+"}\n")
		refused(t, want, "spec.yaml")
	}
}

// refused runs validate, which has to answer with a mistake, and in words that do
// nothing to a terminal.
func refused(t *testing.T, want string, spec string) {
	t.Helper()
	var stdout, stderr strings.Builder
	done := make(chan int, 1)
	go func() { done <- run([]string{"validate", spec}, &stdout, &stderr) }()
	select {
	case code := <-done:
		if code != exitUsage {
			t.Errorf("%s: exit code %d, want %d: %s", spec, code, exitUsage, stdout.String())
		}
	case <-time.After(time.Minute):
		t.Fatalf("%s: no answer", spec)
	}
	said := stderr.String()
	if !strings.Contains(said, want) {
		t.Errorf("%s:\n%.2000s\nwant %s", spec, said, want)
	}
	if i := strings.IndexFunc(said, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r == '\u202e' }); i >= 0 {
		t.Errorf("%s: %q acts on a terminal", spec, said[i:min(len(said), i+20)])
	}
	if len(said) > 200_000 {
		t.Errorf("%s: %d bytes of messages", spec, len(said))
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o777), os.WriteFile(name, []byte(text), 0o666)); err != nil {
		t.Fatal(err)
	}
}

func allBytes() string {
	var out []byte
	for i := range 256 {
		out = append(out, byte(i))
	}
	return string(out)
}

// many is a text for each of the first numbers.
func many(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func staircase(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i+1) + "a:\n")
	}
	return b.String()
}

// bomb doubles itself six times over, ten at a time.
func bomb(format string) string {
	var b strings.Builder
	for c := 'b'; c < 'i'; c++ {
		before := strings.TrimSuffix(strings.Repeat("*"+string(c-1)+", ", 10), ", ")
		fmt.Fprintf(&b, "  %c: &%c "+format+"\n", c, c, before)
	}
	return b.String()
}

func expression(text string) string {
	return "rubrics: {a: {criteria: [{name: a, expr: \"" + text + "\"}]}}\n"
}

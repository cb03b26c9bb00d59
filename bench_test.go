package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// What a person waits for, as whole processes: go test -run xxx -bench Process . prints for each how long it
// takes at best and on average, against the bar, and the processor time of it.

// program builds the program once.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "program-") // TestMain deletes it
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "idiolect")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, out)
	}
	return path, err
})

// process runs the program in dir and reports its times.
func process(b *testing.B, dir string, bar time.Duration, args ...string) {
	b.Helper()
	path, err := program()
	if err != nil {
		b.Fatal(err)
	}
	best, cpu := time.Hour, time.Duration(0)
	for b.Loop() {
		c := exec.Command(path, args...)
		c.Dir = dir
		var talk bytes.Buffer
		c.Stderr = &talk
		begun := time.Now()
		if err := c.Run(); err != nil {
			b.Fatalf("%v: %v: %s", args, err, talk.Bytes())
		}
		best = min(best, time.Since(begun))
		cpu += c.ProcessState.UserTime()
	}
	b.ReportMetric(best.Seconds()*1000, "best-ms")
	b.ReportMetric(cpu.Seconds()*1000/float64(b.N), "user-ms")
	b.ReportMetric(best.Seconds()/bar.Seconds(), "of_bar")
}

// The bar: 30 ms.
func BenchmarkProcessVersion(b *testing.B) { process(b, "", 30*time.Millisecond, "version") }

// wideSpec has every section and reference over 5,000 rows of some 300 bytes.
const wideSpec = `
name: wide
seed: 7
vars: {words: [red, green, blue]}
models: {writer: {backend: local, name: mini, sampling: {max_tokens: 24}}}
data:
  mails: {source: jsonl, path: mails.jsonl, set: {size: "len(input)"}, where: "size > 3", shuffle: true, split: {train: 80%, test: rest}}
  demos: {source: jsonl, path: mails.jsonl, limit: 50, dedup: true}
prompts:
  plain: {system: "Answer briefly, {{ name }}.", user: "{{ input }}"}
  shown: {user: "{{ topic }}: {{ input }}", examples: {data: demos, count: 3, choose: first}}
rubrics:
  voice:
    criteria:
      - {name: short, says: is short, expr: "len(words(output)) < 40", hard: true}
      - {name: coloured, says: names a colour, expr: "any(words(output), # in vars.words)", weight: 2}
judges:
  yes: {kind: accept, rubric: voice}
  mark: {kind: score, rubric: voice}
methods:
  plain: {kind: prompt, model: writer, prompt: plain}
  shown: {kind: prompt, model: writer, prompt: shown}
  told: {kind: sft, model: plain, data: mails.train}
  tuned: {kind: expert_iteration, model: plain, data: mails.train, judge: yes, train: {kind: sft}}
evals:
  held: {data: mails.test, methods: [plain, shown, told, tuned], judges: [yes, mark], baseline: plain}
  again: {data: mails.train, methods: [plain, told], judges: [mark], baseline: plain}
repeats: 3
expect: ["held.tuned.yes > held.plain.yes"]
`

func wide(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	var rows strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&rows, `{"name": "person %d", "topic": "topic %d", "input": %q, "output": "Thank you, I will come on day %d."}`+"\n",
			i, i%97, strings.Repeat(fmt.Sprintf("please tell me about matter %d of many, ", i), 6), i)
	}
	for name, text := range map[string]string{"wide.yaml": wideSpec, "mails.jsonl": rows.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			b.Fatal(err)
		}
	}
	return dir
}

// The bar: 150 ms for a spec over 5,000 rows with every reference.
func BenchmarkProcessValidate5000(b *testing.B) {
	process(b, wide(b), 150*time.Millisecond, "validate", "wide.yaml")
}

// plan does the same and tells what it found.
func BenchmarkProcessPlan5000(b *testing.B) {
	process(b, wide(b), 150*time.Millisecond, "plan", "wide.yaml")
}

// The bar: 200 ms for a plan of 10,000 steps, here with all that a spec asks of them.
func BenchmarkProcessPlan10000(b *testing.B) {
	process(b, "", 200*time.Millisecond, "plan", "specs/haiku_controls.yaml", "--set", "repeats=625")
}

// The bar: half a second for a run of 5,000 completions and verdicts in which everything is cached.
func BenchmarkProcessCachedRun5000(b *testing.B) {
	dir := b.TempDir()
	spec := `
name: cached
seed: 1
models: {writer: {backend: local, name: MODEL, sampling: {max_tokens: 8}}}
data: {things: {source: lines, path: things.txt, columns: {thing: line}}}
prompts: {say: {user: "Say something of the {{ thing }}."}}
rubrics: {likes: {criteria: [{name: red, expr: "'red' in words(output)"}]}}
judges: {likes: {kind: accept, rubric: likes}}
methods: {initial: {kind: prompt, model: writer, prompt: say}}
evals: {held_out: {data: things, methods: [initial], judges: [likes], samples: 50}}
`
	var things strings.Builder
	for i := range 100 {
		fmt.Fprintf(&things, "thing %d\n", i)
	}
	for name, text := range map[string]string{"cached.yaml": strings.Replace(spec, "MODEL", tinyModel(b), 1), "things.txt": things.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			b.Fatal(err)
		}
	}
	path, err := program()
	if err != nil {
		b.Fatal(err)
	}
	first := exec.Command(path, "run", "cached.yaml")
	first.Dir = dir
	if out, err := first.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	process(b, dir, 500*time.Millisecond, "run", "cached.yaml")
}

package steps_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idiolect/backends/local/engine/kernel"
	"idiolect/backends/local/localtest"
	"idiolect/runner"
)

// TestKindsAreFrozen holds what every kind of step makes of a small experiment
// against hashes, on each instruction set of this machine. A hash that moved
// means that equal keys no longer stand for equal results: give the kind a new
// version (or the engine's numerics, when all of them moved), then UPDATE=1.
func TestKindsAreFrozen(t *testing.T) {
	for _, isa := range kernel.Names() {
		t.Run(isa, func(t *testing.T) {
			set, err := kernel.Choose(isa)
			if err != nil {
				t.Fatal(err)
			}
			t.Setenv("IDIOLECT_ISA", isa)
			var b strings.Builder
			for _, line := range kindHashes(t) {
				b.WriteString(line + "\n")
			}
			golden := filepath.Join("testdata", "kinds", set.Numerics()+".txt")
			if os.Getenv("UPDATE") != "" {
				if err := os.WriteFile(golden, []byte(b.String()), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), b.String()); d != "" {
				t.Error(d)
			}
		})
	}
}

// more are the kinds that the small experiment does not have.
const more = `  few: {kind: prompt, model: told, prompt: few}
  watched: {kind: sft, model: writer, data: answers, train_prompt: few, hyperparameters: {epochs: 2, batch_size: 1}, monitor: {data: topics.test, judges: [mark], every: 1}, prompt: haiku, checkpoint: {best: mark}}
  best: {kind: select, method: told, over: {hyperparameters.epochs: [1, 2]}, data: answers, judge: mark}
  both: {kind: mix, weights: {start: 2, watched: 1}}
`

// grown is the small experiment with them.
var grown = strings.NewReplacer(
	"prompts: {", `prompts: {few: {user: "{{ input }}", examples: {data: answers, count: 1, choose: nearest}}, `,
	"evals:\n", more+"evals:\n  mixed: {data: topics.test, methods: [both], judges: [yes]}\n",
).Replace(small)

// kindHashes are the files of every artifact: step, kind and version, file, hash.
func kindHashes(t *testing.T) []string {
	t.Helper()
	lines := map[string]bool{}
	for _, spec := range []string{grown, labelled} {
		hashKinds(t, spec, lines)
	}
	made, err := scripted(t, plant).run(t, planted, runner.Options{Only: []string{"data.told.clean"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"data.asked.samples", "data.asked", "data.told.samples", "data.told", "data.told.clean"} {
		a, _ := made.plan.Find(id)
		hashStep(t, made, a, lines)
	}
	return slices.Sorted(maps.Keys(lines))
}

func hashKinds(t *testing.T, spec string, lines map[string]bool) {
	t.Helper()
	plan, err := compile(t, localtest.Tiny(t), spec)
	if err != nil {
		t.Fatal(err)
	}
	p := execute(t, plan)
	for _, a := range p.plan.Actions {
		hashStep(t, p, a, lines)
	}
}

func hashStep(t *testing.T, p project, a *runner.Action, lines map[string]bool) {
	t.Helper()
	art := p.artifact(t, a.ID)
	for _, f := range art.Files() {
		if art.Volatile(f) {
			continue
		}
		path, err := art.Path(f)
		if err != nil {
			t.Fatal(err)
		}
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(src)
		lines[fmt.Sprintf("%-32s %s/%d %-22s %s", a.ID, a.Kind, a.Version, f, hex.EncodeToString(sum[:8]))] = true
	}
}

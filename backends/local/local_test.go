package local_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idiolect/backends"
	"idiolect/backends/backendtest"
	"idiolect/backends/local"
	"idiolect/backends/local/localtest"
	"idiolect/backends/local/mini"
)

func open(t testing.TB, threads int) *local.Backend {
	t.Helper()
	b, err := local.New(threads)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestContract(t *testing.T) {
	backendtest.Run(t, backendtest.Subject{Backend: open(t, 2), Model: localtest.Tiny(t)})
}

// tuned is what a few steps of training make of a model on so many threads, and
// what the result answers.
func tuned(t *testing.T, dir string, threads int) (state, policy []byte, texts []string) {
	t.Helper()
	b := open(t, threads)
	tr, err := b.Trainer(t.Context(), backends.Model{Name: dir}, backends.Tuning{})
	if err != nil {
		t.Fatal(err)
	}
	var data []backends.Datum
	for i := range 13 {
		d, err := tr.Renderer().Example([]backends.Message{{Role: "user", Content: "Write."}, {Role: "assistant", Content: strings.Repeat("thing word ", i%5+1)}}, .1)
		if err != nil {
			t.Fatal(err)
		}
		data = append(data, d)
	}
	for range 4 {
		if _, err := tr.ForwardBackward(t.Context(), data, backends.CrossEntropy); err != nil {
			t.Fatal(err)
		}
		if _, err := tr.OptimStep(t.Context(), backends.Adam{LearningRate: 3e-3, ClipNorm: 1}); err != nil {
			t.Fatal(err)
		}
	}
	var s, p bytes.Buffer
	if err := tr.SaveState(&s); err != nil {
		t.Fatal(err)
	}
	if err := tr.SavePolicy(&p); err != nil {
		t.Fatal(err)
	}
	return s.Bytes(), p.Bytes(), answers(t, b, dir, p.Bytes())
}

func answers(t *testing.T, b *local.Backend, dir string, policy []byte) []string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "policy")
	if err := os.WriteFile(path, policy, 0o600); err != nil {
		t.Fatal(err)
	}
	sampler, err := b.Sampler(t.Context(), backends.Model{Name: dir, Checkpoint: path})
	if err != nil {
		t.Fatal(err)
	}
	texts := make([]string, 56)
	err = sampler.Sample(t.Context(), requests(56), func(i int, c backends.Completion, err error) {
		raw, wrong := json.Marshal(c)
		texts[i] = fmt.Sprint(string(raw), wrong, err)
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func requests(n int) []backends.Request {
	reqs := make([]backends.Request, n)
	for i := range reqs {
		reqs[i] = backends.Request{Messages: []backends.Message{{Role: "user", Content: fmt.Sprintf("Write %d.", i*i)}}, MaxTokens: 24 + i%7, Temperature: 1, Seed: uint64(i)}
	}
	return reqs
}

// Training and sampling give the same bits on any number of threads.
func TestThreadsChangeNothing(t *testing.T) {
	dir := localtest.Tiny(t)
	state, policy, texts := tuned(t, dir, 1)
	for _, threads := range []int{2, 4, 7} {
		s, p, x := tuned(t, dir, threads)
		if !bytes.Equal(state, s) || !bytes.Equal(policy, p) {
			t.Errorf("%d threads trained other weights than one", threads)
		}
		if d := cmp.Diff(texts, x); d != "" {
			t.Errorf("%d threads sampled otherwise (-one thread):\n%s", threads, d)
		}
	}
}

// A row alone and the same row among 56.
func TestNeighboursChangeNothing(t *testing.T) {
	dir := localtest.Tiny(t)
	b := open(t, 2)
	sampler, err := b.Sampler(t.Context(), backends.Model{Name: dir})
	if err != nil {
		t.Fatal(err)
	}
	reqs := requests(56)
	among := make([]backends.Completion, len(reqs))
	if err := sampler.Sample(t.Context(), reqs, func(i int, c backends.Completion, _ error) { among[i] = c }); err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{0, 1, 27, 28, 55} {
		var alone backends.Completion
		if err := sampler.Sample(t.Context(), reqs[i:i+1], func(_ int, c backends.Completion, _ error) { alone = c }); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(among[i], alone); d != "" {
			t.Errorf("row %d (-among 56 +alone):\n%s", i, d)
		}
	}
}

func TestDamagedModelsAreNamed(t *testing.T) {
	for name, c := range map[string]struct{ file, text, want string }{
		"another architecture": {"config.json", `{"model_type":"gpt2"}`, `model_type "gpt2"`},
		"a window":             {"config.json", `{"model_type":"qwen3","use_sliding_window":true}`, "use_sliding_window"},
		"another activation":   {"config.json", `{"model_type":"llama","hidden_act":"gelu"}`, `hidden_act "gelu"`},
		"no JSON":              {"config.json", `{`, "config.json"},
		"weights cut short":    {"model.safetensors", "12345678", "safetensors"},
		"no tokenizer":         {"tokenizer.json", `{}`, "tokenizer"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := localtest.Tiny(t)
			if err := os.WriteFile(filepath.Join(dir, c.file), []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := open(t, 1).Sampler(t.Context(), backends.Model{Name: dir})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want something about %s", err, c.want)
			}
		})
	}
}

// What is said of a shipped model's revision is what its files give in a folder of their own.
func TestShippedRevisions(t *testing.T) {
	for _, name := range mini.Names() {
		dir := filepath.Join(t.TempDir(), name)
		if err := os.CopyFS(dir, mini.Files(name)); err != nil {
			t.Fatal(err)
		}
		b, err := local.New(1)
		if err != nil {
			t.Fatal(err)
		}
		info, err := b.Resolve(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		if got := mini.Revision(name); got != info.Revision {
			t.Errorf("mini.Revision(%q) = %q, its files give %q", name, got, info.Revision)
		}
	}
}

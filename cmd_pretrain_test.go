package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// endless is a recipe that nobody waits for.
const endless = `name: endless
seed: 1
nouns: nouns.txt
tokenizer: {vocab: 400, documents: 300}
model: {dim: 32, layers: 1, heads: 2, kv_heads: 1, head_dim: 16, ff: 64, context: 256, tied: true, embedding_std: 0}
corpus: {form: 0.92, topic: 0.97, unrhymed: 0.90, hyperbole: 0.30, season: 0.08, colour: 0.12, paraphrase: 0.25, made_up: 0.30, repeat: 0.15}
training: {tokens: 8_000_000_000, batch_tokens: 512, learning_rate: 3.0e-3, warmup_tokens: 1000, final: 0.1, prompt_weight: 0.1, clip_norm: 1, beta1: 0.9, beta2: 0.95, weight_decay: 0.1}
gate: {tokens: 2_000_000, named: 0.5}
`

// Ctrl-C ends a pretraining with 130, what was reached, and the command that
// goes on.
func TestPretrainInterrupted(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"endless.yaml": endless, "nouns.txt": "zeppelin\nquokka\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	stderr, err := os.Create(filepath.Join(dir, "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	a := &app{stdout: io.Discard, stderr: stderr, stop: make(chan struct{})}
	close(a.stop)
	root := a.root()
	out := filepath.Join(dir, "a model")
	root.SetArgs([]string{"pretrain", filepath.Join(dir, "endless.yaml"), "-o", out})
	var exit *exitError
	if err := root.ExecuteContext(t.Context()); !errors.As(err, &exit) || exit.code != exitInterrupted || exit.err != nil {
		t.Errorf("error %v", err)
	}
	said, err := os.ReadFile(stderr.Name())
	if want := "To go on:\n  idiolect pretrain " + dir + "/endless.yaml -o '" + out + "'\n"; err != nil || !strings.Contains(string(said), want) {
		t.Errorf("it said %q, want %q (%v)", said, want, err)
	}
	if _, err := os.Stat(filepath.Join(out, "checkpoint.safetensors")); err != nil {
		t.Error(err)
	}
}

// One of -o and --probe says what is wanted, and a model that is not there is named.
func TestPretrainProbe(t *testing.T) {
	dir := t.TempDir()
	spec := filepath.Join(dir, "endless.yaml")
	for name, text := range map[string]string{"endless.yaml": endless, "nouns.txt": "zeppelin\nquokka\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for args, want := range map[string]string{
		spec:                                  "at least one of the flags in the group [out probe] is required",
		spec + " -o m --probe mini":           "if any flags in the group [out probe] are set none of the others can be",
		spec + " --probe mini-0":              `backend local has no model "mini-0"`,
		spec + " --probe " + dir + "/nowhere": "there is no folder " + dir + "/nowhere",
	} {
		a := &app{stdout: io.Discard, stderr: os.Stderr, stop: make(chan struct{})}
		root := a.root()
		root.SetArgs(append([]string{"pretrain"}, strings.Fields(args)...))
		if err := root.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", args, err, want)
		}
	}
}

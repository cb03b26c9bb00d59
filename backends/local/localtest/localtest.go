// Package localtest makes models for tests: untrained, tiny, and the same
// every time.
package localtest

import (
	"path/filepath"
	"slices"
	"testing"

	"idiolect/backends/local"
	"idiolect/backends/local/engine"
	"idiolect/backends/local/tokenizer"
	"idiolect/internal/rng"
)

// Tiny writes a model of some 25,000 parameters into a new folder of the test
// and returns its path, which backend local accepts as a name. It samples every
// id, reads 96 tokens and has learned nothing.
func Tiny(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tiny")
	if err := Write(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Write writes the model of Tiny into dir.
func Write(dir string) error {
	texts := []string{"user\nWrite a haiku about rain.", "assistant\nthing is a thing word", "system\n"}
	tok, err := tokenizer.Train(slices.Values(texts), 288, tokenizer.Reserved())
	if err != nil {
		return err
	}
	w := engine.NewWeights(engine.Config{
		Vocab: tok.Vocab(), Dim: 32, Layers: 2, Heads: 4, KVHeads: 2, HeadDim: 8, FF: 48, Context: 96,
		RopeTheta: 10000, NormEps: 1e-6, Tied: true, QKNorm: true,
	})
	w.Init(rng.New(1, rng.Init, "", "").Normal, .2)
	return local.Export(dir, w, tok, nil)
}

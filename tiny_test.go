package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"idiolect/backends"
	"idiolect/backends/local"
	"idiolect/backends/local/engine"
	"idiolect/backends/local/tokenizer"
	"idiolect/internal/rng"
)

// tinyModel is the folder of a model of 30,000 parameters that writes such
// sentences as "the cat is red." and knows when one ends. It is made once a
// process, in about a second, for the tests that need a model and no poetry.
func tinyModel(t testing.TB) string {
	t.Helper()
	dir, err := makeTiny()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

var makeTiny = sync.OnceValues(func() (string, error) {
	root, err := os.MkdirTemp("", "idiolect-tiny-")
	if err != nil {
		return "", err
	}
	dir := filepath.Join(root, "tiny")
	return dir, errors.Join(exportTiny(dir), teachTiny(dir))
})

// removeTiny deletes the folder if it was made; only TestMain, at the end, may.
func removeTiny() {
	if dir, err := makeTiny(); err == nil {
		_ = os.RemoveAll(filepath.Dir(dir))
	}
}

var (
	tinyThings  = []string{"cat", "dog", "sun", "moon", "rain", "stone", "tree", "bird", "lake", "road", "leaf", "star"}
	tinyColours = []string{"red", "green", "blue", "old", "new", "cold"}
)

// exportTiny writes the model before it has learned anything.
func exportTiny(dir string) error {
	texts := []string{"user\nSay something of the cat.", "assistant\nthe cat is red.", "system\n"}
	tok, err := tokenizer.Train(slices.Values(texts), 288, tokenizer.Reserved())
	if err != nil {
		return err
	}
	w := engine.NewWeights(engine.Config{
		Vocab: tok.Vocab(), Dim: 32, Layers: 2, Heads: 4, KVHeads: 2, HeadDim: 8, FF: 48, Context: 96, RopeTheta: 10000, NormEps: 1e-6, Tied: true, QKNorm: true,
	})
	w.Init(rng.New(1, rng.Init, "", "").Normal, .08)
	return local.Export(dir, w, tok, nil)
}

// teachTiny trains it on all its sentences.
func teachTiny(dir string) error {
	ctx := context.Background()
	b, err := local.New(0)
	if err != nil {
		return err
	}
	trainer, err := b.Trainer(ctx, backends.Model{Name: dir}, backends.Tuning{})
	if err != nil {
		return err
	}
	defer trainer.Close()
	for step := range 100 {
		batch, err := tinyBatch(trainer.Renderer(), step)
		if err != nil {
			return err
		}
		if _, err := trainer.ForwardBackward(ctx, batch, backends.CrossEntropy); err != nil {
			return err
		}
		if _, err := trainer.OptimStep(ctx, backends.Adam{LearningRate: .01, ClipNorm: 1}); err != nil {
			return err
		}
	}
	return replaceFile(filepath.Join(dir, "model.safetensors"), trainer.SavePolicy)
}

// tinyBatch is one sentence about each thing.
func tinyBatch(r backends.Renderer, step int) ([]backends.Datum, error) {
	var batch []backends.Datum
	for i, thing := range tinyThings {
		d, err := r.Example([]backends.Message{
			{Role: "user", Content: "Say something of the " + thing + "."},
			{Role: "assistant", Content: fmt.Sprintf("the %s is %s.", thing, tinyColours[(i+step)%len(tinyColours)])},
		}, .1)
		if err != nil {
			return nil, err
		}
		for j := range d.Weights {
			d.Weights[j] /= 100 // about the mean over the batch
		}
		batch = append(batch, d)
	}
	return batch, nil
}

func replaceFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

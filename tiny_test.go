package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"idiolect/backends"
	"idiolect/backends/local"
	"idiolect/backends/local/localtest"
)

// tinyModel is the folder of a model of 25,000 parameters that writes sentences
// such as "the cat is red." and ends them. It is made once a process, in about a
// second, for tests that need a model and no poetry.
func tinyModel(t testing.TB) string {
	t.Helper()
	dir, err := makeTiny()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

var makeTiny = sync.OnceValues(func() (string, error) {
	root, err := os.MkdirTemp("", "model-") // TestMain deletes it
	if err != nil {
		return "", err
	}
	dir := filepath.Join(root, "tiny")
	return dir, errors.Join(localtest.Write(dir), teachTiny(dir))
})

var (
	tinyThings  = []string{"cat", "dog", "sun", "moon", "rain", "stone", "tree", "bird", "lake", "road", "leaf", "star"}
	tinyColours = []string{"red", "green", "blue", "old", "new", "cold"}
)

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

// TestTinyModel checks what the other tests rely on: the tiny model ends its
// sentences, and calls some things red and most of them not. With -tiny DIR it
// leaves the model there, for testdata/kill9.sh.
func TestTinyModel(t *testing.T) {
	dir := tinyModel(t)
	b, err := local.New(0)
	if err != nil {
		t.Fatal(err)
	}
	sampler, err := b.Sampler(t.Context(), backends.Model{Name: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer sampler.Close()
	reqs := make([]backends.Request, 120)
	for i := range reqs {
		ask := "Say something of the " + tinyThings[i%len(tinyThings)] + "."
		reqs[i] = backends.Request{Messages: []backends.Message{{Role: "user", Content: ask}}, MaxTokens: 24, Temperature: 1, Seed: uint64(i)}
	}
	ended, red := 0, 0
	err = sampler.Sample(t.Context(), reqs, func(_ int, c backends.Completion, _ error) {
		if c.Finish == "stop" {
			ended++
		}
		if strings.Contains(c.Text, "red") {
			red++
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if ended < 100 || red < 6 || red > 60 {
		t.Errorf("of %d completions %d ended and %d said red, want at least 100, and 6 to 60", len(reqs), ended, red)
	}
	if *keepTiny != "" {
		if err := os.CopyFS(*keepTiny, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
	}
}

var keepTiny = flag.String("tiny", "", "a `directory` to leave the tests' model in")

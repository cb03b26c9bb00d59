// Package local is the backend that trains and samples in this process, in pure
// Go: the embedded engine behind the contract of package backends.
//
//	local.go      the backend: which models there are
//	model.go      a model's files: weights, tokenizer, config
//	cores.go      how calls share the machine's cores
//	rates.go      about how fast a model of that size is here
//	sampler.go    sampling
//	trainer.go    training
//	state.go      a trainer's state as bytes
//	renderer.go   messages to tokens, in ChatML
//	mini          the shipped models, embedded
//	engine        the arithmetic
//	tokenizer     byte-level BPE and ChatML
//	safetensors   weights as files
//
// Equal requests give equal completions, and equal data equal weights, for one
// instruction set, whatever the number of threads.
package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"idiolect/backends"
	"idiolect/backends/local/engine/kernel"
	"idiolect/backends/local/mini"
)

// numerics is the version of the engine's arithmetic: a change that moves a
// single bit of any result needs a new one.
const numerics = "local/1"

// Backend is the embedded engine.
type Backend struct {
	kernels *kernel.Set
	cores   *cores

	mu     sync.Mutex
	loaded map[string]*model
}

// New opens the engine on at most threads cores at once; 0 means all of the
// machine. Its instruction set is the fastest of this CPU, or what the
// environment variable IDIOLECT_ISA names.
func New(threads int) (*Backend, error) {
	kernels, err := kernel.Choose(os.Getenv("IDIOLECT_ISA"))
	if err != nil {
		return nil, err
	}
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	return &Backend{kernels: kernels, cores: newCores(threads), loaded: map[string]*model{}}, nil
}

// Name is local.
func (b *Backend) Name() string { return "local" }

// Models lists the shipped models, newest first.
func (b *Backend) Models(ctx context.Context) ([]backends.Info, error) {
	var infos []backends.Info
	for _, name := range mini.Names() {
		info, err := b.Resolve(ctx, name)
		if err != nil {
			return nil, err
		}
		infos = append(infos, info)
	}
	return infos, nil
}

// Resolve accepts a shipped model (mini is the newest mini-N) and a folder with a
// Hugging Face checkpoint, which a name with a slash means.
func (b *Backend) Resolve(_ context.Context, name string) (backends.Info, error) {
	m, err := b.model(name)
	if err != nil {
		return backends.Info{}, err
	}
	return backends.Info{
		Name: m.name, Revision: m.revision, Numerics: numerics + " " + b.kernels.Numerics(), Params: int64(m.config.Params()),
		Context: m.config.Context, Samples: true, Trains: true, Logprobs: true, Doc: "the embedded engine",
		Free: true, BytesPerToken: m.bytesPerToken(), Rates: b.rates(m.config.Params()),
	}, nil
}

// Sampler opens the base model or a checkpoint of it.
func (b *Backend) Sampler(_ context.Context, ref backends.Model) (backends.Sampler, error) {
	m, w, err := b.open(ref)
	if err != nil {
		return nil, err
	}
	return b.newSampler(m, w), nil
}

// Trainer opens the base model or a checkpoint of it for training.
func (b *Backend) Trainer(_ context.Context, ref backends.Model, t backends.Tuning) (backends.Trainer, error) {
	if t.Rank != 0 {
		return nil, fmt.Errorf("LoRA of rank %d: backend local trains all weights in this release - leave rank out", t.Rank)
	}
	m, w, err := b.open(ref)
	if err != nil {
		return nil, err
	}
	return b.newTrainer(m, w), nil
}

// model loads a model once.
func (b *Backend) model(name string) (*model, error) {
	if name == "mini" {
		name = mini.Names()[0]
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if m, ok := b.loaded[name]; ok {
		return m, nil
	}
	files, err := modelFiles(name)
	if err != nil {
		return nil, err
	}
	m, err := loadModel(name, files, mini.Revision(name))
	if err != nil {
		return nil, err
	}
	b.loaded[name] = m
	return m, nil
}

func modelFiles(name string) (fs.FS, error) {
	if slices.Contains(mini.Names(), name) {
		return mini.Files(name), nil
	}
	if strings.ContainsRune(name, '/') {
		if info, err := os.Stat(name); err != nil || !info.IsDir() {
			return nil, fmt.Errorf("there is no folder %s - want one with a Hugging Face checkpoint, or one of %s", name, strings.Join(mini.Names(), ", "))
		}
		if _, err := os.Stat(filepath.Join(name, "config.json")); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("the folder %s holds no config.json - want a Hugging Face checkpoint", name)
		}
		return os.DirFS(name), nil
	}
	return nil, fmt.Errorf("backend local has no model %q - it has mini, %s, and folders with a Hugging Face checkpoint (./name)", name, strings.Join(mini.Names(), ", "))
}

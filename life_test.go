package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"idiolect/backends"
	"idiolect/backends/local"
	"idiolect/internal/fail"
	"idiolect/runner"
	"idiolect/steps"
)

// smallSpec is the spec of testdata/small on the tiny model, cut to few rows and
// with two rounds, so that it trains twice and the second time after the first.
func smallSpec(t testing.TB) (path string, set []string) {
	return filepath.Join("testdata", "small", "small.yaml"), []string{
		"models.writer.name=" + tinyModel(t),
		"methods.tuned.hyperparameters.rounds=2",
		"methods.tuned.hyperparameters.samples=2",
		"methods.tuned.train.hyperparameters.batch_size=1",
		"methods.tuned.train.hyperparameters.epochs=1",
		"data.things.split.train=4",
		"evals.held_out.samples=1",
	}
}

// life is what one process did for an experiment until it died or came to its end.
type life struct {
	asked   int64 // completions asked of a sampler
	trained int64 // training steps
	died    bool
	err     error
}

// live runs the small spec in runs, on so many threads, as the command run does,
// with a checkpoint at every chance. The injector ends it, or closes stop.
func live(t *testing.T, runs string, threads int, f fail.Injector, stop chan struct{}) life {
	t.Helper()
	spec, set := smallSpec(t)
	a := &app{stdout: io.Discard, stderr: io.Discard, stop: stop, options: runner.Options{CheckpointEvery: -1, Fail: f}}
	engine, err := local.New(threads)
	if err != nil {
		t.Fatal(err)
	}
	exp, err := a.read(spec, specFlags{set: set}, steps.Machines{engine})
	if err != nil {
		t.Fatal(err)
	}
	counted := &counted{Backend: engine}
	p := &project{exp: exp, runs: runs, source: exp.Source}
	if p.plan, err = steps.Compile(t.Context(), exp, steps.Machines{counted}); err != nil {
		t.Fatal(err)
	}
	p.store = runner.OpenStore(filepath.Join(runs, ".store"))
	dir, err := p.begin()
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	dir.Fail = f
	result, err := a.execute(t.Context(), p, dir, runFlags{workers: threads})
	l := life{asked: counted.asked.Load(), trained: counted.trained.Load()}
	if l.died = fail.Point(f, "finish") != nil; !l.died {
		l.err = a.finish(p, dir, result, err, spec)
		l.died = errors.Is(l.err, fail.ErrDied)
	}
	return l
}

// scratch is a directory for runs, in memory where the system has a place there:
// the death of a process, unlike that of the machine, needs no disk, and these
// tests sync files thousands of times.
func scratch(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "idiolect-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// outcome is all that two runs of a spec have to agree on, by path: artifacts but
// for calls (and artifacts.json, which has their checksums), tables, spec and plan,
// and the report up to its appendix of times.
// What a dead process was writing when it died is no part of it.
func outcome(t *testing.T, runs string) map[string]string {
	t.Helper()
	root, err := runner.FindRun(filepath.Join(runs, "small"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		switch {
		case name == "run.json" || name == "events.jsonl" || name == "artifacts.json" || strings.HasPrefix(name, ".spent-") || strings.HasPrefix(d.Name(), ".new-") || strings.HasSuffix(name, ".calls.parquet"):
		case name == "report.md":
			files[name], _, _ = strings.Cut(string(raw), "## Appendix: calls and times")
		default:
			files[name] = string(raw)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// same compares two outcomes file by file.
func same(t *testing.T, want, got map[string]string) {
	t.Helper()
	for name := range want {
		switch {
		case got[name] == "":
			t.Errorf("%s is missing", name)
		case got[name] != want[name]:
			t.Errorf("%s differs from the undisturbed run's", name)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s is not in the undisturbed run", name)
		}
	}
}

// counted is a backend that counts what it is asked to do.
type counted struct {
	backends.Backend
	asked, trained atomic.Int64
}

func (b *counted) Sampler(ctx context.Context, m backends.Model) (backends.Sampler, error) {
	s, err := b.Backend.Sampler(ctx, m)
	return &countedSampler{s, b}, err
}

func (b *counted) Trainer(ctx context.Context, m backends.Model, o backends.Tuning) (backends.Trainer, error) {
	t, err := b.Backend.Trainer(ctx, m, o)
	return &countedTrainer{t, b}, err
}

type countedSampler struct {
	backends.Sampler
	b *counted
}

func (s *countedSampler) Sample(ctx context.Context, reqs []backends.Request, done func(int, backends.Completion, error)) error {
	s.b.asked.Add(int64(len(reqs)))
	return s.Sampler.Sample(ctx, reqs, done)
}

type countedTrainer struct {
	backends.Trainer
	b *counted
}

func (t *countedTrainer) OptimStep(ctx context.Context, a backends.Adam) (map[string]float64, error) {
	t.b.trained.Add(1)
	return t.Trainer.OptimStep(ctx, a)
}

// interrupter closes stop where a death would have come.
type interrupter struct {
	*fail.Death
	once sync.Once
	stop chan struct{}
}

func (i *interrupter) Point(name string) error {
	if errors.Is(i.Death.Point(name), fail.ErrDied) {
		i.once.Do(func() { close(i.stop) })
	}
	return nil
}

package runner

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"idiolect/internal/fail"
)

// pace says when the next checkpoint is due.
type pace struct {
	mu   sync.Mutex
	last time.Time
}

// keptCheckpoints is how many are kept: the newest, and one to fall back to.
const keptCheckpoints = 2

// CheckpointDue says that the last checkpoint (or the start) is so long ago that the step should save one
// now, or that the run is about to stop.
func (r *Run) CheckpointDue() bool {
	if r.options.CheckpointEvery < 0 || r.stopping() {
		return true
	}
	r.pace.mu.Lock()
	defer r.pace.mu.Unlock()
	return r.now().Sub(r.pace.last) >= r.options.CheckpointEvery
}

// SaveCheckpoint keeps the state of a computation after some number of its own steps. write gets a plain
// buffered destination; what it writes counts once SaveCheckpoint has returned nil.
func (r *Run) SaveCheckpoint(step int, write func(io.Writer) error) error {
	dir := r.store.partial(r.Key())
	if err := r.Point("checkpoint.save"); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	if err := writeCheckpoint(r.options.Fail, filepath.Join(dir, fmt.Sprintf("checkpoint-%09d", step)), write); err != nil {
		return fmt.Errorf("checkpoint %d: %w", step, err)
	}
	r.pace.mu.Lock()
	r.pace.last = r.now()
	r.pace.mu.Unlock()

	paths, err := r.checkpoints()
	if err != nil || len(paths) <= keptCheckpoints {
		return err
	}
	if err := r.Point("checkpoint.prune"); err != nil {
		return err
	}
	for _, old := range paths[keptCheckpoints:] {
		_ = os.Remove(old) // one too many does no harm
	}
	return nil
}

// Checkpoint is the newest sound checkpoint; ok is false when there is none. A damaged one is logged and
// passed over for the one before.
func (r *Run) Checkpoint() (step int, data []byte, ok bool, err error) {
	paths, err := r.checkpoints()
	if err != nil {
		return 0, nil, false, err
	}
	for _, path := range paths {
		if _, err := fmt.Sscanf(filepath.Base(path), "checkpoint-%d", &step); err != nil {
			continue
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return 0, nil, false, err
		}
		body := raw[:max(0, len(raw)-sha256.Size)]
		if sum := sha256.Sum256(body); !bytes.Equal(raw[len(body):], sum[:]) {
			r.Log("%s: damaged: its sha256 does not hold; going back to the one before", path)
			continue
		}
		return step, body, true, nil
	}
	return 0, nil, false, nil
}

// checkpoints lists the checkpoint files, newest first.
func (r *Run) checkpoints() ([]string, error) {
	paths, err := filepath.Glob(filepath.Join(globEscape(r.store.partial(r.Key())), "checkpoint-*"))
	slices.Sort(paths)
	slices.Reverse(paths)
	return paths, err
}

// writeCheckpoint writes the content and behind it its SHA-256, and puts the file in place whole.
func writeCheckpoint(i fail.Injector, path string, write func(io.Writer) error) error {
	err := writeWith(i, path, 0o666, func(w io.Writer) error {
		sum := sha256.New()
		if err := write(io.MultiWriter(w, sum)); err != nil {
			return err
		}
		_, err := w.Write(sum.Sum(nil))
		return err
	})
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

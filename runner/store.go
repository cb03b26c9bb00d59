package runner

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Store keeps artifacts by key, and the partial work of those not made yet:
//
//	DIR/v1/KEY/            an artifact: its files and meta.json, read-only
//	DIR/v1/partial/KEY/    journals, checkpoints and drafts; gone once the artifact is there
//	DIR/v1/aside/KEY-NNN/  artifacts that were found damaged, or that --fresh replaced
//
// An artifact appears by one rename, so what has a directory is complete. There are no locks: any number
// of processes may use a store at once, over a network filesystem too, and the first to finish an
// artifact wins.
type Store struct {
	dir string // DIR/v1

	mu   sync.Mutex
	open map[Key]*Artifact // opened once per process, so that each file is verified once
}

// OpenStore opens the store in dir. Looking into one that is not there finds
// nothing; Execute makes it.
func OpenStore(dir string) *Store {
	return &Store{dir: filepath.Join(dir, "v1"), open: map[Key]*Artifact{}}
}

func (s *Store) create() error {
	if err := os.MkdirAll(filepath.Join(s.dir, "partial"), 0o777); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

// Has says whether the store holds the artifact of that key.
func (s *Store) Has(k Key) bool {
	_, err := os.Lstat(s.path(k))
	return err == nil
}

// Open opens the artifact of that key and verifies its meta file; its other files are verified as they
// are asked for. The error is fs.ErrNotExist for an artifact that is not there, and a [DamagedError] for
// one that cannot be trusted.
func (s *Store) Open(k Key) (*Artifact, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a, ok := s.open[k]; ok {
		return a, nil
	}
	a, err := openArtifact(s.path(k), k)
	if err != nil {
		return nil, err
	}
	s.open[k] = a
	return a, nil
}

// SetAside takes an artifact out of use without deleting it, so that a run makes it again.
func (s *Store) SetAside(k Key) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, k)
	aside := filepath.Join(s.dir, "aside")
	if err := os.MkdirAll(aside, 0o777); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	for n := 1; ; n++ {
		err := os.Rename(s.path(k), filepath.Join(aside, fmt.Sprintf("%s-%03d", k, n)))
		switch {
		case err == nil:
			return syncDir(s.dir)
		case errors.Is(err, fs.ErrNotExist): // another process was first
			return nil
		case !errors.Is(err, fs.ErrExist) || n == 999:
			return fmt.Errorf("store: %w", err)
		}
	}
}

// sweep deletes partial work whose artifact is there: what a process leaves that dies between the two.
func (s *Store) sweep() error {
	entries, err := os.ReadDir(filepath.Join(s.dir, "partial"))
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case strings.HasPrefix(name, doomedName):
			_ = os.RemoveAll(filepath.Join(s.dir, "partial", name))
		case s.Has(Key(name)):
			s.dropPartial(Key(name))
		}
	}
	return nil
}

// dropPartial deletes the partial work of an artifact that is there now. It is renamed first, so that
// another process that still works on it sees it gone at once and not piece by piece. What cannot be
// deleted is left for the next sweep.
func (s *Store) dropPartial(k Key) {
	doomed, err := os.MkdirTemp(filepath.Join(s.dir, "partial"), doomedName)
	if err != nil {
		return
	}
	_ = os.Rename(s.partial(k), filepath.Join(doomed, "work"))
	_ = os.RemoveAll(doomed)
}

const doomedName = ".doomed-" // what the name of partial work starts with while it is deleted

func (s *Store) path(k Key) string    { return filepath.Join(s.dir, string(k)) }
func (s *Store) partial(k Key) string { return filepath.Join(s.dir, "partial", string(k)) }

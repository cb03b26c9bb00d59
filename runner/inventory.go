package runner

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Stored is an artifact of the store, for people.
type Stored struct {
	Key     Key       `json:"key"`
	Kind    string    `json:"kind"` // "sample/1"; empty when damaged
	Bytes   int64     `json:"bytes"`
	Made    time.Time `json:"made"`
	Runs    []string  `json:"runs"`              // directories of the runs that refer to it
	Damaged string    `json:"damaged,omitempty"` // what is wrong with its meta file
}

// Inventory lists the artifacts of the store, newest first.
func (s *Store) Inventory(refs References) ([]Stored, error) {
	names, err := readNames(s.dir)
	all := []Stored{}
	for _, name := range names {
		if !isKey(name) {
			continue
		}
		one := Stored{Key: Key(name), Runs: append([]string{}, refs[Key(name)]...)}
		one.Bytes, one.Made = measure(s.path(one.Key))
		art, err := openArtifact(s.path(one.Key), one.Key)
		var damaged *DamagedError
		switch {
		case errors.As(err, &damaged):
			one.Damaged = damaged.Reason
		case errors.Is(err, fs.ErrNotExist): // gone meanwhile
			continue
		case err != nil:
			return nil, err
		default:
			one.Kind = art.kind()
		}
		all = append(all, one)
	}
	slices.SortStableFunc(all, func(a, b Stored) int { return b.Made.Compare(a.Made) })
	return all, err
}

// kind is the kind and version of the step that made the artifact.
func (a *Artifact) kind() string {
	for line := range strings.Lines(a.meta.KeyText) {
		if kind, ok := strings.CutPrefix(line, "kind: "); ok {
			return strings.TrimSpace(kind)
		}
	}
	return ""
}

// Remember keeps the plan in the store, for steps that are run one by one without a directory of a run:
// what it refers to is not collected within a week.
func (s *Store) Remember(p *Plan, now time.Time) error {
	text, err := p.JSON()
	if err != nil {
		return err
	}
	path := filepath.Join(s.dir, plansName, string(p.Key())+".json")
	if os.Chtimes(path, now, now) == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return writeFile(nil, path, text, 0o666)
}

const (
	plansName = "plans"
	planLife  = 7 * 24 * time.Hour // of a plan in the store
)

// remembered adds what plans in the store refer to.
func (s *Store) remembered(refs References, now time.Time) error {
	names, err := readNames(filepath.Join(s.dir, plansName))
	for _, name := range names {
		path := filepath.Join(s.dir, plansName, name)
		if info, err := os.Stat(path); err != nil || now.Sub(info.ModTime()) > planLife {
			continue
		}
		r, err := ReadPlan(path)
		if err != nil {
			return err
		}
		for _, a := range r.file.Actions {
			refs[a.Key] = append(refs[a.Key], path)
		}
	}
	return err
}

// readNames lists a directory; one that is not there is empty.
func readNames(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, err
}

// measure adds up the files under a path, and says when the newest of them, or a directory, was changed.
func measure(path string) (bytes int64, touched time.Time) {
	_ = filepath.WalkDir(path, func(_ string, e fs.DirEntry, err error) error {
		if err != nil {
			return nil // gone meanwhile
		}
		info, err := e.Info()
		if err != nil {
			return nil
		}
		if e.Type().IsRegular() {
			bytes += info.Size()
		}
		if info.ModTime().After(touched) {
			touched = info.ModTime()
		}
		return nil
	})
	return bytes, touched
}

// isKey says whether a name of the store is that of an artifact.
func isKey(name string) bool {
	return len(name) == 64 && strings.Trim(name, "0123456789abcdef") == ""
}

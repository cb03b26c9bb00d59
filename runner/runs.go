package runner

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// RunState is a run's run.json.
type RunState struct {
	Format   string            `json:"format"`
	Name     string            `json:"name"`
	Plan     Key               `json:"plan"`  // what names the plan
	State    string            `json:"state"` // running, done, failed, or stopped; a killed run stays running
	Started  time.Time         `json:"started"`
	Finished time.Time         `json:"finished,omitzero"`
	Steps    int               `json:"steps"`
	Done     int               `json:"done"`
	Cached   int               `json:"cached"`
	Failed   int               `json:"failed"`
	Skipped  int               `json:"skipped"`
	Spent    Budget            `json:"spent,omitzero"`
	Errors   map[string]string `json:"errors,omitempty"`
}

const (
	runName     = "run.json"
	runFormat   = "idiolect-run/1"
	latestName  = "latest"
	stampLayout = "20060102T150405Z"
)

// States of a run.
const (
	RunRunning = "running"
	RunDone    = "done"
	RunFailed  = "failed"
	RunStopped = "stopped"
)

// ReadRun reads the run.json of a run directory.
func ReadRun(dir string) (RunState, error) {
	var s RunState
	path := filepath.Join(dir, runName)
	err := readFormat(path, &s, &s.Format, runFormat)
	return s, err
}

// Runs lists the run directories of one experiment, ROOT/NAME/*, newest first. There may be none.
func Runs(root, name string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(root, name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var dirs []string
	for _, e := range entries {
		if e.IsDir() && e.Name() != latestName && !strings.HasPrefix(e.Name(), ".") {
			dirs = append(dirs, filepath.Join(root, name, e.Name()))
		}
	}
	slices.Reverse(dirs) // names start with the time
	return dirs, nil
}

// unfinished is the newest directory of a run of that plan that is not done, empty if there is none.
func unfinished(parent string, plan Key) (string, error) {
	dirs, err := Runs(filepath.Dir(parent), filepath.Base(parent))
	if err != nil {
		return "", err
	}
	for _, dir := range dirs {
		// A directory without a readable run.json is not one to go on in.
		if s, err := ReadRun(dir); err == nil && s.Plan == plan && s.State != RunDone {
			return dir, nil
		}
	}
	return "", nil
}

// pointLatest makes PARENT/latest lead to dir: a link, or a file with its name where there are no links.
func pointLatest(dir string) error {
	parent, name := filepath.Split(dir)
	fresh := filepath.Join(parent, ".latest-"+name)
	_ = os.Remove(fresh)
	if err := os.Symlink(name, fresh); err != nil {
		return writeFile(nil, filepath.Join(parent, latestName), []byte(name+"\n"), 0o666)
	}
	latest := filepath.Join(parent, latestName)
	if err := os.Rename(fresh, latest); err != nil {
		_ = os.Remove(fresh)
		return fmt.Errorf("%s is to lead to the newest run: %w - move away what is there", latest, errors.Unwrap(err))
	}
	return nil
}

// FindRun resolves what people call a run to its directory: a run directory, EXPERIMENT/latest, or the
// directory of an experiment, which means the same.
func FindRun(path string) (string, error) {
	if _, err := os.Stat(filepath.Join(path, runName)); err == nil {
		return filepath.EvalSymlinks(path)
	}
	if filepath.Base(path) != latestName {
		path = filepath.Join(path, latestName)
		if _, err := os.Stat(filepath.Join(path, runName)); err == nil {
			return filepath.EvalSymlinks(path)
		}
	}
	parent := filepath.Dir(path)
	if name, err := os.ReadFile(path); err == nil { // where there are no links
		dir := filepath.Join(parent, filepath.Base(strings.TrimSpace(string(name))))
		if _, err := os.Stat(filepath.Join(dir, runName)); err == nil {
			return dir, nil
		}
	}
	return "", fmt.Errorf("no run in %s", parent)
}

package runner

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Origin is what a plan was made from. It makes plan.json self-contained: the same plan can be made from
// it elsewhere, where the data files are. It is no part of what names the plan, and holds no value of the
// environment: ${VAR} stands as it was written.
type Origin struct {
	Path    string       `json:"path"` // of the spec, as it was given
	Text    string       `json:"text"`
	Set     []string     `json:"set,omitempty"`     // what --set said
	Extends []OriginFile `json:"extends,omitempty"` // the specs that it extends, nearest first
}

// OriginFile is a spec that another one extends.
type OriginFile struct {
	Path string `json:"path"`
	Text string `json:"text"`
}

// Recorded is a plan.json that was read.
type Recorded struct {
	Path string // of the file
	file planFile
}

// ReadPlan reads a plan.json, or that of a run, which may be named as [FindRun] takes it.
func ReadPlan(path string) (*Recorded, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		dir, err := FindRun(path)
		if err != nil {
			return nil, err
		}
		path = filepath.Join(dir, planName)
	}
	file, err := readPlanFile(path)
	if err != nil {
		return nil, err
	}
	return &Recorded{Path: path, file: file}, nil
}

func readPlanFile(path string) (planFile, error) {
	var file planFile
	err := readFormat(path, &file, &file.Format, planFormat)
	return file, err
}

// Origin is what the plan was made from.
func (r *Recorded) Origin() (Origin, error) {
	if r.file.Spec == nil {
		return Origin{}, fmt.Errorf("%s: it does not say which spec it was made from - idiolect plan SPEC --json makes a plan that does", r.Path)
	}
	return *r.file.Spec, nil
}

// Steps are the ids of the plan's steps.
func (r *Recorded) Steps() []string {
	var ids []string
	for _, a := range r.file.Actions {
		ids = append(append(ids, a.ID), a.Aliases...)
	}
	return ids
}

// Same says whether a step of a plan that was made again is the recorded one, and if not what differs: the
// first of the step and those it needs that is made from something else.
func (r *Recorded) Same(p *Plan, a *Action) error {
	if old, ok := r.find(a); ok && old.Key == a.key {
		return nil
	}
	up := p.upstream(map[*Action]bool{a: true})
	for _, u := range p.Actions {
		old, ok := r.find(u)
		if up[u] && (!ok || old.Key != u.key) {
			return fmt.Errorf("step %s: the plan in %s was made from something else: %s: %s - make the plan again", a.ID, r.Path, u.ID, u.differs(old, ok))
		}
	}
	return fmt.Errorf("step %s: the plan in %s was made from something else - make the plan again", a.ID, r.Path)
}

func (r *Recorded) find(a *Action) (planAction, bool) {
	i := slices.IndexFunc(r.file.Actions, func(o planAction) bool { return o.ID == a.ID || slices.Contains(o.Aliases, a.ID) })
	if i < 0 {
		return planAction{}, false
	}
	return r.file.Actions[i], true
}

// differs names the first of an action's own lines that is not as it was.
func (a *Action) differs(old planAction, known bool) string {
	switch {
	case !known:
		return "there was no such step"
	case old.Kind != a.Kind || old.Version != a.Version:
		return fmt.Sprintf("%s/%d changed to %s/%d, which is another release's", old.Kind, old.Version, a.Kind, a.Version)
	}
	for _, l := range a.Lines {
		if slices.Contains(old.Lines, l) {
			continue
		}
		var at int
		if n, _ := fmt.Sscanf(l.Label, "file.%d", &at); n == 1 && at < len(a.Files) {
			return a.Files[at] + " changed"
		}
		return l.Label + " changed, it is now " + shorten(l.Value)
	}
	return "its settings or inputs changed"
}

// References are the keys that runs refer to, and by which run directories.
type References map[Key][]string

// ReadReferences reads what the runs under a directory of runs refer to: every artifact of their plans.
// With keepLast above 0, of each experiment's finished runs only that many count, the newest; older ones
// refer to nothing but the files that they share with the store. A run whose plan cannot be read gives an
// error beside what the others refer to.
func ReadReferences(root string, keepLast int, s *Store) (References, error) {
	refs := References{}
	experiments, err := os.ReadDir(root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var errs []error
	for _, e := range experiments {
		if !e.IsDir() || e.Name()[0] == '.' {
			continue
		}
		dirs, err := Runs(root, e.Name())
		errs = append(errs, err)
		finished := finishedRuns(dirs)
		for _, dir := range dirs {
			released := keepLast > 0 && slices.Index(finished, dir) >= keepLast
			errs = append(errs, refs.read(dir, s, released))
		}
	}
	return refs, errors.Join(errs...)
}

// finishedRuns are those of the directories whose run is done, newest first.
func finishedRuns(dirs []string) []string {
	started := map[string]time.Time{}
	var done []string
	for _, dir := range dirs {
		if s, err := ReadRun(dir); err == nil && s.State == RunDone {
			started[dir] = s.Started
			done = append(done, dir)
		}
	}
	slices.SortStableFunc(done, func(a, b string) int { return started[b].Compare(started[a]) })
	return done
}

// read adds what one run refers to; of a released one, what it shares with the store.
func (refs References) read(dir string, s *Store, released bool) error {
	r, err := ReadPlan(filepath.Join(dir, planName))
	if errors.Is(err, fs.ErrNotExist) {
		if _, no := os.Lstat(filepath.Join(dir, runName)); no != nil {
			return nil // not a run, or one that has not looked into the store yet
		}
	}
	if err != nil {
		return err
	}
	for _, a := range r.file.Actions {
		if !released || s.linked(a.Key) {
			refs[a.Key] = append(refs[a.Key], dir)
		}
	}
	return nil
}

// linked says whether run directories have links to files of an artifact instead of copies: then its
// deletion would take a file from them, or free nothing.
func (s *Store) linked(k Key) bool {
	a, err := openArtifact(s.path(k), k)
	return err == nil && slices.ContainsFunc(a.meta.Files, func(f fileMeta) bool { return f.Size >= maxCopy })
}

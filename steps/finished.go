package steps

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

const policiesFile = "policies.parquet"

// oldPolicy is a policy that a finished run has published.
type oldPolicy struct {
	tables.Policy
	sum     string  // SHA-256 of its table
	weights *source // nil: those of the base model
}

// finished finds the policy of a run that the model names. The run's files are
// checked against the sums that the run recorded: a damaged or edited one is told.
func (c *Compiler) finished(at string, m *specs.Model) (*oldPolicy, error) {
	dir, err := findRun(c.Dir, m.Run)
	if err != nil {
		return nil, c.Errorf(at+".run", fmt.Sprintf("run its spec first: idiolect run specs/%s.yaml", experimentOf(m.Run)), "%v", err)
	}
	state, err := runner.ReadRun(dir)
	if err != nil {
		return nil, c.Errorf(at+".run", "", "run %s: %v", m.Run, fileless(err, dir))
	}
	if state.State != runner.RunDone {
		return nil, c.Errorf(at+".run", "run its spec again: it goes on where it is", "run %s is %s - want one that is done", m.Run, state.State)
	}
	plan, err := readPlan(dir)
	if err != nil {
		return nil, c.Errorf(at+".run", "", "run %s: %v", m.Run, fileless(err, dir))
	}
	published, err := runner.ReadPublished(dir)
	if err != nil {
		return nil, c.Errorf(at+".run", "run its spec again with this release", "run %s: %v", m.Run, fileless(err, dir))
	}
	art, err := c.published(at, m, plan, published)
	if err != nil {
		return nil, err
	}
	old, err := c.readPolicy(art)
	if err != nil {
		return nil, c.Errorf(at+".run", "run its spec again: what is damaged is made anew", "%s of run %s: %v", m.Method, m.Run, fileless(err, dir))
	}
	return old, nil
}

// findRun is the directory of a run that a spec names: from the spec, else from
// the working directory, where runs are.
func findRun(dir, run string) (string, error) {
	found, err := runner.FindRun(filepath.Join(dir, filepath.FromSlash(run)))
	if err != nil || filepath.IsAbs(run) {
		found, err = runner.FindRun(filepath.FromSlash(run))
	}
	if err != nil {
		return "", fmt.Errorf("no run in %s - want the directory of a run, or of an experiment", run)
	}
	return found, nil
}

func readPlan(dir string) (*runner.Plan, error) {
	recorded, err := runner.ReadPlan(dir)
	if err != nil {
		return nil, err
	}
	return recorded.Plan()
}

// published is the artifact of the run's method.
func (c *Compiler) published(at string, m *specs.Model, plan *runner.Plan, published *runner.Published) (*runner.Artifact, error) {
	found := plan.Match("methods." + m.Method)
	if len(found) > 1 {
		var names []string
		for _, a := range found {
			names = append(names, methodOf(a.ID))
		}
		return nil, c.Errorf(at+".method", "", "run %s has method %s %d times - one of %s", m.Run, m.Method, len(found), strings.Join(names, ", "))
	}
	if len(found) == 1 && published.Has(found[0].Key()) {
		if art, err := published.Open(found[0].Key()); err != nil || art.Has(policiesFile) {
			return art, err
		}
	}
	var names []string
	for _, a := range plan.Actions {
		art, err := published.Open(a.Key())
		if err != nil || !art.Has(policiesFile) {
			continue
		}
		for _, id := range append([]string{a.ID}, a.Aliases...) {
			if strings.HasPrefix(id, "methods.") {
				names = append(names, methodOf(id))
			}
		}
	}
	hint := ""
	if near := specs.Suggest(m.Method, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return nil, c.Errorf(at+".method", hint, "run %s has no policy of a method %q - it has %s", m.Run, m.Method, strings.Join(names, ", "))
}

func methodOf(id string) string { return strings.TrimPrefix(id, "methods.") }

// experimentOf is the name that a run's path is under: runs/haiku/latest.
func experimentOf(run string) string {
	run = path.Clean(filepath.ToSlash(run))
	if base := path.Base(run); base == "latest" || strings.Contains(base, "Z-") {
		run = path.Dir(run)
	}
	return path.Base(run)
}

func (c *Compiler) readPolicy(art *runner.Artifact) (*oldPolicy, error) {
	rows, err := readTable[tables.Policy](art, policiesFile)
	if err != nil {
		return nil, err
	}
	if len(rows) != 1 {
		return nil, fmt.Errorf("it is %d policies - want one", len(rows))
	}
	old := &oldPolicy{Policy: rows[0]}
	if old.ID != tables.ID(string(art.Key), "", 0) {
		return nil, errors.New("its table is that of another step")
	}
	file, err := art.Path(policiesFile)
	if err != nil {
		return nil, err
	}
	if old.sum, err = c.sum(file); err != nil || old.Checkpoint == nil {
		return old, err
	}
	if file, err = art.Path(*old.Checkpoint); err != nil {
		return nil, err
	}
	old.weights = &source{path: file}
	old.weights.sum, err = c.sum(file)
	return old, err
}

// sum is the SHA-256 of a file, computed once.
func (c *Compiler) sum(path string) (string, error) {
	sum, known := c.sums[path]
	if !known {
		var err error
		if sum, err = fileHash(path); err != nil {
			return "", err
		}
		c.sums[path] = sum
	}
	return sum, nil
}

// baseOf finds the model that an old policy was trained from, which has to be the
// very same: the spec names it where the run's was a folder.
func (c *Compiler) baseOf(at string, m *specs.Model, old *oldPolicy) (*Policy, error) {
	if m.Backend != "" && m.Backend != old.Backend {
		return nil, c.Errorf(at+".backend", "leave it out", "%s of run %s is a policy of backend %s - not of %s", m.Method, m.Run, old.Backend, m.Backend)
	}
	named := *m
	named.Backend = old.Backend
	hint := ""
	if named.Name == "" {
		named.Name = old.Model
		hint = "name: ./folder says where the model lies"
	}
	p, err := c.model(at, &named)
	if err != nil {
		e := &specs.Error{}
		if errors.As(err, &e) {
			err = errors.New(e.Message)
		}
		return nil, c.Errorf(at+".run", hint, "%s of run %s was made from model %s of backend %s: %v", m.Method, m.Run, old.Model, old.Backend, err)
	}
	if p.Info.Revision != old.Revision {
		return nil, c.Errorf(at+".run", "run its spec again with this release", "%s of run %s was trained from another revision of %s: %s - here it is %s", m.Method, m.Run, old.Model, short(old.Revision), short(p.Info.Revision))
	}
	return p, nil
}

// short is as much of a revision as tells it from another.
func short(revision string) string { return revision[:min(len(revision), 19)] }

// fileless is an error without the place of what it is about, which the spec
// names in its own way.
func fileless(err error, dir string) error {
	text := nameless(err).Error()
	for _, prefix := range slices.Compact([]string{dir, filepath.Clean(dir)}) {
		text = strings.ReplaceAll(text, prefix+string(filepath.Separator), "")
		text = strings.ReplaceAll(text, prefix+": ", "")
	}
	return errors.New(text)
}

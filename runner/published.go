package runner

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// Published is the artifacts of a run as its directory has them: whole without the store, wherever the
// directory was moved. Their files are verified like the store's, by what artifacts.json says of them.
type Published struct{ byKey map[Key]*Artifact }

const (
	publishedName   = "artifacts.json"
	publishedFormat = "idiolect-artifacts/1"
)

// publishedFile is artifacts.json: the meta files of the artifacts, and the steps under whose ids they lie.
type publishedFile struct {
	Format    string          `json:"format"`
	Artifacts []publishedStep `json:"artifacts"`
}

type publishedStep struct {
	Step string          `json:"step"`
	Meta json.RawMessage `json:"meta"`
}

// ReadPublished reads what a run published. A run that has not ended yet has published nothing.
func ReadPublished(dir string) (*Published, error) {
	path := filepath.Join(dir, publishedName)
	var file publishedFile
	err := readFormat(path, &file, &file.Format, publishedFormat)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: the run has not come to an end - running its spec again goes on with it", dir)
	}
	if err != nil {
		return nil, err
	}
	p := &Published{byKey: map[Key]*Artifact{}}
	for _, s := range file.Artifacts {
		var m meta
		if err := json.Unmarshal(s.Meta, &m); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", path, s.Step, err)
		}
		if err := m.holds(m.Key); err != nil {
			return nil, fmt.Errorf("%s: %s: damaged: %w", path, s.Step, err)
		}
		a := newArtifact(filepath.Join(dir, artifactsName), m)
		a.step = s.Step
		p.byKey[m.Key] = a
	}
	return p, nil
}

// Has says whether the run published the artifact of that key.
func (p *Published) Has(k Key) bool { return p.byKey[k] != nil }

// Open is the artifact of that key. The error is fs.ErrNotExist for one that the run did not publish; what
// is damaged shows when a file of it is asked for.
func (p *Published) Open(k Key) (*Artifact, error) {
	a, ok := p.byKey[k]
	if !ok {
		return nil, fmt.Errorf("artifact %s: %w", k.Short(), fs.ErrNotExist)
	}
	return a, nil
}

// writePublished records what lies in a run's artifacts.
func (d *Dir) writePublished(p *Plan, s *Store) error {
	file := publishedFile{Format: publishedFormat, Artifacts: []publishedStep{}}
	for _, a := range p.Actions {
		art, err := s.Open(a.Key())
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("artifact of %s: %w", a.ID, err)
		}
		raw, err := json.Marshal(art.meta)
		if err != nil {
			return err
		}
		file.Artifacts = append(file.Artifacts, publishedStep{a.ID, raw})
	}
	out, err := json.MarshalIndent(file, "", " ")
	if err != nil {
		return err
	}
	return writeFile(d.Fail, filepath.Join(d.Path, publishedName), append(out, '\n'), 0o666)
}

package runner

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// Artifact is what a step made: some files, immutable. It is safe for several goroutines.
type Artifact struct {
	Key  Key
	dir  string
	step string // under whose id the files lie in a run directory; empty in the store
	meta meta

	once []sync.Once // per file: verified once per process
	errs []error
}

// meta is an artifact's meta.json. Sum is the SHA-256 of the rest, so that a flipped bit in it is
// noticed like one in any other file.
type meta struct {
	Format  string     `json:"format"`
	Key     Key        `json:"key"`
	KeyText string     `json:"key_text"`
	Files   []fileMeta `json:"files"` // in the order they were created
	Sum     string     `json:"sum"`
}

type fileMeta struct {
	Name     string `json:"name"`
	Size     int64  `json:"size"`
	SHA256   string `json:"sha256"`
	Volatile bool   `json:"volatile,omitempty"` // holds what a clock measures: runs need not agree on it
}

const (
	metaFile   = "meta.json"
	metaFormat = "idiolect-artifact/1"
)

// DamagedError is a file of the store that is not what was written.
type DamagedError struct {
	Key    Key
	Path   string // of the file
	Reason string
}

func (e *DamagedError) Error() string { return fmt.Sprintf("%s: damaged: %s", e.Path, e.Reason) }

// Files names the artifact's files in the order they were created.
func (a *Artifact) Files() []string {
	names := make([]string, len(a.meta.Files))
	for i, f := range a.meta.Files {
		names[i] = f.Name
	}
	return names
}

// Has says whether the artifact has a file of that name.
func (a *Artifact) Has(file string) bool { return a.find(file) >= 0 }

// Volatile says whether the file holds what a clock measures.
func (a *Artifact) Volatile(file string) bool {
	i := a.find(file)
	return i >= 0 && a.meta.Files[i].Volatile
}

// Size is the length of a file in bytes, -1 for a file that is not there.
func (a *Artifact) Size(file string) int64 {
	if i := a.find(file); i >= 0 {
		return a.meta.Files[i].Size
	}
	return -1
}

// KeyText is the text that the artifact's key is the hash of.
func (a *Artifact) KeyText() string { return a.meta.KeyText }

// Path is where the file lies, after its SHA-256 was checked. The file is read-only; it is not the
// caller's to change. A file that is not what was written gives a [DamagedError].
func (a *Artifact) Path(file string) (string, error) {
	i := a.find(file)
	if i < 0 {
		return "", fmt.Errorf("%s: no such file in this artifact - it has %q", filepath.Join(a.dir, file), a.Files())
	}
	a.once[i].Do(func() { a.errs[i] = a.verify(a.meta.Files[i]) })
	return a.at(file), a.errs[i]
}

// Verify checks every file of the artifact and reports the first that is damaged.
func (a *Artifact) Verify() error {
	for _, f := range a.meta.Files {
		if _, err := a.Path(f.Name); err != nil {
			return err
		}
	}
	return nil
}

func (a *Artifact) find(file string) int {
	return slices.IndexFunc(a.meta.Files, func(f fileMeta) bool { return f.Name == file })
}

func (a *Artifact) at(file string) string {
	if a.step != "" {
		return filepath.Join(a.dir, published(a.step, a, file))
	}
	return filepath.Join(a.dir, filepath.FromSlash(file))
}

func (a *Artifact) verify(want fileMeta) error {
	f, err := os.Open(a.at(want.Name))
	if errors.Is(err, fs.ErrNotExist) {
		return &DamagedError{a.Key, a.at(want.Name), "the file is missing"}
	}
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	size, err := io.Copy(sum, f)
	if err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); size != want.Size || got != want.SHA256 {
		return &DamagedError{a.Key, a.at(want.Name), fmt.Sprintf("%d bytes with sha256 %.12s, written were %d with %.12s", size, got, want.Size, want.SHA256)}
	}
	return nil
}

// openArtifact reads and checks the meta file of the artifact in dir.
func openArtifact(dir string, k Key) (*Artifact, error) {
	path := filepath.Join(dir, metaFile)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, stat := os.Lstat(dir); stat == nil {
			return nil, &DamagedError{k, path, "the file is missing"}
		}
	}
	if err != nil {
		return nil, err
	}
	m, err := readMeta(raw, k)
	if err != nil {
		return nil, &DamagedError{k, path, err.Error()}
	}
	return newArtifact(dir, m), nil
}

func newArtifact(dir string, m meta) *Artifact {
	return &Artifact{Key: m.Key, dir: dir, meta: m, once: make([]sync.Once, len(m.Files)), errs: make([]error, len(m.Files))}
}

func readMeta(raw []byte, k Key) (meta, error) {
	var m meta
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&m); err != nil {
		return m, err
	}
	if m.Format != metaFormat {
		return m, fmt.Errorf("format %q - this release reads %q", m.Format, metaFormat)
	}
	if again, err := m.encode(); err != nil || !bytes.Equal(again, raw) {
		return m, errors.New("its own checksum does not hold")
	}
	return m, m.holds(k)
}

// holds checks that the meta file is whole and that of the key.
func (m meta) holds(k Key) error {
	if sum, err := m.sum(); err != nil || sum != m.Sum {
		return errors.New("its own checksum does not hold")
	}
	if m.Key != k || hashText(m.KeyText) != k {
		return fmt.Errorf("it is the meta file of %.12s, not of %.12s", hashText(m.KeyText), k)
	}
	return nil
}

// encode writes the meta file with its checksum.
func (m meta) encode() ([]byte, error) {
	var err error
	if m.Sum, err = m.sum(); err != nil {
		return nil, err
	}
	out, err := json.MarshalIndent(m, "", "  ")
	return append(out, '\n'), err
}

// sum is the SHA-256 of all but itself.
func (m meta) sum() (string, error) {
	m.Sum = ""
	body, err := json.Marshal(m)
	return string(hashText(string(body))), err
}

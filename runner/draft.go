package runner

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"idiolect/internal/fail"
)

// draft is an artifact being made, in a directory of its own under the key's partial work.
type draft struct {
	store *Store
	key   Key
	text  string // key text
	fail  fail.Injector

	mu    sync.Mutex
	dir   string // empty until the first file is created
	files []*draftFile
}

// draftFile hashes what it writes, so that no file is read again to be committed.
type draftFile struct {
	draft  *draft
	file   *os.File
	sum    hash.Hash
	meta   fileMeta
	err    error // the first error of a write
	closed bool
}

func (d *draft) create(name string, volatile bool) (io.WriteCloser, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !fs.ValidPath(name) || name == "." || name == metaFile {
		return nil, fmt.Errorf("file %q of an artifact - a relative path with slashes, not %s", name, metaFile)
	}
	if slices.ContainsFunc(d.files, func(f *draftFile) bool { return f.meta.Name == name }) {
		return nil, fmt.Errorf("file %q of an artifact is created twice", name)
	}
	if err := fail.Point(d.fail, "store.create"); err != nil {
		return nil, err
	}
	if err := d.begin(); err != nil {
		return nil, err
	}
	path := filepath.Join(d.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, err
	}
	f := &draftFile{draft: d, file: file, sum: sha256.New(), meta: fileMeta{Name: name, Volatile: volatile}}
	d.files = append(d.files, f)
	return f, nil
}

// Scratch makes a file to work in, on the disk that the artifact will be on. The caller closes it; where the
// system allows that it has no name, elsewhere it goes with the rest of the partial work.
func (r *Run) Scratch() (*os.File, error) {
	if err := r.Point("scratch.create"); err != nil {
		return nil, err
	}
	dir := r.store.partial(r.Key())
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(dir, "scratch-")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(f.Name())
	return f, nil
}

// begin makes the draft's directory. A dead process may have left another one: it goes with the rest of
// the partial work, because nobody can tell it from that of a process that is alive.
func (d *draft) begin() (err error) {
	if d.dir != "" {
		return nil
	}
	if err := os.MkdirAll(d.store.partial(d.key), 0o777); err != nil {
		return err
	}
	d.dir, err = os.MkdirTemp(d.store.partial(d.key), "draft-")
	if err != nil {
		return err
	}
	return os.Chmod(d.dir, 0o777) // MkdirTemp makes it private; a store may be shared
}

func (f *draftFile) Write(p []byte) (int, error) {
	n, err := fail.Writer(f.draft.fail, "draft.write", f.file).Write(p)
	f.sum.Write(p[:n])
	f.meta.Size += int64(n)
	f.err = errors.Join(f.err, err)
	return n, err
}

// Close makes the file durable and read-only.
func (f *draftFile) Close() error {
	f.draft.mu.Lock()
	defer f.draft.mu.Unlock()
	if f.closed {
		return f.err
	}
	f.closed = true
	f.meta.SHA256 = hex.EncodeToString(f.sum.Sum(nil))
	f.err = errors.Join(f.err, f.file.Sync(), f.file.Chmod(0o444), f.file.Close())
	return f.err
}

// commit puts the artifact in place by one rename. If another process was first, theirs stands.
func (d *draft) commit() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range d.files {
		if !f.closed || f.err != nil {
			return fmt.Errorf("file %q of the artifact was not closed: %w", f.meta.Name, f.err)
		}
	}
	if err := d.begin(); err != nil { // a step without files still has an artifact
		return err
	}
	if err := d.writeMeta(); err != nil {
		return err
	}
	if err := fail.Point(d.fail, "store.commit.before"); err != nil {
		return err
	}
	if err := os.Rename(d.dir, d.store.path(d.key)); err != nil && !d.store.Has(d.key) {
		return err
	}
	if err := syncDir(d.store.dir); err != nil {
		return err
	}
	if err := fail.Point(d.fail, "store.commit.after"); err != nil {
		return err
	}
	d.store.dropPartial(d.key)
	return nil
}

func (d *draft) writeMeta() error {
	m := meta{Format: metaFormat, Key: d.key, KeyText: d.text, Files: []fileMeta{}}
	dirs := map[string]bool{d.dir: true}
	for _, f := range d.files {
		m.Files = append(m.Files, f.meta)
		dirs[filepath.Dir(f.file.Name())] = true
	}
	raw, err := m.encode()
	if err != nil {
		return err
	}
	if err := writeFile(d.fail, filepath.Join(d.dir, metaFile), raw, 0o444); err != nil {
		return err
	}
	for dir := range dirs {
		if err := syncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

// discard deletes the draft of a step that did not finish.
func (d *draft) discard() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dir == "" || fail.Point(d.fail, "store.discard") != nil {
		return
	}
	for _, f := range d.files {
		if !f.closed {
			_ = f.file.Close()
		}
	}
	_ = os.RemoveAll(d.dir)
}

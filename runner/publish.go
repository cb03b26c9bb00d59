package runner

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"
)

// maxCopy is the size in bytes from which a file is linked and not copied.
const maxCopy = 64 << 20

// Publish puts the artifacts of the plan that the store has under artifacts/, read-only: a step's table as
// ID.parquet, its other files as ID.FILE, and the same under its aliases. Files below 64 MB are copies, so
// that a run directory can be moved and the store cleared; larger ones are links. What lies there is
// recorded in artifacts.json.
func (d *Dir) Publish(p *Plan, s *Store) error {
	root := filepath.Join(d.Path, artifactsName)
	if err := os.MkdirAll(root, 0o777); err != nil {
		return err
	}
	var g errgroup.Group
	g.SetLimit(copiesAtOnce)
	for _, a := range p.Actions {
		if s.Has(a.Key()) {
			g.Go(func() error { return d.publishAll(root, a, s) })
		}
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return errors.Join(d.writePublished(p, s), syncDir(root))
}

// artifactsName is the folder of a run directory that holds its artifacts.
const artifactsName = "artifacts"

// copiesAtOnce is more than the processors are, because a copy mostly waits for the disk.
const copiesAtOnce = 8

func (d *Dir) publishAll(root string, a *Action, s *Store) error {
	art, err := s.Open(a.Key())
	if err != nil {
		return fmt.Errorf("artifact of %s: %w", a.ID, err)
	}
	for _, file := range art.Files() {
		if err := d.publish(root, a, art, file); err != nil {
			return fmt.Errorf("artifact of %s: %w", a.ID, err)
		}
	}
	return nil
}

func (d *Dir) publish(root string, a *Action, art *Artifact, file string) error {
	from, err := art.Path(file)
	if err != nil {
		return err
	}
	first := filepath.Join(root, published(a.ID, art, file))
	if err := os.MkdirAll(filepath.Dir(first), 0o777); err != nil {
		return err
	}
	if art.Size(file) >= maxCopy {
		err = link(from, first)
	} else {
		err = d.copyFile(from, first)
	}
	for _, alias := range a.Aliases {
		if err != nil {
			return err
		}
		to := filepath.Join(root, published(alias, art, file))
		if err = os.MkdirAll(filepath.Dir(to), 0o777); err == nil {
			err = link(first, to)
		}
	}
	return err
}

// published names a file of a step's artifact: ID.parquet for its table, ID.FILE for the others.
func published(id string, art *Artifact, file string) string {
	if file == art.Table() {
		return id + ".parquet"
	}
	return id + "." + filepath.FromSlash(file)
}

// Table is the artifact's main table: the first Parquet file created that is not volatile, empty if there
// is none.
func (a *Artifact) Table() string {
	for _, f := range a.meta.Files {
		if strings.HasSuffix(f.Name, ".parquet") && !f.Volatile {
			return f.Name
		}
	}
	return ""
}

// link gives a file a second name: a hard link, which outlives the first name, or where the filesystem
// allows none a symbolic one.
func link(from, to string) error {
	temp := filepath.Join(filepath.Dir(to), newFiles+filepath.Base(to))
	_ = os.Remove(temp)
	if err := os.Link(from, temp); err != nil {
		abs, err := filepath.Abs(from)
		if err != nil {
			return err
		}
		if err := os.Symlink(abs, temp); err != nil {
			return err
		}
	}
	// Renaming one name of a file onto another of the same file does nothing at all.
	return errors.Join(os.Rename(temp, to), removeIfThere(temp))
}

func removeIfThere(path string) error {
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// copyFile copies by the filesystem's own means where it has them.
func (d *Dir) copyFile(from, to string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	return writeWith(d.Fail, to, 0o444, func(w io.Writer) error {
		_, err := io.Copy(w, f)
		return err
	})
}

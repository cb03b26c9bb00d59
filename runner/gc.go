package runner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Collection is what [Store.Collect] deletes, or would.
type Collection struct {
	Artifacts []Stored // that no run refers to
	Aside     int      // that were set aside
	Partial   int      // steps whose unfinished work nobody has touched for a day
	Bytes     int64    // of all that
}

const (
	collectingName = "collecting" // v1/collecting is there while a collection decides
	// flagLife is when the flag of a collection that has not renewed it is taken for a dead one's. The
	// collection itself gives up at half of it.
	flagLife = time.Minute
	// partialLife is how long unfinished work that no run refers to stays: nobody can tell it from that of
	// a process that is alive and has just lost its run directory.
	partialLife = 24 * time.Hour
)

// Collect deletes what nobody refers to, while other processes may be at work on the store: artifacts that
// are in none of the references, unfinished work that is in none of them and was not touched for a day, and
// all that was set aside. dry only counts.
//
// A run puts its plan.json in place before it looks into the store, and a collection its flag before it
// reads the plans. So one of the two sees the other: a run that comes later waits until the collection has
// decided, and then finds missing what is missing. references is called behind the flag.
func (s *Store) Collect(dry bool, now time.Time, references func() (References, error)) (c Collection, err error) {
	if _, err := os.Stat(s.dir); errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	g := &collector{store: s, dry: dry, now: now}
	if err := g.begin(); err != nil {
		return c, err
	}
	refs, err := references()
	if err == nil {
		err = s.remembered(refs, now)
	}
	if err == nil {
		err = g.condemn(refs)
	}
	return g.Collection, errors.Join(err, g.end())
}

type collector struct {
	Collection
	store   *Store
	dry     bool
	now     time.Time
	doomed  string    // where what is to be deleted goes first
	renewed time.Time // the flag
}

func (g *collector) flag() string { return filepath.Join(g.store.dir, collectingName) }

func (g *collector) begin() (err error) {
	if g.dry {
		return nil
	}
	if flagged(g.flag()) {
		return fmt.Errorf("%s: another collection is at work - wait for it", g.flag())
	}
	_ = os.Remove(g.flag()) // of one that died
	f, err := os.OpenFile(g.flag(), os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	g.renewed = time.Now()
	if err := f.Close(); err != nil {
		return err
	}
	g.doomed, err = os.MkdirTemp(g.store.dir, doomedName)
	return err
}

// flagged says whether a collection is at work.
func flagged(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && time.Since(info.ModTime()) < flagLife
}

// condemn moves away what is to be deleted, each by one rename.
func (g *collector) condemn(refs References) error {
	all, err := g.store.Inventory(refs)
	if err != nil {
		return err
	}
	for _, a := range all {
		if len(a.Runs) == 0 {
			g.Artifacts = append(g.Artifacts, a)
			if err := g.move(g.store.path(a.Key)); err != nil {
				return err
			}
		}
	}
	return errors.Join(g.aside(), g.partial(refs), g.leftovers())
}

func (g *collector) aside() error {
	names, err := readNames(filepath.Join(g.store.dir, "aside"))
	for _, name := range names {
		g.Aside++
		if err := g.move(filepath.Join(g.store.dir, "aside", name)); err != nil {
			return err
		}
	}
	return err
}

func (g *collector) partial(refs References) error {
	names, err := readNames(filepath.Join(g.store.dir, "partial"))
	for _, name := range names {
		path := filepath.Join(g.store.dir, "partial", name)
		if _, touched := measure(path); refs[Key(name)] != nil || g.now.Sub(touched) < partialLife {
			continue
		}
		if isKey(name) {
			g.Partial++
		}
		if err := g.move(path); err != nil {
			return err
		}
	}
	return err
}

// leftovers are what an earlier collection had decided on when it died.
func (g *collector) leftovers() error {
	names, err := readNames(g.store.dir)
	for _, name := range names {
		path := filepath.Join(g.store.dir, name)
		if strings.HasPrefix(name, doomedName) && path != g.doomed {
			if err := g.move(path); err != nil {
				return err
			}
		}
	}
	return err
}

// move takes one thing out of the store. A collection that was asleep for so long that others may take it
// for dead gives up.
func (g *collector) move(path string) error {
	bytes, _ := measure(path)
	g.Bytes += bytes
	if g.dry {
		return nil
	}
	if asleep := time.Since(g.renewed); asleep > flagLife/2 {
		return fmt.Errorf("store: the collection stood still for %s and gave up - run it again", asleep.Round(time.Second))
	}
	if err := os.Rename(path, filepath.Join(g.doomed, filepath.Base(path))); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("store: %w", err)
	}
	if time.Since(g.renewed) > time.Second {
		g.renewed = time.Now()
		return os.Chtimes(g.flag(), g.renewed, g.renewed)
	}
	return nil
}

// end lets runs go on, and deletes.
func (g *collector) end() error {
	if g.dry {
		return nil
	}
	return errors.Join(os.Remove(g.flag()), os.RemoveAll(g.doomed))
}

// await waits while a collection decides what to delete.
func (s *Store) await(ctx context.Context, b *brake) error {
	for flagged(filepath.Join(s.dir, collectingName)) {
		select {
		case <-time.After(20 * time.Millisecond):
		case <-b.stopping():
			return nil // nothing will be looked up
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

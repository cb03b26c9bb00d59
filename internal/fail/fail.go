// Package fail lets a test end a run at a chosen place, leaving on disk exactly what a killed process
// would leave.
//
// Code that changes files asks its [Injector] before each change. A dead injector answers [ErrDied] to
// every question from then on, so nothing is written, renamed or tidied up after the death, in any
// goroutine. There is no global switch: an injector is handed down through options.
package fail

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"strings"
	"sync"
	"syscall"
)

// ErrDied is what every point answers from the moment of death on. Code that sees it returns at once
// and changes no file, not even to clean up.
var ErrDied = errors.New("died at a failpoint")

// Injector is asked before each change of a file and at each step of a long computation. A nil error
// means: go on.
type Injector interface {
	Point(name string) error
}

// Point asks the injector, if there is one.
func Point(i Injector, name string) error {
	if i == nil {
		return nil
	}
	return i.Point(name)
}

// Writer asks the injector before each write to w. A write that is refused, by anything but a death, still
// puts half of its bytes there, as a disk does that fills up. name ends in [Write].
func Writer(i Injector, name string, w io.Writer) io.Writer {
	if i == nil {
		return w
	}
	return &writer{i, name, w}
}

type writer struct {
	injector Injector
	name     string
	to       io.Writer
}

func (w *writer) Write(p []byte) (int, error) {
	err := w.injector.Point(w.name)
	if err == nil {
		return w.to.Write(p)
	}
	if errors.Is(err, ErrDied) {
		return 0, err
	}
	n, _ := w.to.Write(p[:len(p)/2])
	if file, ok := w.to.(interface{ Name() string }); ok {
		err = &fs.PathError{Op: "write", Path: file.Name(), Err: err}
	}
	return n, err
}

// Write is what the names of the points end in that stand before a write.
const Write = ".write"

// Full is an Injector for a disk that has no room any more from the n-th write on, whatever is written.
// It is safe for several goroutines.
type Full struct {
	n int

	mu   sync.Mutex
	hits int
}

// FullAt fails every write from the n-th on, from 1; 0 only counts.
func FullAt(n int) *Full { return &Full{n: n} }

// Point counts the writes.
func (f *Full) Point(name string) error {
	if !strings.HasSuffix(name, Write) {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hits++
	if f.n > 0 && f.hits >= f.n {
		return syscall.ENOSPC
	}
	return nil
}

// Writes says how many writes there were.
func (f *Full) Writes() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hits
}

// Death is an Injector that dies once, at the n-th time a named point is reached, and counts how often
// each point was reached. It is safe for several goroutines.
type Death struct {
	name string
	n    int

	mu   sync.Mutex
	dead bool
	hits map[string]int
}

// At dies at the n-th hit (from 1) of the named point.
func At(name string, n int) *Death {
	return &Death{name: name, n: n, hits: map[string]int{}}
}

// Never only counts: it tells a test which points there are, and how often each is reached.
func Never() *Death { return At("", 0) }

// Point counts the hit and answers ErrDied from the chosen one on.
func (d *Death) Point(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return ErrDied
	}
	d.hits[name]++
	if name == d.name && d.hits[name] == d.n {
		d.dead = true
		return ErrDied
	}
	return nil
}

// Hits says how often each point was reached before the death.
func (d *Death) Hits() map[string]int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.hits)
}

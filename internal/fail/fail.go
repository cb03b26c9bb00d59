// Package fail lets a test end a run at a chosen place, leaving on disk exactly what a killed process
// would leave.
//
// Code that changes files asks its [Injector] before each change. A dead injector answers [ErrDied] to
// every question from then on, so nothing is written, renamed or tidied up after the death, in any
// goroutine. There is no global switch: an injector is handed down through options.
package fail

import (
	"errors"
	"maps"
	"sync"
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

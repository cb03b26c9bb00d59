package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
)

// Rows does the row work of a step, each row once: rows that an earlier process journaled are not done
// again. key(i) names row i, unlike every other row of the step, over all calls of Rows in it. do gets
// the indices still to do and calls emit for each as it finishes, in any order and from any goroutine;
// a result counts, and may be built upon, once emit has returned nil. do should start no row after
// [Run.Stopping] is closed, and may then return nil with rows missing: Rows returns [ErrStopped].
//
// The results are in the order of the indices. Each went through JSON, whether it was just made or read
// from the journal, so that a resumed step sees exactly what an uninterrupted one does. Rows reports
// progress itself. Results that are [Failing] end the step when nothing else comes.
func Rows[R any](ctx context.Context, r *Run, n int, key func(i int) string, do func(ctx context.Context, todo []int, emit func(i int, result R) error) error) ([]R, error) {
	w := &rows[R]{run: r, key: key, results: make([]R, n), have: make([]bool, n), held: held{proven: r.options.KeepGoing}}
	todo, err := w.read()
	if err != nil || len(todo) == 0 {
		return w.results, err
	}
	if r.stopping() {
		return nil, ErrStopped
	}
	err = do(ctx, todo, w.emit)
	missing, lost := w.end()
	if err == nil {
		err = lost
	}
	switch {
	case err != nil:
		return nil, err
	case missing < 0:
		return w.results, w.journal(w.held.rest())
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case r.stopping():
		return nil, ErrStopped
	}
	return nil, fmt.Errorf("row %q has no result", key(missing))
}

type rows[R any] struct {
	run     *Run
	key     func(i int) string
	results []R

	mu    sync.Mutex
	have  []bool
	done  int
	held  held
	ended bool
	lost  error // why a result could not be kept; do may not pass over it
}

// read takes what the journal has and returns the indices of the other rows.
func (w *rows[R]) read() (todo []int, err error) {
	j := w.run.journal
	if err := j.read(w.run.Log); err != nil {
		return nil, err
	}
	for i := range w.results {
		key := w.key(i)
		if err := j.claim(key); err != nil {
			return nil, err
		}
		raw, ok := j.rows[key]
		if ok {
			if err := json.Unmarshal(raw, &w.results[i]); err != nil {
				return nil, fmt.Errorf("row %q of the journal in %s: %w", key, j.dir, err)
			}
			w.have[i] = true
			w.done++
			w.held.proven = true // a journal has a success in it
			continue
		}
		todo = append(todo, i)
	}
	w.run.Progress(w.done, len(w.results), "")
	return todo, nil
}

func (w *rows[R]) emit(i int, result R) error {
	key := w.key(i)
	if err := w.take(i, key); err != nil {
		return err
	}
	kept, err := w.keep(key, result)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		w.lost = err
		return err
	}
	w.results[i] = kept
	w.done++
	w.run.Progress(w.done, len(w.results), "")
	return nil
}

// keep journals a result and returns it as a later process would read it. A failure waits until the step
// has a success.
func (w *rows[R]) keep(key string, result R) (kept R, err error) {
	raw, err := json.Marshal(result)
	if err == nil {
		err = json.Unmarshal(raw, &kept)
	}
	if err != nil {
		return kept, fmt.Errorf("row %q: %w", key, err)
	}
	w.mu.Lock()
	write, err := w.held.see(key, raw, failure(result))
	w.mu.Unlock()
	if err != nil {
		return kept, err
	}
	return kept, w.journal(write)
}

func (w *rows[R]) journal(rows []heldRow) error {
	for _, row := range rows {
		if err := w.run.journal.append(row.key, row.raw); err != nil {
			return err
		}
	}
	return nil
}

// take refuses a row that was done already or comes when the work is over.
func (w *rows[R]) take(i int, key string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.have[i] || w.ended {
		return fmt.Errorf("row %q is emitted twice, or after its step's work was over", key)
	}
	w.have[i] = true
	return nil
}

// end takes no more rows. It returns the index of the first that is missing, or -1.
func (w *rows[R]) end() (missing int, lost error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	for i, have := range w.have {
		if !have {
			return i, w.lost
		}
	}
	return -1, w.lost
}

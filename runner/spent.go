package runner

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"idiolect/internal/fail"
)

// spentFiles are hidden files in a run's directory: each process that works on the run keeps in one of its
// own what it used, and nobody writes into that of another.
const spentFiles = ".spent-*"

// spentSize is what a spent file is filled up to, so that it is overwritten in one piece.
const spentSize = 160

// Spent is what the run used until now: what each process wrote down before it sent a request. What was in
// flight when a process died counts in full.
func (d *Dir) Spent() Budget {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.earlier.add(d.own)
}

// Spending writes down that the run, earlier processes included, will have used so much at most.
func (d *Dir) Spending(total Budget) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.own = total.sub(d.earlier)
	raw, err := json.Marshal(d.own)
	if err != nil {
		return err
	}
	if d.spent == nil {
		if d.spent, err = os.CreateTemp(d.Path, spentFiles); err != nil {
			return err
		}
		if err := d.spent.Chmod(0o666); err != nil {
			return err
		}
	}
	to := io.NewOffsetWriter(d.spent, 0)
	if _, err = fail.Writer(d.Fail, "spent.write", to).Write(fmt.Appendf(nil, "%-*s\n", spentSize-1, raw)); err != nil {
		return fmt.Errorf("%s: %w", d.spent.Name(), err)
	}
	return nil
}

// readSpent sums what all processes used. A file that tells nothing is that of one that died before it
// used anything.
func readSpent(dir string) (Budget, error) {
	var sum Budget
	files, err := filepath.Glob(filepath.Join(globEscape(dir), spentFiles))
	for _, path := range files {
		raw, err := os.ReadFile(path)
		if err != nil {
			return sum, err
		}
		var one Budget
		if len(raw) == 0 {
			continue
		}
		if err := json.Unmarshal(raw, &one); err != nil {
			return sum, fmt.Errorf("%s: what a process of this run used cannot be read: %w - without the file it does not count against the budget", path, err)
		}
		sum = sum.add(one)
	}
	return sum, err
}

func (b Budget) add(o Budget) Budget { return Budget{b.Usage.Add(o.Usage), b.Wall + o.Wall} }
func (b Budget) sub(o Budget) Budget { return Budget{b.Usage.sub(o.Usage), b.Wall - o.Wall} }

package runner

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"idiolect/internal/fail"
)

// syncEvery bounds what the loss of power costs. The death of the process costs nothing, since a record
// is in the kernel's hands before it counts.
const syncEvery = 200 * time.Millisecond

// journal is the finished rows of one step: what earlier processes wrote, and a file of this process's
// own. Nobody ever writes into the file of another, so there is nothing to lock.
type journal struct {
	dir  string
	fail fail.Injector

	load sync.Once
	rows map[string][]byte // key -> JSON of the result, as found at the start
	err  error             // of loading

	mu    sync.Mutex
	names map[string]bool // row keys this process has been asked for
	seq   int             // number of this process's file: one more than the highest found
	start sync.Once
	queue chan journalEntry
	quit  chan struct{} // closed when no entry will be taken any more
	done  chan struct{} // closed when the writer has ended
	end   error         // of the writer; read after done
}

type journalEntry struct {
	record  []byte
	written chan<- error
}

func newJournal(dir string, f fail.Injector) *journal {
	return &journal{
		dir: dir, fail: f, rows: map[string][]byte{}, names: map[string]bool{}, seq: 1,
		queue: make(chan journalEntry), quit: make(chan struct{}), done: make(chan struct{}),
	}
}

// read loads every journal of the step, once. Files are read in the order of their numbers and the first
// record of a row wins, so every later process makes the same choice. Damage is logged.
func (j *journal) read(log func(format string, args ...any)) error {
	j.load.Do(func() {
		var names []string
		names, j.err = filepath.Glob(filepath.Join(globEscape(j.dir), "journal-*"))
		slices.Sort(names)
		for _, name := range names {
			raw, err := os.ReadFile(name)
			if err != nil {
				j.err = errors.Join(j.err, err)
				continue
			}
			if n := readRecords(raw, j.keep); n > 0 {
				log("%s: %d damaged bytes passed over", name, n)
			}
			var seq int
			if _, err := fmt.Sscanf(filepath.Base(name), "journal-%d-", &seq); err == nil {
				j.seq = max(j.seq, seq+1)
			}
		}
	})
	return j.err
}

func (j *journal) keep(key string, result []byte) {
	if _, taken := j.rows[key]; !taken {
		j.rows[key] = result
	}
}

// append writes one row and returns once the record is in the file.
func (j *journal) append(key string, result []byte) error {
	record, err := encodeRecord(key, result)
	if err != nil {
		return err
	}
	j.start.Do(func() { go j.write() })
	written := make(chan error, 1)
	select {
	case j.queue <- journalEntry{record, written}:
		return <-written
	case <-j.done:
		if j.end == nil {
			return fmt.Errorf("journal in %s: the step's work is over", j.dir)
		}
		return j.end
	}
}

// write is the one writer. After an error it takes nothing more: a record that follows a half-written one
// might be lost with it.
func (j *journal) write() {
	defer close(j.done)
	file, err := j.create()
	if err != nil {
		j.end = err
		return
	}
	tick := time.NewTicker(syncEvery)
	defer tick.Stop()
	dirty := false
	for j.end == nil {
		select {
		case e := <-j.queue:
			j.end = j.put(file, e.record)
			e.written <- j.end
			dirty = true
		case <-tick.C:
			if dirty {
				j.end = file.Sync()
			}
			dirty = false
		case <-j.quit:
			j.end = errors.Join(file.Sync(), file.Close())
			return
		}
	}
	_ = file.Close()
}

func (j *journal) put(file *os.File, record []byte) error {
	if err := fail.Point(j.fail, "journal.append"); err != nil {
		return err
	}
	_, err := fail.Writer(j.fail, "journal.write", file).Write(record)
	return err
}

func (j *journal) create() (*os.File, error) {
	if err := os.MkdirAll(j.dir, 0o777); err != nil {
		return nil, err
	}
	file, err := os.CreateTemp(j.dir, fmt.Sprintf("journal-%06d-", j.seq))
	if err != nil {
		return nil, err
	}
	return file, errors.Join(file.Chmod(0o666), syncDir(j.dir), syncDir(filepath.Dir(j.dir)))
}

// close ends the writer and makes what was written durable.
func (j *journal) close() error {
	began := true
	j.start.Do(func() { began = false; close(j.done) })
	if !began {
		return nil
	}
	close(j.quit)
	<-j.done
	return j.end
}

// claim notes that this process asked for a row. A key that names two rows would give one of them the
// other's result, so it is a mistake of the step.
func (j *journal) claim(key string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.names[key] {
		return fmt.Errorf("row key %q names two rows", key)
	}
	j.names[key] = true
	return nil
}

// globEscape quotes what a pattern would read as an operator.
func globEscape(path string) string {
	return strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

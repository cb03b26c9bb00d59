package runner

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"time"

	"idiolect/internal/fail"
)

// Dir is the directory of one run, ROOT/NAME/TIME-KEY/, where people find what it was and what came out:
//
//	spec.yaml       the spec as it was read
//	plan.json       the plan
//	run.json        how far the run is, or how it ended
//	events.jsonl    what happened and when, one JSON object a line
//	report.json     what a report has to know of the spec
//	artifacts/      the tables and other files of the store, under the steps' names
//	artifacts.json  what they have to be, by checksum
//
// ROOT/NAME/latest leads to the newest. A Dir is safe for several goroutines.
type Dir struct {
	Path    string
	Resumed bool          // an unfinished run of the same plan goes on here
	Fail    fail.Injector // for tests; nil is none

	state RunState

	mu      sync.Mutex
	events  *os.File
	torn    bool                 // events ends within a line
	told    map[string]time.Time // step -> when its progress was last written
	earlier Budget               // what earlier processes of the run used
	own     Budget               // what this one did
	spent   *os.File             // where it says so; nil until then
}

// planName is the plan in a run directory.
const planName = "plan.json"

// eventsName is what happened in it.
const eventsName = "events.jsonl"

// OpenRun opens the directory of a run of the plan under root: that of the newest unfinished run of the
// very same plan, else a new one. The caller closes it.
func OpenRun(root, name string, specSource []byte, p *Plan, now time.Time) (*Dir, error) {
	return beginRun(root, name, specSource, p, now, nil)
}

func beginRun(root, name string, specSource []byte, p *Plan, now time.Time, f fail.Injector) (*Dir, error) {
	if !validID(name) {
		return nil, fmt.Errorf("run name %q - a plain file name", name)
	}
	plan, err := p.JSON()
	if err != nil {
		return nil, err
	}
	d := &Dir{Fail: f, told: map[string]time.Time{}}
	d.state = RunState{Format: runFormat, Name: name, Plan: p.Key(), Started: now.UTC(), Steps: len(p.Actions)}
	if d.Path, err = unfinished(filepath.Join(root, name), d.state.Plan); err != nil {
		return nil, err
	}
	d.Resumed = d.Path != ""
	if err := d.begin(filepath.Join(root, name)); err != nil {
		return nil, err
	}
	return d, d.fill(specSource, plan)
}

// begin makes a new directory, or takes over how an unfinished one began.
func (d *Dir) begin(parent string) error {
	if d.Resumed {
		old, err := ReadRun(d.Path)
		if err != nil {
			return err
		}
		d.state.Started = old.Started
		sweepNew(d.Path, time.Now())
		d.earlier, err = readSpent(d.Path)
		return err
	}
	base := filepath.Join(parent, d.state.Started.Format(stampLayout)+"-"+d.state.Plan.Short())
	d.Path = base
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return err
	}
	for n := 2; ; n++ { // two finished runs of one plan within a second
		err := os.Mkdir(d.Path, 0o777)
		if !errors.Is(err, fs.ErrExist) || n > 999 {
			return err
		}
		d.Path = fmt.Sprintf("%s-%d", base, n)
	}
}

func (d *Dir) fill(specSource, plan []byte) (err error) {
	if err := writeFile(d.Fail, filepath.Join(d.Path, "spec.yaml"), specSource, 0o666); err != nil {
		return err
	}
	if err := writeFile(d.Fail, filepath.Join(d.Path, planName), plan, 0o666); err != nil {
		return err
	}
	d.state.State = RunRunning
	if err := d.write(); err != nil {
		return err
	}
	d.events, err = os.OpenFile(filepath.Join(d.Path, eventsName), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return err
	}
	d.torn = tornFile(d.events)
	return pointLatest(d.Path)
}

// tornFile says whether a file of lines ends within one.
func tornFile(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false
	}
	last := make([]byte, 1)
	_, err = f.ReadAt(last, info.Size()-1)
	return err == nil && last[0] != '\n'
}

// Event appends to events.jsonl; progress of a step at most once a second.
func (d *Dir) Event(e Event) error {
	line := map[string]any{}
	maps.Copy(line, e.Fields) // first, so that a field cannot pass for what the runner says
	line["time"], line["kind"] = e.Time.UTC().Format(time.RFC3339Nano), e.Kind
	for name, value := range map[string]any{
		"step": e.Step, "done": e.Done, "total": e.Total, "note": e.Note, "calls": e.Used.Calls, "tokens": e.Used.Tokens, "nano_usd": e.Used.NanoUSD,
	} {
		if value != "" && value != 0 && value != int64(0) {
			line[name] = value
		}
	}
	if e.Err != nil {
		line["error"] = e.Err.Error()
	}
	raw, err := json.Marshal(line)
	if err != nil {
		return fmt.Errorf("event %s of step %s: %w", e.Kind, e.Step, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if e.Kind == Progress && e.Done != e.Total {
		if last, ok := d.told[e.Step]; ok && e.Time.Sub(last) < time.Second {
			return nil
		}
		d.told[e.Step] = e.Time
	}
	raw = append(raw, '\n')
	if d.torn { // so that this line is not lost with the half of another
		raw = append([]byte{'\n'}, raw...)
	}
	_, err = fail.Writer(d.Fail, "events.write", d.events).Write(raw)
	d.torn = err != nil
	return err
}

// End is how the run ended, before [Dir.Finish] records it: a report can tell it and yet be there first. A
// run is done when every step of its plan has its artifact; any other goes on in the same directory when
// the plan is run again.
func (d *Dir) End(r *Result, err error, now time.Time) RunState {
	d.state.Finished = now.UTC()
	d.state.Done, d.state.Cached, d.state.Failed, d.state.Skipped = r.Done, r.Cached, r.Failed, r.Skipped
	d.state.Spent = r.Spent
	d.state.Errors = map[string]string{}
	for id, e := range r.Errors {
		d.state.Errors[id] = e.Error()
	}
	switch {
	case r.Failed > 0 || err != nil && r.Stopped == 0:
		d.state.State = RunFailed
	case r.Stopped > 0 || r.Left > 0:
		d.state.State = RunStopped
	default:
		d.state.State = RunDone
	}
	return d.state
}

// Finish records how the run ended. Whatever a finished run has to have is written before.
func (d *Dir) Finish(r *Result, err error, now time.Time) error {
	d.End(r, err, now)
	return errors.Join(d.Spending(r.Spent), d.write())
}

// Close closes the files that the run is told in.
func (d *Dir) Close() error {
	if d.spent == nil {
		return d.events.Close()
	}
	return errors.Join(d.events.Close(), d.spent.Close())
}

func (d *Dir) write() error {
	raw, err := json.MarshalIndent(d.state, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(d.Fail, filepath.Join(d.Path, runName), append(raw, '\n'), 0o666)
}

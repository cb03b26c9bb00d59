package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"idiolect/reports"
	"idiolect/runner"
)

// listedRun is a run as ls tells it.
type listedRun struct {
	Name    string    `json:"name"`
	Started time.Time `json:"started,omitzero"`
	State   string    `json:"state"` // as run.json has it, or unreadable
	Done    int       `json:"done"`  // steps that have their artifact
	Steps   int       `json:"steps"`
	Dir     string    `json:"dir"`
	Error   string    `json:"error,omitempty"` // why run.json could not be read
}

func (a *app) lsCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "ls [DIR]", Short: "runs, newest first",
		Long: `ls lists the runs in a directory of runs, newest first: experiment, start, state,
steps done, directory. A run whose process was killed is still called running.`,
		RunE: func(_ *cobra.Command, args []string) error {
			root := defaultRuns
			if len(args) == 1 {
				root = args[0]
			}
			runs, err := listRuns(root)
			switch {
			case errors.Is(err, fs.ErrNotExist) && len(args) == 0:
				runs = []listedRun{} // nothing was run here yet
			case err != nil:
				return usage(fmt.Errorf("%w - want a directory of runs", err))
			}
			if asJSON {
				return printIndented(a.stdout, runs)
			}
			return a.printRuns(root, runs)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "a JSON list")
	return c
}

// listRuns reads every run under root, ROOT/NAME/*, newest first. Where root is
// the directory of one experiment, that experiment's.
func listRuns(root string) ([]listedRun, error) {
	root = filepath.Clean(root)
	experiments, err := os.ReadDir(root)
	if err != nil {
		return nil, err
	}
	runs, err := runsOf(filepath.Split(root))
	for _, e := range experiments {
		if err == nil && e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			var more []listedRun
			more, err = runsOf(root, e.Name())
			runs = append(runs, more...)
		}
	}
	slices.SortStableFunc(runs, func(x, y listedRun) int { return y.Started.Compare(x.Started) })
	return runs, err
}

// runsOf reads the runs of one experiment; directories of something else are
// passed over.
func runsOf(root, name string) ([]listedRun, error) {
	runs := []listedRun{}
	dirs, err := runner.Runs(root, name)
	if err != nil {
		return runs, err
	}
	for _, dir := range dirs {
		s, err := runner.ReadRun(dir)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			runs = append(runs, listedRun{Name: name, State: "unreadable", Dir: dir, Error: err.Error()})
		default:
			r := listedRun{Name: s.Name, Started: s.Started, State: s.State, Done: s.Done + s.Cached, Steps: s.Steps, Dir: dir}
			if s.State == runner.RunRunning { // run.json counts steps when the run has ended
				r.Done, err = stepsDone(dir)
			}
			if err != nil {
				return runs, err
			}
			runs = append(runs, r)
		}
	}
	return runs, nil
}

// stepsDone counts the steps that events.jsonl says have their artifact. A line
// that is being written, or was when the process was killed, is not counted.
func stepsDone(dir string) (int, error) {
	raw, err := os.ReadFile(filepath.Join(dir, "events.jsonl"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	done := map[string]bool{}
	for line := range bytes.Lines(raw) {
		var e struct{ Kind, Step string }
		if json.Unmarshal(line, &e) == nil && (e.Kind == runner.Done || e.Kind == runner.Cached) {
			done[e.Step] = true
		}
	}
	return len(done), nil
}

// printRuns writes a table: a line is one run, and its directory stands last,
// to be copied.
func (a *app) printRuns(root string, runs []listedRun) error {
	if len(runs) == 0 {
		fmt.Fprintf(a.stderr, "no runs in %s\n", filepath.Clean(root))
		return nil
	}
	cells := [][]string{{"name", "started", "state", "steps", "directory"}}
	for _, r := range runs {
		started, steps := "-", "-"
		if r.Error == "" {
			started, steps = r.Started.Local().Format(time.DateTime), fmt.Sprintf("%d/%d", r.Done, r.Steps)
		}
		cells = append(cells, []string{reports.Visible(r.Name), started, reports.Visible(r.State), steps, reports.Visible(r.Dir)})
	}
	return printCells(a.stdout, cells, math.MaxInt) // a line that is too long breaks where a directory can still be copied
}

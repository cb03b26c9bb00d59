package reports

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"idiolect/runner"
)

// About is what a report has to know of the spec, which artifacts do not tell. A run keeps it as report.json
// from its start, so that its report can be written again without the spec's files and environment.
type About struct {
	Format   string     `json:"format"`
	Name     string     `json:"name"`               // the experiment's
	Release  string     `json:"release,omitempty"`  // of idiolect; empty: not told
	Hardware string     `json:"hardware,omitempty"` // the machine, in words; empty: not told. It may differ between equal runs
	Sweep    []Axis     `json:"sweep,omitempty"`
	Evals    []EvalInfo `json:"evals"` // in the spec's order, those of one cell of the sweep after another
	Claims   []Claim    `json:"claims,omitempty"`
	Template *Template  `json:"template,omitempty"`

	Pleases map[string][]string `json:"pleases,omitempty"` // of methods that were trained: the judges of their rewards and of what was kept for them
	Formats []string            `json:"formats,omitempty"` // files beside report.md: csv; none: all of them
}

// Axis is a swept setting.
type Axis struct {
	Path   string    `json:"path"`             // of the setting
	Name   string    `json:"name"`             // as the steps' ids have it
	Values []string  `json:"values"`           // its values as the steps' ids have them
	Number []float64 `json:"number,omitempty"` // the same as numbers; none when some value is not one
}

// EvalInfo is what the spec says of an eval in a cell of the sweep. An eval without methods is passed over.
type EvalInfo struct {
	ID       string   `json:"id"`
	Cell     []int    `json:"cell,omitempty"`     // its value on each axis of the sweep
	Baseline string   `json:"baseline,omitempty"` // the method that the others are compared with; empty: the first
	Methods  []string `json:"methods"`            // in the spec's order
	Judges   []string `json:"judges"`
	Pairs    string   `json:"pairs"`            // baseline, or all: every two methods get a row
	Samples  int      `json:"samples"`          // completions per row and repeat
	Data     string   `json:"data"`             // the reference, such as topics.test
	Swap     string   `json:"swap,omitempty"`   // policy or profile: what of another person takes part
	Seen     bool     `json:"seen,omitempty"`   // its rows were trained on
	Untold   bool     `json:"untold,omitempty"` // only claims speak of it
}

const (
	aboutName   = "report.json"
	aboutFormat = "idiolect-report/1"
)

// Write writes report.json into a run directory.
func (a About) Write(dir string) error {
	a.Format = aboutFormat
	raw, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, aboutName), func(w io.Writer) error {
		_, err := w.Write(append(raw, '\n'))
		return err
	})
}

// Open is the input for a report of the run in dir, from that directory alone. It has to have published its
// artifacts ([runner.Dir.Publish]).
func Open(dir string) (Input, error) {
	in := Input{Dir: dir}
	path := filepath.Join(dir, aboutName)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return in, fmt.Errorf("%s: there is none - it is a run of an earlier release, running its spec again makes one that can be reported", path)
	}
	if err != nil {
		return in, err
	}
	if err := json.Unmarshal(raw, &in.About); err != nil {
		return in, fmt.Errorf("%s: %w", path, err)
	}
	if in.Format != aboutFormat {
		return in, fmt.Errorf("%s: format %q - this release reads %q", path, in.Format, aboutFormat)
	}
	if in.Artifacts, err = runner.ReadPublished(dir); err != nil {
		return in, err
	}
	recorded, err := runner.ReadPlan(dir)
	if err != nil {
		return in, err
	}
	if in.Plan, err = recorded.Plan(); err != nil {
		return in, err
	}
	in.Spec, err = os.ReadFile(filepath.Join(dir, "spec.yaml"))
	return in, err
}

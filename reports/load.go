package reports

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path/filepath"
	"slices"

	"idiolect/runner"
	"idiolect/runner/tables"
)

// Files that the steps write, by the names they give them.
const (
	rowsFile        = "rows.parquet"
	skippedFile     = "skipped.parquet"
	funnelFile      = "funnel.parquet"
	samplesFile     = "samples.parquet"
	callsFile       = "calls.parquet"
	verdictsFile    = "verdicts.parquet"
	policiesFile    = "policies.parquet"
	trainingFile    = "training.parquet"
	scoresFile      = "scores.parquet"
	differencesFile = "differences.parquet"
	healthFile      = "health.parquet"
	agreementsFile  = "agreements.parquet"
	panelFile       = "panel.parquet"
	ratesFile       = "rates.parquet"
	strengthsFile   = "strengths.parquet"
	rolloutsFile    = "rollouts.parquet"
	picksFile       = "picks.parquet"
)

// errAbsent is an artifact that is not there, or not to be trusted: a hole in the report, not its end.
var errAbsent = errors.New("there is no artifact")

// source reads the artifacts of a run.
type source struct {
	in      Input
	state   runner.RunState     // how the run ended; zero when nobody says
	why     map[string]string   // step id -> why it has no artifact
	places  map[string][]placed // id in the spec -> the steps it means along the axes
	damaged []hole
	sums    map[*runner.Action]tables.Used // what steps used, as far as it was asked
}

func newSource(in Input) *source {
	in.Evals = slices.DeleteFunc(slices.Clone(in.Evals), func(e EvalInfo) bool { return len(e.Methods) == 0 })
	s := &source{in: in, places: placesOf(in.Plan), sums: map[*runner.Action]tables.Used{}}
	s.readEnd()
	return s
}

// readEnd learns how the steps ended.
func (s *source) readEnd() {
	s.state = s.in.End
	if s.in.Dir != "" && s.state.State == "" {
		s.state, _ = runner.ReadRun(s.in.Dir) // a run directory may be older than its run.json
	}
	s.why = s.state.Errors
	if s.in.Result != nil {
		s.why = map[string]string{}
		for id, err := range s.in.Result.Errors {
			s.why[id] = err.Error()
		}
	}
}

// read reads a table of a step's artifact. T may have fewer columns than the file; only those are read.
func read[T any](s *source, a *runner.Action, file string) ([]T, error) {
	path, err := s.path(a, file)
	if err != nil {
		return nil, err
	}
	return tables.Read[T](path)
}

// each is read for tables that are gone through once.
func each[T any](s *source, a *runner.Action, file string) iter.Seq2[T, error] {
	path, err := s.path(a, file)
	if err != nil {
		return func(yield func(T, error) bool) { yield(*new(T), err) }
	}
	return tables.Each[T](path)
}

// eachOptional is each for a file that not every artifact of its kind has: without it there are no rows.
func eachOptional[T any](s *source, a *runner.Action, file string) iter.Seq2[T, error] {
	art, err := s.open(a)
	if errors.Is(err, errAbsent) || err == nil && !art.Has(file) {
		return func(func(T, error) bool) {}
	}
	return func(yield func(T, error) bool) {
		for row, err := range each[T](s, a, file) {
			if errors.Is(err, errAbsent) || !yield(row, err) { // damaged, which is told elsewhere
				return
			}
		}
	}
}

// readOptional is read for such a file.
func readOptional[T any](s *source, a *runner.Action, file string) (rows []T, err error) {
	for row, err := range eachOptional[T](s, a, file) {
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// path is where a file of a step's artifact lies, verified.
func (s *source) path(a *runner.Action, file string) (string, error) {
	art, err := s.open(a)
	if err != nil {
		return "", err
	}
	path, err := art.Path(file)
	if err != nil {
		return "", s.absent(a, err)
	}
	return path, nil
}

func (s *source) open(a *runner.Action) (*runner.Artifact, error) {
	art, err := s.in.Artifacts.Open(a.Key())
	if err != nil {
		return nil, s.absent(a, err)
	}
	return art, nil
}

// absent makes a hole of what is missing or damaged, and leaves every other error alone.
func (s *source) absent(a *runner.Action, err error) error {
	var damaged *runner.DamagedError
	switch {
	case errors.As(err, &damaged):
		// Where a store lies is no business of a report that is passed on.
		h := hole{steps: []string{a.ID}, why: fmt.Sprintf("%s is damaged: %s", filepath.Base(damaged.Path), damaged.Reason)}
		if !slices.ContainsFunc(s.damaged, func(o hole) bool { return o.steps[0] == a.ID && o.why == h.why }) {
			s.damaged = append(s.damaged, h)
		}
		return errAbsent
	case errors.Is(err, fs.ErrNotExist):
		return errAbsent
	}
	return err
}

// hole is what a report cannot tell, because steps did not end well.
type hole struct {
	steps []string
	why   string
}

// holes lists the steps of the plan without an artifact, those with one reason together, in plan order.
func (s *source) holes() ([]hole, error) {
	out := slices.Clone(s.damaged)
	at := map[string]int{}
	for _, a := range s.in.Plan.Actions {
		if s.in.Artifacts.Has(a.Key()) {
			continue
		}
		why := cmp.Or(s.why[a.ID], "it was not run to its end")
		i, seen := at[why]
		if !seen {
			i = len(out)
			at[why] = i
			out = append(out, hole{why: why})
		}
		out[i].steps = append(out[i].steps, a.ID)
	}
	return out, nil
}

// missing names the holes first of all: what follows is not the whole experiment.
func (r *Report) missing() section {
	if len(r.holes) == 0 {
		return section{}
	}
	var list items
	for _, h := range r.holes {
		what := "step " + h.steps[0]
		if n := len(h.steps); n > 1 {
			what = fmt.Sprintf("%s steps (%s)", count(int64(n)), enumerate(h.steps, 6))
		}
		list = append(list, item{text: what + ": ", data: h.why, mark: bad})
	}
	return section{title: "What is missing", blocks: []block{
		para("Not every step of the plan has its artifact. What is told below is the rest; run the same command again to complete it."), list,
	}}
}

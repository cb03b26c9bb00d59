package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"idiolect/backends"
	"idiolect/backends/local"
	"idiolect/datasets"
	"idiolect/runner"
	"idiolect/specs"
	"idiolect/steps"
)

// What a command was asked about: the spec, read and lowered, and where its
// results are.
type project struct {
	exp    *specs.Experiment
	plan   *runner.Plan
	store  *runner.Store
	runs   string // the directory of all runs
	source []byte // the spec as the run keeps it

	template string // text of the report's template; empty: there is none
}

// specFlags are the flags of every command that reads a spec.
type specFlags struct {
	text    []byte // the spec itself; nil: what its file holds
	set     []string
	runs    string
	threads int
}

// defaultRuns is where runs are kept unless -o says otherwise.
const defaultRuns = "runs"

func (f *specFlags) add(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.set, "set", nil, "a value of the spec, by path: `a.b=c`")
	c.Flags().StringVarP(&f.runs, "out", "o", defaultRuns, "the `directory` of all runs and of the store")
}

// read reads and checks a spec.
func (a *app) read(path string, f specFlags, machines steps.Machines) (*specs.Experiment, error) {
	var exp *specs.Experiment
	var err error
	o := specs.Options{Set: f.set, Env: environment(path)}
	if f.text != nil {
		exp, err = specs.ReadBytes(path, f.text, steps.Language(machines), o)
	} else {
		exp, err = specs.Read(path, steps.Language(machines), o)
	}
	if err != nil {
		var pe *os.PathError
		if errors.As(err, &pe) {
			err = fmt.Errorf("%s: %w", path, pe.Err)
		}
		return nil, usage(err)
	}
	return exp, nil
}

// open reads, checks and lowers a spec, and opens its store.
func (a *app) open(ctx context.Context, path string, f specFlags) (*project, error) {
	p, err := a.compile(ctx, path, f)
	if err != nil {
		return nil, err
	}
	p.store = runner.OpenStore(storeDir(f.runs))
	return p, nil
}

// compile reads, checks and lowers a spec; it leaves no trace.
func (a *app) compile(ctx context.Context, path string, f specFlags) (*project, error) {
	if f.runs == "" {
		return nil, usage(errors.New("-o names no directory - leave it out for " + defaultRuns))
	}
	machines, err := machines(f.threads)
	if err != nil {
		return nil, usage(err)
	}
	exp, err := a.read(path, f, machines)
	if err != nil {
		return nil, err
	}
	p := &project{exp: exp, runs: f.runs, source: asRun(exp.Source, f.set)}
	if p.plan, err = steps.Compile(ctx, exp, machines); err != nil {
		return nil, usage(err)
	}
	if err := p.readTemplate(); err != nil {
		return nil, usage(err)
	}
	p.plan.Origin = p.origin(f.set)
	return p, nil
}

// previous is the last run of the same name.
func (p *project) previous() (*runner.Previous, error) {
	return runner.ReadPrevious(filepath.Join(p.runs, p.exp.Name, "latest"))
}

func machines(threads int) (steps.Machines, error) {
	engine, err := local.New(threads)
	if err != nil {
		return nil, err
	}
	return append(steps.Machines{engine}, backends.Planned()...), nil
}

// storeDir is where artifacts are kept: beside the runs, unless IDIOLECT_STORE
// names another place.
func storeDir(runs string) string {
	if dir := os.Getenv("IDIOLECT_STORE"); dir != "" {
		return dir
	}
	return filepath.Join(runs, ".store")
}

// environment looks a name up in the process, then in .env beside the spec.
func environment(spec string) func(string) (string, bool) {
	file := map[string]string{}
	if f, err := datasets.Open(filepath.Join(filepath.Dir(spec), ".env")); err == nil {
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			line := strings.TrimPrefix(strings.TrimSpace(lines.Text()), "export ")
			if name, value, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
				file[strings.TrimSpace(name)] = strings.Trim(strings.TrimSpace(value), `"'`)
			}
		}
	}
	return func(name string) (string, bool) {
		if v, ok := os.LookupEnv(name); ok {
			return v, true
		}
		v, ok := file[name]
		return v, ok
	}
}

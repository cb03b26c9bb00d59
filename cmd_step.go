package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"idiolect/runner"
)

func (a *app) stepCommand() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use: "step PLAN STEP", Short: "make one step of a plan: what a job of a cluster runs",
		Long: `step makes one step of a plan. PLAN is what idiolect plan SPEC --json printed, or the
directory of a run. The step's inputs have to be in the store, where earlier jobs
put them; what is made goes there. A step that is there already is not made again,
and two processes may make the same one. The spec is read from the plan; the data
files are read again, from where the plan says relative to this directory, and have
to be the same. A budget of the spec counts for this step alone.`,
		RunE: func(c *cobra.Command, args []string) error { return a.runStep(c.Context(), args[0], args[1], f) },
	}
	c.Flags().StringVarP(&f.runs, "out", "o", defaultRuns, "the `directory` of all runs and of the store")
	c.Flags().BoolVar(&f.keepGoing, "keep-going", false, "go on though the first rows all fail")
	c.Flags().IntVar(&f.threads, "threads", 0, "`cores` of the embedded engine; 0: all")
	c.ValidArgsFunction = func(_ *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) == 0 {
			return nil, cobra.ShellCompDirectiveDefault
		}
		var steps []cobra.Completion
		if r, err := runner.ReadPlan(args[0]); err == nil && len(args) == 1 {
			steps = slices.DeleteFunc(r.Steps(), func(id string) bool { return !strings.HasPrefix(id, begun) })
		}
		return steps, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
	return c
}

func (a *app) runStep(ctx context.Context, path, id string, f runFlags) error {
	if f.threads < 0 {
		return usage(fmt.Errorf("--threads %d - want 0 or more", f.threads))
	}
	recorded, err := runner.ReadPlan(path)
	if err != nil {
		return usage(err)
	}
	p, err := a.remake(ctx, recorded, f.specFlags)
	if err != nil {
		return err
	}
	step, ok := p.plan.Find(id)
	if !ok {
		return usage(fmt.Errorf("there is no step %q in %s - it has %s", id, path, strings.Join(recorded.Steps(), ", ")))
	}
	if err := recorded.Same(p.plan, step); err != nil {
		return usage(err)
	}
	if err := p.store.Remember(p.plan, time.Now()); err != nil {
		return err
	}
	result, err := a.executeStep(ctx, p, step.ID, f)
	switch {
	case errors.Is(err, runner.ErrBudget):
		f.set = p.plan.Origin.Set
		again := append([]string{"idiolect", "plan", p.plan.Origin.Path, "--json"}, f.raised(err).sets()...)
		return a.stopped(0, 1, err, quoted(again))
	case result.Stopped > 0:
		return a.stopped(0, 1, err, quoted([]string{"idiolect", "step", path, id}))
	case err != nil:
		return &exitError{exitFailed, err}
	}
	return nil
}

func (a *app) executeStep(ctx context.Context, p *project, id string, f runFlags) (*runner.Result, error) {
	ctx, cancel := a.interrupts(ctx)
	defer cancel()
	show := a.watched(p.plan)
	defer show.close()
	o := a.options
	o.Stop, o.KeepGoing, o.Budget, o.Events = a.stop, f.keepGoing, budget(p.exp.Budget), show.event
	return runner.ExecuteStep(ctx, p.plan, p.store, id, o)
}

// remake makes a recorded plan again from the spec in it.
func (a *app) remake(ctx context.Context, r *runner.Recorded, f specFlags) (*project, error) {
	origin, err := r.Origin()
	if err != nil {
		return nil, usage(err)
	}
	f.text, f.set = []byte(origin.Text), origin.Set
	p, err := a.open(ctx, filepath.FromSlash(origin.Path), f)
	if err != nil {
		return nil, err
	}
	if len(p.plan.Later) > 0 {
		return nil, usage(p.plan.Later)
	}
	for i, then := range origin.Extends {
		if now := p.plan.Origin.Extends; i >= len(now) || now[i] != then {
			return nil, usage(fmt.Errorf("%s: it was made when %s, which its spec extends, said something else - make the plan again", r.Path, then.Path))
		}
	}
	return p, nil
}

// origin is what a plan is made from, without a place on this machine.
func (p *project) origin(set []string) *runner.Origin {
	o := &runner.Origin{Path: relative(p.exp.Path), Text: string(p.exp.Source), Set: set}
	for _, parent := range p.exp.Parents {
		o.Extends = append(o.Extends, runner.OriginFile{Path: relative(parent.Path), Text: string(parent.Source)})
	}
	return o
}

// relative is a path from the working directory, with slashes.
func relative(path string) string {
	if here, err := filepath.Abs("."); err == nil && filepath.IsAbs(path) {
		if rel, err := filepath.Rel(here, path); err == nil {
			path = rel
		}
	}
	return filepath.ToSlash(path)
}

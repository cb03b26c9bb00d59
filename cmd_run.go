package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"idiolect/reports"
	"idiolect/runner"
	"idiolect/specs"
)

type runFlags struct {
	specFlags
	only, fresh []string
	dry         bool
	keepGoing   bool
	workers     int
}

func (a *app) runCommand() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use: "run SPEC", Short: "run an experiment, or go on with it, and print its tables",
		Long: `run makes what the spec describes and prints the comparison. Finished steps are
reused; an interrupted run goes on where it stopped, with the same results: just
run it again.`,
		RunE: func(c *cobra.Command, args []string) error { return a.runSpec(c.Context(), args[0], f) },
	}
	f.add(c)
	c.Flags().StringArrayVar(&f.only, "only", nil, "run this `step` and what it needs alone")
	c.Flags().StringArrayVar(&f.fresh, "fresh", nil, "make this `step` again, and what depends on it")
	c.Flags().BoolVar(&f.keepGoing, "keep-going", false, "go on with a step whose first rows all fail")
	c.Flags().BoolVar(&f.dry, "dry-run", false, "print the plan and stop")
	c.Flags().IntVarP(&f.workers, "workers", "j", 0, "`steps` at once; 0: one per core")
	c.Flags().IntVar(&f.threads, "threads", 0, "`cores` of the embedded engine; 0: all")
	return c
}

func (a *app) runSpec(ctx context.Context, path string, f runFlags) error {
	if f.workers < 0 || f.threads < 0 {
		return usage(fmt.Errorf("-j %d --threads %d - want 0 or more", f.workers, f.threads))
	}
	p, err := a.open(ctx, path, f.specFlags)
	if err != nil {
		return err
	}
	if f.dry {
		states, err := a.states(p)
		if err != nil {
			return err
		}
		return a.printPlan(p.plan, states, false)
	}
	if len(p.plan.Later) > 0 {
		return usage(p.plan.Later)
	}
	for _, id := range append(f.only, f.fresh...) {
		if _, err := p.steps(path, id); err != nil {
			return err
		}
	}
	dir, err := p.begin()
	if err != nil {
		return err
	}
	defer dir.Close()
	dir.Fail = a.options.Fail
	if dir.Resumed {
		fmt.Fprintf(a.stderr, "goes on in %s\n", dir.Path)
	}
	ctx, cancel := a.interrupts(ctx)
	defer cancel()
	result, runErr := a.execute(ctx, p, dir, f)
	return a.finish(p, dir, result, runErr, f.raised(runErr).again(path))
}

// raised is the flags with a higher limit, where one ended the run.
func (f runFlags) raised(err error) runFlags {
	var over *runner.BudgetError
	if !errors.As(err, &over) {
		return f
	}
	path := "budget." + over.Limit + "="
	f.set = slices.DeleteFunc(slices.Clone(f.set), func(s string) bool { return strings.HasPrefix(s, path) })
	f.set = append(f.set, path+over.Raised())
	return f
}

// begin opens the run's directory and puts there what its report has to know.
func (p *project) begin() (*runner.Dir, error) {
	dir, err := runner.OpenRun(p.runs, p.exp.Name, p.source, p.plan, time.Now())
	if err != nil {
		return nil, err
	}
	if err := p.about().Write(dir.Path); err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	return dir, nil
}

// again is the command that goes on with a run. What --fresh set aside is made
// again anyway, and would be set aside twice.
func (f runFlags) again(path string) string {
	words := append([]string{"idiolect", "run", path}, f.sets()...)
	for _, id := range f.only {
		words = append(words, "--only", id)
	}
	if f.keepGoing {
		words = append(words, "--keep-going")
	}
	if f.runs != defaultRuns {
		words = append(words, "-o", f.runs)
	}
	if f.workers != 0 {
		words = append(words, "-j", strconv.Itoa(f.workers))
	}
	if f.threads != 0 {
		words = append(words, "--threads", strconv.Itoa(f.threads))
	}
	return quoted(words)
}

// sets are the words that say --set again.
func (f runFlags) sets() []string {
	var words []string
	for _, s := range f.set {
		words = append(words, "--set", s)
	}
	return words
}

// quoted is a command as a shell takes it.
func quoted(words []string) string {
	for i, w := range words {
		words[i] = shellQuote(w)
	}
	return strings.Join(words, " ")
}

// shellQuote is a word as a shell takes it for one.
func shellQuote(word string) string {
	special := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_./=:,@%+", r)
	}
	if !strings.ContainsFunc(word, special) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// asRun is the spec as the run's directory keeps it: as it was read, and what
// --set said beside it.
func asRun(source []byte, set []string) []byte {
	out := append(bytes.TrimRight(bytes.Clone(source), "\n"), '\n')
	for _, s := range set {
		out = append(out, "# --set "+strings.ReplaceAll(s, "\n", " ")+"\n"...)
	}
	return out
}

// execute runs the plan under a display.
func (a *app) execute(ctx context.Context, p *project, dir *runner.Dir, f runFlags) (*runner.Result, error) {
	show := a.watched(p.plan)
	defer show.close()
	fresh := map[string]bool{}
	for _, id := range f.fresh {
		fresh[id] = true
	}
	var eventErr error
	o := a.options
	o.Workers, o.Only, o.Fresh, o.Stop, o.KeepGoing = f.workers, f.only, fresh, a.stop, f.keepGoing
	o.Budget, o.Spent, o.Spending = budget(p.exp.Budget), dir.Spent(), dir.Spending
	o.Events = func(e runner.Event) {
		show.event(e)
		if err := dir.Event(e); err != nil {
			eventErr = err
		}
	}
	result, err := runner.Execute(ctx, p.plan, p.store, o)
	return result, errors.Join(err, eventErr)
}

// finish publishes what there is, prints the report and settles the exit code.
func (a *app) finish(p *project, dir *runner.Dir, result *runner.Result, runErr error, again string) error {
	// In this order: a run that is marked done has all its files, report included.
	if err := dir.Publish(p.plan, p.store); err != nil {
		return errors.Join(runErr, err)
	}
	ended := time.Now()
	if result.Stopped > 0 {
		if err := dir.Finish(result, runErr, ended); err != nil {
			return errors.Join(runErr, err)
		}
		return a.stopped(result.Done+result.Cached, len(p.plan.Actions), runErr, again)
	}
	in, err := reports.Open(dir.Path)
	if err != nil {
		return errors.Join(runErr, err)
	}
	in.Fill = specs.FillTemplate
	in.Result, in.End = result, dir.End(result, runErr, ended)
	report, err := reports.Build(in)
	if err != nil {
		return errors.Join(runErr, err)
	}
	if err := report.Write(dir.Path); err != nil {
		return errors.Join(runErr, err)
	}
	if err := dir.Finish(result, runErr, ended); err != nil {
		return errors.Join(runErr, err)
	}
	if err := report.Terminal(a.stdout, width(a.stdout), colored(a.stdout)); err != nil {
		return errors.Join(runErr, err)
	}
	fmt.Fprintf(a.stderr, "report: %s\n", filepath.Join(dir.Path, reports.MarkdownName))
	if runErr != nil {
		return &exitError{exitFailed, runErr}
	}
	var failed []string
	for _, o := range report.Claims() {
		if !o.OK && (result.Left == 0 || p.made(o.Left.Eval) && p.made(o.Right.Eval)) { // what --only left out, nobody asked for
			failed = append(failed, fmt.Sprintf("expect: %s: %s", o.Text, o.Why))
		}
	}
	failed = append(failed, report.Unmet()...)
	if len(failed) > 0 {
		return &exitError{exitFailed, errors.New(strings.Join(failed, "\n"))}
	}
	return nil
}

// budget is that of a spec as the runner counts it.
func budget(b specs.Budget) runner.Budget {
	return runner.Budget{Usage: runner.Usage{Calls: int64(b.Calls), Tokens: int64(b.Tokens), NanoUSD: int64(math.Round(b.USD * 1e9))}, Wall: b.Wall}
}

// stopped tells how a run goes on that was ended early.
func (a *app) stopped(done, steps int, err error, again string) error {
	var over *runner.BudgetError
	if errors.As(err, &over) {
		fmt.Fprintf(a.stderr, "stopped with %d of %d steps done; %s. To go on with more:\n  %s\n", done, steps, over, again)
		return &exitError{code: exitBudget}
	}
	fmt.Fprintf(a.stderr, "stopped with %d of %d steps done. To go on:\n  %s\n", done, steps, again)
	return &exitError{code: exitInterrupted}
}

// made says whether an eval has its figures; "" is a number and needs none.
func (p *project) made(eval string) bool {
	return eval == "" || !slices.ContainsFunc(p.plan.Match("evals."+eval), func(a *runner.Action) bool { return !p.store.Has(a.Key()) })
}

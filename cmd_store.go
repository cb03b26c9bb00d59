package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"idiolect/reports"
	"idiolect/runner"
)

func (a *app) storeCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "store", Short: "what was made and is kept: list it, and delete what no run refers to"}
	c.AddCommand(a.storeLsCommand(), a.storeGCCommand())
	return c
}

func (a *app) storeLsCommand() *cobra.Command {
	var runs []string
	var asJSON bool
	c := &cobra.Command{
		Use: "ls", Short: "the artifacts: kind, size, age, and which runs refer to them",
		RunE: func(*cobra.Command, []string) error {
			store, err := openStore(runs)
			if err != nil {
				return err
			}
			refs, err := references(runs, 0, store)
			if err != nil { // the list is right but for what these runs refer to
				fmt.Fprintln(a.stderr, "note:", reports.Visible(err.Error()))
			}
			all, err := store.Inventory(refs)
			if err != nil {
				return err
			}
			if asJSON {
				return printIndented(a.stdout, all)
			}
			return a.printStore(all)
		},
	}
	runsFlag(c, &runs)
	c.Flags().BoolVar(&asJSON, "json", false, "a JSON list")
	return c
}

func (a *app) storeGCCommand() *cobra.Command {
	var runs []string
	var dry bool
	var keepLast int
	c := &cobra.Command{
		Use: "gc", Short: "delete what no run refers to",
		Long: `gc deletes from the store the artifacts that are in the plan of no run, what was
set aside (damaged files, and what --fresh replaced), and work on steps that no run
refers to when nobody has touched it for a day. Whatever a run under the directory
of runs refers to stays, so delete the runs that you do not need, and then say gc;
the runs themselves hold copies of all that people read. Runs may be at work
meanwhile. A store that several directories of runs share needs each of them
named: store gc -o one -o two. docs/reliability.md has the rules.`,
		RunE: func(*cobra.Command, []string) error {
			if keepLast < 0 {
				return usage(fmt.Errorf("--keep-last %d - want 0, for all, or more", keepLast))
			}
			store, err := openStore(runs)
			if err != nil {
				return err
			}
			done, err := store.Collect(dry, time.Now(), func() (runner.References, error) { return references(runs, keepLast, store) })
			if err != nil {
				return fmt.Errorf("%w\nhint: a run whose plan cannot be read might refer to anything: mend or delete it", err)
			}
			a.printCollection(done, dry)
			return nil
		},
	}
	runsFlag(c, &runs)
	c.Flags().BoolVar(&dry, "dry-run", false, "only say what would be deleted")
	c.Flags().IntVar(&keepLast, "keep-last", 0, "of each experiment's finished runs only the newest `N` count; 0: all")
	return c
}

func runsFlag(c *cobra.Command, runs *[]string) {
	c.Flags().StringArrayVarP(runs, "out", "o", []string{defaultRuns}, "a `directory` of runs; the store of the first is meant")
}

func openStore(runs []string) (*runner.Store, error) {
	for _, dir := range runs {
		if _, err := os.Stat(dir); dir != defaultRuns && err != nil {
			return nil, usage(fmt.Errorf("%s: %w - want a directory of runs", dir, errors.Unwrap(err)))
		}
	}
	return runner.OpenStore(storeDir(runs[0])), nil
}

// references are those of all the directories of runs.
func references(runs []string, keepLast int, store *runner.Store) (runner.References, error) {
	all := runner.References{}
	var errs []error
	for _, root := range runs {
		refs, err := runner.ReadReferences(root, keepLast, store)
		errs = append(errs, err)
		for key, dirs := range refs {
			all[key] = append(all[key], dirs...)
		}
	}
	return all, errors.Join(errs...)
}

func (a *app) printStore(all []runner.Stored) error {
	if len(all) == 0 {
		fmt.Fprintln(a.stderr, "the store is empty")
		return nil
	}
	cells := [][]string{{"key", "kind", "size", "age", "runs"}}
	var sum, free int64
	for _, s := range all {
		sum += s.Bytes
		if len(s.Runs) == 0 {
			free += s.Bytes
		}
		cells = append(cells, []string{s.Key.Short(), kindOf(s), bytesText(s.Bytes), ageText(time.Since(s.Made)), reports.Visible(runsText(s.Runs))})
	}
	if err := printCells(a.stdout, cells, math.MaxInt); err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "%d artifacts, %s; no run refers to %s of it\n", len(all), bytesText(sum), bytesText(free))
	return nil
}

func kindOf(s runner.Stored) string {
	if s.Damaged != "" {
		return "damaged"
	}
	return s.Kind
}

// runsText names one run, and says how many others there are.
func runsText(runs []string) string {
	switch len(runs) {
	case 0:
		return "-"
	case 1:
		return runs[0]
	}
	return fmt.Sprintf("%s and %d more", runs[0], len(runs)-1)
}

func (a *app) printCollection(c runner.Collection, dry bool) {
	did, freed := "deleted", "freed"
	if dry {
		did, freed = "would delete", "would be freed"
	}
	for _, s := range c.Artifacts {
		fmt.Fprintf(a.stdout, "%s  %s  %s  %s\n", did, s.Key.Short(), kindOf(s), bytesText(s.Bytes))
	}
	what := []string{fmt.Sprintf("%d artifacts", len(c.Artifacts))}
	if c.Aside > 0 {
		what = append(what, fmt.Sprintf("%d set aside", c.Aside))
	}
	if c.Partial > 0 {
		what = append(what, fmt.Sprintf("unfinished work on %d steps", c.Partial))
	}
	fmt.Fprintf(a.stdout, "%s: %s %s\n", strings.Join(what, ", "), bytesText(c.Bytes), freed)
}

// bytesText is a size in units of 1,000, as disks are sold.
func bytesText(n int64) string {
	units := []string{"kB", "MB", "GB", "TB"}
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	x := float64(n) / 1000
	i := 0
	for ; x >= 999.5 && i < len(units)-1; i++ {
		x /= 1000
	}
	if x < 9.95 {
		return fmt.Sprintf("%.1f %s", x, units[i])
	}
	return fmt.Sprintf("%.0f %s", x, units[i])
}

// ageText is an age in its largest unit.
func ageText(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", max(0, int(d.Seconds())))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d d", int(d.Hours()/24))
}

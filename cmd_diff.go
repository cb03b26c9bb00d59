package main

import (
	"github.com/spf13/cobra"

	"idiolect/reports"
)

func (a *app) diffCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "diff RUN RUN", Short: "what differs between two runs, in spec and in results", Args: cobra.ExactArgs(2),
		Long: `diff compares an older run with a newer one: the values of their specs that differ,
the steps that differ and why, and for every method that both evaluated its mean in
each and the difference, with intervals. The difference is paired where both runs
have the same rows. RUN is a run's directory, such as runs/haiku/latest, or a name
under runs.`,
		RunE: func(_ *cobra.Command, args []string) error {
			var dirs []string
			for _, name := range args {
				dir, err := findRun(name)
				if err != nil {
					return usage(err)
				}
				dirs = append(dirs, dir)
			}
			d, err := reports.Compare(dirs[0], dirs[1])
			if err != nil {
				return err
			}
			if asJSON {
				return printIndented(a.stdout, d)
			}
			return d.Terminal(a.stdout, width(a.stdout), colored(a.stdout))
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return c
}

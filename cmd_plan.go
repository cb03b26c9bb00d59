package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"idiolect/runner"
)

func (a *app) planCommand() *cobra.Command {
	var f specFlags
	var asJSON bool
	c := &cobra.Command{
		Use: "plan SPEC", Short: "the steps: inputs, calls [expected, at most], cached or why not",
		RunE: func(c *cobra.Command, args []string) error {
			p, err := a.open(c.Context(), args[0], f)
			if err != nil {
				return err
			}
			if asJSON {
				text, err := p.plan.JSON()
				if err != nil {
					return err
				}
				_, err = a.stdout.Write(text)
				return err
			}
			last, err := p.previous()
			if err != nil {
				return err
			}
			if err := printPlan(a.stdout, p.plan, p.plan.Status(p.store, last)); err != nil {
				return err
			}
			if len(p.plan.Later) > 0 {
				fmt.Fprint(a.stderr, "\nthis plan cannot be run by this release:\n\n", p.plan.Later.Render(colored(a.stderr)))
			}
			return nil
		},
	}
	f.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "the plan as plan.json has it")
	return c
}

// printPlan writes one line per step, what it reads beneath where it helps.
func printPlan(w io.Writer, p *runner.Plan, states map[*runner.Action]runner.State) error {
	wide := 0
	for _, a := range p.Actions {
		wide = max(wide, len(a.ID))
	}
	cached := 0
	for _, a := range p.Actions {
		state := states[a]
		mark, why := "run   ", state.Why
		if state.Cached {
			mark, why = "cached", ""
			cached++
		}
		line := fmt.Sprintf("%s  %-*s  %s", mark, wide, a.ID, a.Says)
		if c := a.Estimate.Calls; c[1] > 0 {
			line += fmt.Sprintf("  %s, %s tokens", span(c, a.Estimate.Exact, "calls"), atMost(a.Estimate.Tokens))
		}
		if len(a.Aliases) > 0 {
			line += "  (also " + strings.Join(a.Aliases, ", ") + ")"
		}
		if why != "" && why != "no artifact yet" {
			line += "\n" + strings.Repeat(" ", 8+wide+2) + why
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	e := p.Estimate()
	_, err := fmt.Fprintf(w, "\n%d steps, %d cached; %s, %s tokens\n", len(p.Actions), cached, span(e.Calls, e.Exact, "calls"), atMost(e.Tokens))
	return err
}

// span is a number that is known, or [expected, at most].
func span(n [2]int64, exact bool, what string) string {
	if exact || n[0] == n[1] {
		return fmt.Sprintf("%d %s", n[1], what)
	}
	return fmt.Sprintf("[%d, %d] %s", n[0], n[1], what)
}

func atMost(n [2]int64) string { return fmt.Sprintf("at most %d", n[1]) }

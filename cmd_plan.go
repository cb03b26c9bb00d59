package main

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"idiolect/reports"
	"idiolect/runner"
	"idiolect/steps"
)

func (a *app) planCommand() *cobra.Command {
	var f specFlags
	var asJSON, mermaid, all bool
	c := &cobra.Command{
		Use: "plan SPEC", Short: "the steps: calls, tokens, price and time [expected, at most]; what is cached, or why not",
		Long: `plan tells what run would do. A number in brackets is [expected, at most]. At most
is never passed, but for the time, which is told by what earlier runs took on this
machine, or by its cores. Steps that differ in the setting swept, the person or the
repeat alone are told together, with how many they are.`,
		RunE: func(c *cobra.Command, args []string) error {
			p, err := a.open(c.Context(), args[0], f)
			if err != nil {
				return err
			}
			states, err := a.states(p)
			if err != nil {
				return err
			}
			switch {
			case asJSON:
				text, err := p.plan.JSONWith(states)
				if err != nil {
					return err
				}
				_, err = a.stdout.Write(text)
				return err
			case mermaid:
				_, err := io.WriteString(a.stdout, p.plan.Mermaid(states))
				return err
			}
			return a.printPlan(p.plan, states, all)
		},
	}
	f.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "the plan as plan.json has it, and the states of its steps")
	c.Flags().BoolVar(&mermaid, "mermaid", false, "the plan as a Mermaid flowchart, for a Markdown file")
	c.Flags().BoolVar(&all, "all", false, "every step on a line of its own")
	return c
}

// states says what of a plan is cached, why the rest is not, and what that takes.
func (a *app) states(p *project) (map[*runner.Action]runner.State, error) {
	states := p.plan.Status(p.store, a.previous(p))
	runs, err := runner.Runs(p.runs, p.exp.Name)
	steps.Foresee(p.plan, p.store, runs, states)
	return states, err
}

// previous is the last run of the same name. One that cannot be read is told and
// stops nothing.
func (a *app) previous(p *project) *runner.Previous {
	last, err := p.previous()
	if err != nil {
		fmt.Fprintf(a.stderr, "note: what changed since the last run is not known: %s\n", reports.Visible(err.Error()))
	}
	return last
}

// printPlan writes a line per step, or per steps that are alike, and why it runs
// beneath.
func (a *app) printPlan(p *runner.Plan, states map[*runner.Action]runner.State, all bool) error {
	groups := alike(p, states, all)
	t := planTable{width: width(a.stdout), color: colored(a.stdout)}
	if !terminal(a.stdout) {
		t.width = math.MaxInt // a pipe or a file holds whole lines
	}
	text := t.render(groups)
	var sum runner.Estimate
	cached := 0
	for _, s := range states {
		sum = sum.Add(s.Takes)
		if s.Cached {
			cached++
		}
	}
	text += fmt.Sprintf("\n%d steps, %d cached", len(p.Actions), cached)
	if sum != (runner.Estimate{}) {
		text += "; to do: " + total(sum)
	}
	if _, err := io.WriteString(a.stdout, text+"\n"); err != nil {
		return err
	}
	if len(p.Later) > 0 {
		fmt.Fprint(a.stderr, "\nthis plan cannot be run by this release:\n\n", p.Later.Render(colored(a.stderr)))
	}
	return nil
}

// total is an estimate in words: 112 calls, [1.05k, 4.70k] tokens, [0.1, 0.4] s.
func total(e runner.Estimate) string {
	var parts []string
	if e.Calls[1] > 0 {
		parts = append(parts, span(e.Calls)+" calls")
	}
	parts = append(parts, volume(e.Tokens())+" tokens")
	switch {
	case e.Unpriced && e.USD[1] > 0:
		parts = append(parts, money(e.USD)+" and what has no price")
	case e.Unpriced:
		parts = append(parts, "no price is known")
	case e.USD[1] > 0:
		parts = append(parts, money(e.USD))
	}
	switch {
	case e.Untimed && e.Seconds[1] > 0:
		parts = append(parts, period(e.Seconds)+" and what no rate is known of")
	case e.Seconds[1] > 0:
		parts = append(parts, period(e.Seconds))
	}
	if e.Open {
		parts = append(parts, "and what nobody can count yet")
	}
	return strings.Join(parts, ", ")
}

package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"idiolect/reports"
	"idiolect/runner"
	"idiolect/specs"
)

func (a *app) explainCommand() *cobra.Command {
	var f specFlags
	var asJSON bool
	c := &cobra.Command{
		Use: "explain SPEC STEP", Short: "the text hashed into a step's key, and what changed since the last run",
		RunE: func(c *cobra.Command, args []string) error {
			p, err := a.compile(c.Context(), args[0], f)
			if err != nil {
				return err
			}
			named, err := p.steps(args[0], args[1])
			if err != nil {
				return err
			}
			if len(named) > 1 {
				fmt.Fprintf(a.stderr, "note: %s are %d steps; this is the first\n", args[1], len(named))
			}
			e := runner.Explain(named[0], a.previous(p))
			if asJSON {
				return printIndented(a.stdout, e)
			}
			_, err = io.WriteString(a.stdout, a.explained(e))
			return err
		},
	}
	f.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "a JSON object")
	return c
}

// explained is an explanation for people.
func (a *app) explained(e runner.Explanation) string {
	text := fmt.Sprintf("step %s\nkey  %s\n\n%s\n", e.Step, e.Key, e.Text)
	switch {
	case e.Run == "":
		return text + "this is the first run\n"
	case e.Was == "":
		return text + fmt.Sprintf("the last run, %s, had no such step\n", e.Run)
	case e.Was == e.Key:
		return text + fmt.Sprintf("nothing changed since the last run, %s\n", e.Run)
	}
	text += fmt.Sprintf("since the last run, %s:\n", e.Run)
	for _, c := range e.Changes {
		text += fmt.Sprintf("  %s\n", reports.Visible(c.String()))
	}
	for _, c := range e.Because {
		text += fmt.Sprintf("  because %s: %s\n", c.Step, reports.Visible(c.String()))
	}
	return text + "\n" + a.diffed(e.Diff)
}

// diffed is a unified diff, its lines in colour where there is colour.
func (a *app) diffed(diff string) string {
	_, diff, _ = strings.Cut(diff, "\n") // the command line of the program diff
	diff = reports.Visible(diff)
	if !colored(a.stdout) {
		return diff
	}
	var b strings.Builder
	for line := range strings.Lines(diff) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "-"):
			line = "\x1b[31m" + line + "\x1b[0m"
		case strings.HasPrefix(line, "+"):
			line = "\x1b[32m" + line + "\x1b[0m"
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// steps are the steps that an id names, at least one.
func (p *project) steps(spec, id string) ([]*runner.Action, error) {
	if named := p.plan.Match(id); len(named) > 0 {
		return named, nil
	}
	var known []string
	for _, a := range p.plan.Actions {
		known = append(append(known, a.ID), a.Aliases...)
	}
	err := fmt.Errorf("there is no step %q in %s", id, spec)
	if near := specs.Suggest(id, known); near != "" {
		return nil, usage(fmt.Errorf("%w\nhint: did you mean %q?", err, near))
	}
	if len(known) > 12 {
		known = append(known[:12], "...")
	}
	return nil, usage(fmt.Errorf("%w - it has %s", err, strings.Join(known, ", ")))
}

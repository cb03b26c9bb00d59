package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"idiolect/runner"
)

func (a *app) explainCommand() *cobra.Command {
	var f specFlags
	c := &cobra.Command{
		Use: "explain SPEC STEP", Short: "the text hashed into a step's key, and what changed since the last run",
		RunE: func(c *cobra.Command, args []string) error {
			p, err := a.compile(c.Context(), args[0], f)
			if err != nil {
				return err
			}
			step, ok := p.plan.Find(args[1])
			if !ok {
				return usage(fmt.Errorf("there is no step %q in %s - it has %s", args[1], args[0], stepIDs(p.plan)))
			}
			last, err := p.previous()
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(a.stdout, runner.Explain(step, last))
			return err
		},
	}
	f.add(c)
	return c
}

func stepIDs(p *runner.Plan) string {
	var ids []string
	for _, a := range p.Actions {
		ids = append(ids, a.ID)
	}
	if len(ids) > 12 {
		ids = append(ids[:12], "...")
	}
	return strings.Join(ids, ", ")
}

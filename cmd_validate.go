package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"idiolect/specs"
)

func (a *app) validateCommand() *cobra.Command {
	var f specFlags
	c := &cobra.Command{
		Use: "validate SPEC...", Short: "every mistake at once, with file:line:col",
		RunE: func(c *cobra.Command, args []string) error {
			var mistakes specs.Errors
			var unread []error
			var later specs.Errors
			for _, path := range args {
				p, err := a.compile(c.Context(), path, f)
				var es specs.Errors
				switch {
				case errors.As(err, &es):
					mistakes = append(mistakes, es...)
				case err != nil:
					unread = append(unread, err)
				case len(p.plan.Later) > 0:
					later = append(later, p.plan.Later...)
					fallthrough
				default:
					if _, err := fmt.Fprintf(a.stdout, "%s: ok\n", path); err != nil {
						return err
					}
				}
			}
			if len(later) > 0 {
				fmt.Fprint(a.stderr, "understood and planned; this release does not carry out:\n\n", later.Render(colored(a.stderr)))
			}
			if len(unread) == 0 && len(mistakes) == 0 {
				return nil
			}
			if len(mistakes) > 0 {
				a.complain(mistakes)
			}
			return usage(errors.Join(unread...))
		},
	}
	f.add(c)
	return c
}

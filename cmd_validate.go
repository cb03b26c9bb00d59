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
		Use: "validate SPEC...", Short: "every mistake at once, with file:line:col", Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var mistakes specs.Errors
			var unread []error
			for _, path := range args {
				_, err := a.compile(c.Context(), path, f)
				var es specs.Errors
				switch {
				case errors.As(err, &es):
					mistakes = append(mistakes, es...)
				case err != nil:
					unread = append(unread, err)
				default:
					if _, err := fmt.Fprintf(a.stdout, "%s: ok\n", path); err != nil {
						return err
					}
				}
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

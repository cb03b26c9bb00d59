package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"idiolect/steps"
)

func (a *app) pretrainCommand() *cobra.Command {
	var out, probe string
	c := &cobra.Command{
		Use: "pretrain SPEC", Short: "trains a model from scratch (how the shipped one was made)",
		RunE: func(c *cobra.Command, args []string) error {
			spec, err := steps.ReadPretrain(args[0])
			if err != nil {
				return usage(err)
			}
			ctx, cancel := a.interrupts(c.Context())
			defer cancel()
			if probe != "" {
				if err := steps.ProbeModel(ctx, spec, probe, a.stdout); err != nil {
					return &exitError{exitFailed, err}
				}
				return nil
			}
			go func() {
				select {
				case <-a.stop:
					fmt.Fprintln(a.stderr, "interrupted: saving what was reached")
					cancel()
				case <-ctx.Done():
				}
			}()
			err = steps.Pretrain(ctx, spec, out, a.stderr)
			switch {
			case err == context.Canceled: // and nothing besides, such as a checkpoint that could not be saved
				fmt.Fprintf(a.stderr, "stopped. To go on:\n  idiolect pretrain %s -o %s\n", shellQuote(args[0]), shellQuote(out))
				return &exitError{code: exitInterrupted}
			case errors.Is(err, context.Canceled):
				return &exitError{exitInterrupted, err}
			case err != nil:
				return &exitError{exitFailed, err}
			}
			return nil
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "", "the `directory` of the checkpoint")
	c.Flags().StringVar(&probe, "probe", "", "measure a finished `model` by the recipe's questions, and train nothing")
	c.MarkFlagsOneRequired("out", "probe")
	c.MarkFlagsMutuallyExclusive("out", "probe")
	return c
}

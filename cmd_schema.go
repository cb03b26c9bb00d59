package main

import (
	"github.com/spf13/cobra"

	"idiolect/specs"
	"idiolect/steps"
)

func (a *app) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use: "schema", Short: "the JSON Schema of the spec language, for editors",
		Long: `schema prints the language of specs as a JSON Schema (draft 2020-12), by which an
editor completes a spec and marks mistakes as it is written. Save it beside the
spec and name it in the spec's first line:

  # yaml-language-server: $schema=schema.json

References, expressions and templates only validate knows.`,
		RunE: func(*cobra.Command, []string) error {
			text, err := schema()
			if err != nil {
				return err
			}
			_, err = a.stdout.Write(text)
			return err
		},
	}
}

// schema is the JSON Schema of all that a spec can say.
func schema() ([]byte, error) {
	all, err := machines(0)
	if err != nil {
		return nil, usage(err)
	}
	return specs.Schema(steps.Language(all))
}

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"idiolect/specs"
)

func (a *app) initCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use: "init [EXAMPLE]", Short: "copies an example spec with its data; without a name, lists the examples",
		Long: `init copies an example spec, the data it reads and the schema for editors into the
current directory. No file that is there is overwritten.`,
		RunE: func(_ *cobra.Command, args []string) error {
			examples, err := specs.ExampleSpecs()
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return a.listExamples(examples)
			}
			name := strings.TrimSuffix(path.Base(filepath.ToSlash(args[0])), ".yaml")
			for _, x := range examples {
				if x.Name == name {
					return a.copyExample(x, out)
				}
			}
			return usage(unknown("example", args[0], exampleNames(examples), "idiolect init lists the examples"))
		},
	}
	c.Flags().StringVarP(&out, "out", "o", ".", "the `directory` to copy into")
	return c
}

func exampleNames(examples []specs.ExampleSpec) []string {
	var names []string
	for _, x := range examples {
		names = append(names, x.Name)
	}
	return names
}

// firstExample is the one that README.md begins with.
const firstExample = "haiku"

func (a *app) listExamples(examples []specs.ExampleSpec) error {
	wide := 0
	for _, x := range examples {
		wide = max(wide, len(x.Name))
	}
	for _, x := range examples {
		if _, err := fmt.Fprintf(a.stdout, "%-*s  %s\n", wide, x.Name, x.Doc); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(a.stderr, "\nTo begin with one:\n  idiolect init", firstExample)
	return err
}

// copyExample writes the files of an example into a directory. Data and schema
// that are there already, byte for byte, are left; anything else in the way stops
// it before it writes.
func (a *app) copyExample(x specs.ExampleSpec, dir string) error {
	files, err := x.Files()
	if err != nil {
		return err
	}
	spec := files[len(files)-1]
	for _, file := range files {
		there, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(file)))
		shipped, shippedErr := fs.ReadFile(specs.Shipped(), file)
		switch {
		case shippedErr != nil:
			return shippedErr
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return usage(err)
		case file == spec || !slices.Equal(there, shipped):
			return usage(fmt.Errorf("%s is there already - init overwrites nothing\nhint: move it away, or choose another directory by -o", filepath.Join(dir, filepath.FromSlash(file))))
		}
	}
	for _, file := range files {
		if err := copyShipped(file, filepath.Join(dir, filepath.FromSlash(file))); err != nil {
			return usage(err)
		}
		if _, err := fmt.Fprintln(a.stdout, filepath.Join(dir, filepath.FromSlash(file))); err != nil {
			return err
		}
	}
	at := shellQuote(filepath.Join(dir, spec))
	_, err = fmt.Fprintf(a.stdout, "\nTo go on:\n  idiolect plan %s\n  idiolect run %s\n", at, at)
	return err
}

// copyShipped writes one file where there is none.
func copyShipped(file, to string) error {
	text, err := fs.ReadFile(specs.Shipped(), file)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return nil // the same, as copyExample saw
	}
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"idiolect/reports"
	"idiolect/specs"
)

type reportFlags struct {
	formats []string
	out     string
}

func (a *app) reportCommand() *cobra.Command {
	var f reportFlags
	c := &cobra.Command{
		Use: "report RUN", Short: "write the report of a run again", Args: cobra.ExactArgs(1),
		Long: `report writes the report of a run again and prints its tables, from what the run's
directory holds: no model is called, and the files come out as the run wrote them.
RUN is a run's directory, such as runs/haiku/latest, or a name under runs.`,
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.check(); err != nil {
				return usage(err)
			}
			dir, err := findRun(args[0])
			if err != nil {
				return usage(err)
			}
			return a.report(dir, f)
		},
	}
	c.Flags().StringSliceVar(&f.formats, "format", nil, "md or csv; both unless the spec says otherwise")
	c.Flags().StringVarP(&f.out, "out", "o", "", "write md into this `file` (-: print it), csv into this directory")
	return c
}

// check refuses what cannot be written.
func (f reportFlags) check() error {
	for _, format := range f.formats {
		switch format {
		case "md", "csv":
		case "html", "tex":
			return fmt.Errorf("report format %q comes with a later release - md and csv are there", format)
		default:
			return fmt.Errorf("report format %q - md or csv", format)
		}
	}
	if f.out != "" && len(f.formats) > 1 {
		return errors.New("-o names one file or directory - ask for one format")
	}
	return nil
}

func (a *app) report(dir string, f reportFlags) error {
	r, err := readReport(dir)
	if err != nil {
		return err
	}
	told := filepath.Join(dir, reports.MarkdownName)
	switch csv := slices.Contains(f.formats, "csv"); {
	case f.out == "-" && !csv:
		return r.Markdown(a.stdout)
	case f.out != "" && csv:
		told, err = f.out, r.WriteCSV(f.out)
	case f.out != "":
		told, err = f.out, r.WriteMarkdown(f.out)
	case len(f.formats) == 0:
		err = r.Write(dir)
	case strings.Join(f.formats, "") == "csv":
		told = filepath.Join(dir, "tables")
		err = r.WriteCSV(told)
	case csv:
		err = errors.Join(r.Write(dir), r.WriteCSV(filepath.Join(dir, "tables")))
	default:
		err = r.WriteMarkdown(told)
	}
	if err != nil {
		return err
	}
	if err := r.Terminal(a.stdout, width(a.stdout), colored(a.stdout)); err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "report: %s\n", told)
	return nil
}

// readReport builds the report of a run from its directory.
func readReport(dir string) (*reports.Report, error) {
	in, err := reports.Open(dir)
	if err != nil {
		return nil, err
	}
	in.Fill = specs.FillTemplate
	return reports.Build(in)
}

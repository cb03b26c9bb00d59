package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"idiolect/runner/tables"
)

type exportFlags struct{ to, out string }

// exportFormats are what a table can be written as.
var exportFormats = []string{"jsonl", "chat", "json", "csv"}

func (a *app) exportCommand() *cobra.Command {
	var f exportFlags
	c := &cobra.Command{
		Use: "export RUN TABLE", Short: "rows or completions of a run, for other programs", Args: cobra.ExactArgs(2),
		Long: `export writes rows of data, or completions, as other programs read them. RUN is a
run's directory, such as runs/haiku/latest, or a name under runs. TABLE is a step of
it: rows such as data.answers, or a split of them such as data.topics.train; what a
method was trained on, such as methods.tuned.round1.kept; completions, such as
evals.held_out.tuned.samples.

--to    of rows                               of completions
jsonl   one object a line, a key a column     one object a line: a key for each
                                              column of the row, and output
csv     the same, with a line of names        the same
json    one list of the same objects          one list of {input, expected_output,
                                              output}
chat    {"messages": [...]} a line: the conversation that was trained on or held, or
        the columns system, input and output; as the source chat and services for
        fine-tuning read it

Of a completion that a prompt extracts from, output is what was extracted; chat holds
all of it. A completion that failed has an output of null, and none in chat: what is
left out there is counted on stderr.`,
		RunE: func(c *cobra.Command, args []string) error {
			if !slices.Contains(exportFormats, f.to) {
				return usage(fmt.Errorf("--to %q - %s", f.to, strings.Join(exportFormats, ", ")))
			}
			dir, err := findRun(args[0])
			if err != nil {
				return usage(err)
			}
			return a.export(dir, args[1], f)
		},
	}
	c.Flags().StringVar(&f.to, "to", "jsonl", "the `format`: "+strings.Join(exportFormats, ", "))
	c.Flags().StringVarP(&f.out, "out", "o", "-", "write into this `file`; - is stdout")
	return c
}

// export writes a table of the run in dir.
func (a *app) export(dir, name string, f exportFlags) error {
	path, split, err := exported(dir, name)
	if err != nil {
		return err
	}
	columns, err := tables.Scalars(path)
	if err != nil {
		return err
	}
	e := &export{path: path, split: split, to: f.to}
	switch {
	case slices.Contains(columns, "completion"):
		e.samples = true
	case !slices.Contains(columns, "fields"):
		return usage(fmt.Errorf("%s holds neither rows nor completions - idiolect show %s %s prints it, with --json as JSON", name, shellQuote(dir), name))
	}
	if f.out == "-" {
		err = e.write(a.stdout)
	} else {
		err = writeWhole(f.out, e.write)
	}
	if err != nil {
		return err
	}
	if e.without > 0 {
		fmt.Fprintf(a.stderr, "%d of %d left out: there is no answer to a question in them\n", e.without, e.n+e.without)
	}
	return nil
}

// exported is the file of a table, and the split of it that is meant.
func exported(dir, name string) (path, split string, err error) {
	path = filepath.Join(dir, "artifacts", name+".parquet")
	if _, err := os.Stat(path); err == nil {
		return path, "", nil
	}
	if at := strings.LastIndexByte(name, '.'); at > 0 && strings.HasPrefix(name, "data.") {
		of := filepath.Join(dir, "artifacts", name[:at]+".parquet")
		if splits, err := splitsOf(of); err == nil && slices.Contains(splits, name[at+1:]) {
			return of, name[at+1:], nil
		}
	}
	names, err := tableNames(dir)
	if err != nil {
		return "", "", err
	}
	return "", "", usage(unknown("table", name, names, fmt.Sprintf("idiolect show %s lists all %d", shellQuote(dir), len(names))))
}

// splitsOf lists the splits of a table of rows.
func splitsOf(path string) ([]string, error) {
	type column struct {
		Split *string `parquet:"split,optional"`
	}
	var out []string
	for row, err := range tables.Each[column](path) {
		if err != nil {
			return nil, err
		}
		if row.Split != nil && !slices.Contains(out, *row.Split) {
			out = append(out, *row.Split)
		}
	}
	return out, nil
}

// writeWhole writes a file that is there as a whole or not at all.
func writeWhole(path string, write func(io.Writer) error) error {
	file, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o666))
	if err != nil {
		return usage(err)
	}
	out := bufio.NewWriter(file)
	err = errors.Join(write(out), out.Flush())
	if err == nil {
		err = file.CloseAtomicallyReplace()
	}
	return cmp.Or(err, file.Cleanup())
}

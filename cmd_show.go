package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/types"
	"github.com/spf13/cobra"

	"idiolect/runner"
	"idiolect/runner/tables"
)

type showFlags struct {
	where   string
	n       int
	columns []string
	beside  []string
	asJSON  bool
}

func (a *app) showCommand() *cobra.Command {
	var f showFlags
	c := &cobra.Command{
		Use: "show RUN [TABLE]", Short: "rows of an artifact, to read data before trusting it",
		Long: `show lists the tables of a run, or prints rows of one. RUN is a run's directory,
such as runs/haiku/latest, or a name under runs. TABLE is a step, such as
data.topics, or a step and a file of it, such as methods.tuned.training.
Columns that hold nothing are left out unless --columns names them. With
--side-by-side TABLE is an eval, such as held_out, and what the methods answered
on the same rows stands next to each other, with their verdicts; --where then knows
asked, each METHOD's text and its verdicts METHOD_JUDGE.`,
		RunE: func(c *cobra.Command, args []string) error {
			dir, err := findRun(args[0])
			if err != nil {
				return usage(err)
			}
			switch {
			case len(args) == 1 && len(f.beside) > 0:
				return usage(errors.New("--side-by-side shows an eval: idiolect show RUN EVAL --side-by-side METHOD,METHOD"))
			case len(args) == 1:
				return listTables(a.stdout, dir, f.asJSON)
			case len(f.beside) > 0:
				return a.showBeside(dir, args[1], f)
			}
			return a.showTable(dir, args[1], f)
		},
	}
	c.Flags().StringVar(&f.where, "where", "", "an `expression` over the columns, such as 'not accepted'")
	c.Flags().IntVarP(&f.n, "rows", "n", 10, "how many rows; 0: all")
	c.Flags().StringSliceVar(&f.columns, "columns", nil, "which `columns`")
	c.Flags().StringSliceVar(&f.beside, "side-by-side", nil, "`methods` of an eval, as initial,tuned or tuned@2")
	c.Flags().BoolVar(&f.asJSON, "json", false, "one JSON object a row; a JSON list of tables")
	return c
}

// findRun is the directory of a run, or of a name under runs.
func findRun(name string) (string, error) {
	dir, err := runner.FindRun(name)
	if named, other := runner.FindRun(filepath.Join(defaultRuns, name)); err != nil && other == nil {
		return named, nil
	}
	return dir, err
}

func listTables(w io.Writer, dir string, asJSON bool) error {
	names, err := tableNames(dir)
	if err != nil {
		return err
	}
	if asJSON {
		return printIndented(w, names)
	}
	for _, name := range names {
		if _, err := fmt.Fprintln(w, name); err != nil {
			return err
		}
	}
	return nil
}

func tableNames(dir string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "artifacts", "*.parquet"))
	if err != nil {
		return nil, err
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(filepath.Base(f), ".parquet")
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s has no tables - running its spec again makes them", dir)
	}
	return files, nil
}

func (a *app) showTable(dir, name string, f showFlags) error {
	path := filepath.Join(dir, "artifacts", name+".parquet")
	if _, err := os.Stat(path); err != nil {
		names, err := tableNames(dir)
		if err != nil {
			return err
		}
		return usage(unknown("table", name, names, fmt.Sprintf("idiolect show %s lists all %d", shellQuote(dir), len(names))))
	}
	columns, rows, err := tables.ReadAny(path)
	if err != nil {
		return err
	}
	return a.printTable(columns, rows, f)
}

// printTable prints the rows and columns that were asked for.
func (a *app) printTable(columns []string, rows []map[string]any, f showFlags) error {
	rows, total, err := f.chosen(columns, rows)
	if err != nil {
		return usage(err)
	}
	if len(f.columns) > 0 {
		columns = f.columns
	}
	if f.asJSON {
		return printJSON(a.stdout, columns, rows)
	}
	if len(f.columns) == 0 {
		columns = telling(columns, rows)
	}
	if err := printRows(a.stdout, columns, rows, width(a.stdout)); err != nil {
		return err
	}
	a.tellMore(len(rows), total)
	return nil
}

// chosen are the rows that the flags ask for, and how many would be there without
// -n. It refuses columns that there are not.
func (f showFlags) chosen(columns []string, rows []map[string]any) (some []map[string]any, total int, err error) {
	for _, c := range f.columns {
		if !slices.Contains(columns, c) {
			return nil, 0, fmt.Errorf("there is no column %q - there are %s", c, strings.Join(columns, ", "))
		}
	}
	if rows, err = matching(rows, columns, f.where); err != nil {
		return nil, 0, err
	}
	total = len(rows)
	if f.n > 0 {
		rows = rows[:min(f.n, total)]
	}
	return rows, total, nil
}

// tellMore says that -n left rows out.
func (a *app) tellMore(shown, total int) {
	if shown < total {
		fmt.Fprintf(a.stderr, "%d of %d rows; -n shows more\n", shown, total)
	}
}

// matching keeps the rows for which the expression holds.
func matching(rows []map[string]any, columns []string, where string) ([]map[string]any, error) {
	if where == "" {
		return rows, nil
	}
	env := types.Map{}
	for _, c := range columns {
		env[c] = types.Any
	}
	program, err := expr.Compile(where, expr.Env(env), expr.AsAny())
	if err != nil {
		return nil, fmt.Errorf("--where: %w", err)
	}
	var kept []map[string]any
	for _, row := range rows {
		v, err := expr.Run(program, row)
		if err != nil {
			return nil, fmt.Errorf("--where: %w\nhint: a missing value is nil: x != nil and x > 1", err)
		}
		switch yes, ok := v.(bool); {
		case yes:
			kept = append(kept, row)
		case !ok && v != nil: // null is a value that is missing
			return nil, fmt.Errorf("--where: %q gives %v - want true or false", where, v)
		}
	}
	return kept, nil
}

func printJSON(w io.Writer, columns []string, rows []map[string]any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, row := range rows {
		line := map[string]any{}
		for _, c := range columns {
			line[c] = row[c]
		}
		if err := e.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

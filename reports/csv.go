package reports

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"idiolect/runner/tables"
)

// Write writes report.md and tables/*.csv and *.md into dir, each file whole or not at all.
func (r *Report) Write(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "tables"), 0o777); err != nil {
		return err
	}
	if err := writeFile(filepath.Join(dir, "report.md"), r.Markdown); err != nil {
		return err
	}
	for _, f := range r.files() {
		if err := writeFile(filepath.Join(dir, "tables", f.name), f.write); err != nil {
			return err
		}
	}
	return nil
}

type file struct {
	name  string
	write func(io.Writer) error
}

// files are the tables: raw numbers as CSV, and those of the report as Markdown.
func (r *Report) files() []file {
	files := []file{
		{"scores.csv", r.scoresCSV}, {"criteria.csv", r.criteriaCSV}, {"differences.csv", r.differencesCSV}, {"training.csv", r.trainingCSV},
	}
	for _, s := range r.sections {
		name := s.file + ".md"
		if s.file != "" && !slices.ContainsFunc(files, func(f file) bool { return f.name == name }) {
			files = append(files, file{name, func(w io.Writer) error { return r.tables(w, s.file) }})
		}
	}
	return files
}

// tables writes the tables of the sections that go into one file.
func (r *Report) tables(w io.Writer, name string) error {
	m := newMarkdown(w)
	for _, s := range r.sections {
		if s.file != name {
			continue
		}
		m.printf("## %s\n", escape(s.title))
		for _, b := range s.blocks {
			switch b.(type) {
			case table, heading:
				m.block(b)
			}
		}
	}
	return m.Flush()
}

func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-")
	if err != nil {
		return err
	}
	err = errors.Join(write(f), f.Chmod(0o666), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

func (r *Report) scoresCSV(w io.Writer) error {
	return r.scoreRows(w, false)
}

func (r *Report) criteriaCSV(w io.Writer) error {
	return r.scoreRows(w, true)
}

// scoreRows writes the scores of whole verdicts, or those of the criteria.
func (r *Report) scoreRows(w io.Writer, criteria bool) error {
	head := []string{"eval", "method", "judge", "repeat", "mean", "low", "high", "mean_successes", "n", "errors", "clusters", "interval", "note"}
	if criteria {
		head = append([]string{"criterion"}, head...)
	}
	rows := [][]string{head}
	for _, e := range r.evals {
		for _, s := range e.scores {
			if (s.Criterion != nil) != criteria {
				continue
			}
			row := []string{s.Eval, s.Method, s.Judge, whole(s.Repeat), raw(s.Mean), raw(s.Low), raw(s.High), raw(s.MeanSuccesses), fmt.Sprint(s.N), fmt.Sprint(s.Errors), fmt.Sprint(s.Clusters), s.Interval, text(s.Note)}
			if criteria {
				row = append([]string{*s.Criterion}, row...)
			}
			rows = append(rows, row)
		}
	}
	return writeCSV(w, rows)
}

func (r *Report) differencesCSV(w io.Writer) error {
	rows := [][]string{{"eval", "method", "against", "judge", "repeat", "difference", "low", "high", "p", "p_holm", "test", "n", "clusters", "relative", "relative_low", "relative_high", "more_clusters", "note"}}
	for _, e := range r.evals {
		for _, d := range e.differences {
			rows = append(rows, differenceRow(d))
		}
	}
	return writeCSV(w, rows)
}

func differenceRow(d tables.Difference) []string {
	return []string{
		d.Eval, d.Method, d.Against, d.Judge, whole(d.Repeat), raw(d.Difference), raw(d.Low), raw(d.High), raw(d.P), raw(d.PHolm), d.Test,
		fmt.Sprint(d.N), fmt.Sprint(d.Clusters), raw(d.Relative), raw(d.RelLow), raw(d.RelHigh), whole(d.MoreRows), text(d.Note),
	}
}

func (r *Report) trainingCSV(w io.Writer) error {
	rows := [][]string{{"policy", "sampled", "finished", "accepted", "kept", "rows", "steps", "learning_rate", "first_loss", "last_loss", "note"}}
	for _, t := range r.trained {
		row := []string{t.step.ID, "", "", "", t.keep, fmt.Sprint(t.Rows), fmt.Sprint(len(t.log)), t.settings()["learning_rate"], "", "", text(t.Note)}
		if t.keep != "" {
			row[1], row[2], row[3] = fmt.Sprint(t.funnel.sampled), fmt.Sprint(t.funnel.finished), fmt.Sprint(t.funnel.accepted)
		}
		if n := len(t.log); n > 0 {
			row[8], row[9] = raw(&t.log[0].Loss), raw(&t.log[n-1].Loss)
		}
		rows = append(rows, row)
	}
	return writeCSV(w, rows)
}

func writeCSV(w io.Writer, rows [][]string) error {
	c := csv.NewWriter(w)
	if err := c.WriteAll(rows); err != nil {
		return err
	}
	return c.Error()
}

// raw writes a number with all its digits; missing is empty.
func raw(x *float64) string {
	if x == nil {
		return ""
	}
	return strconv.FormatFloat(*x, 'g', -1, 64)
}

func whole(x *int64) string {
	if x == nil {
		return ""
	}
	return strconv.FormatInt(*x, 10)
}

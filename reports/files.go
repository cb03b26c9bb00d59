package reports

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// MarkdownName is the report's file in a run directory.
const MarkdownName = "report.md"

// Write writes report.md and tables/*.md into dir, and where the spec's formats have it tables/*.csv, and the
// spec's template filled, each file whole or not at all.
func (r *Report) Write(dir string) error {
	if err := r.WriteMarkdown(filepath.Join(dir, MarkdownName)); err != nil {
		return err
	}
	if err := r.writeTables(filepath.Join(dir, "tables"), ".md"); err != nil {
		return err
	}
	if len(r.in.Formats) == 0 || slices.Contains(r.in.Formats, "csv") {
		if err := r.WriteCSV(filepath.Join(dir, "tables")); err != nil {
			return err
		}
	}
	return r.writeTemplate(dir)
}

// WriteMarkdown writes the report into a file, whole or not at all.
func (r *Report) WriteMarkdown(path string) error { return writeFile(path, r.Markdown) }

// WriteCSV writes the tables as CSV into a directory, which is made where it is not there.
func (r *Report) WriteCSV(dir string) error { return r.writeTables(dir, ".csv") }

func (r *Report) writeTables(dir, ending string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for _, f := range r.files() {
		if filepath.Ext(f.name) != ending {
			continue
		}
		if err := writeFile(filepath.Join(dir, f.name), f.write); err != nil {
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
	if len(r.agreements) > 0 {
		files = append(files, file{"agreement.csv", r.agreementCSV})
	}
	for _, s := range r.sections {
		name := s.file + ".md"
		if s.file != "" && s.file != "writeup" && !slices.ContainsFunc(files, func(f file) bool { return f.name == name }) {
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

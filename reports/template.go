package reports

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// Template is a write-up of the user's own, filled with the report's values.
type Template struct {
	Name string `json:"name"` // of the file that it becomes in the run directory
	Text string `json:"text"`
}

// TemplateName is the file that a template becomes: its own name, without .j2 or .jinja. A name of which a run
// directory has a file already is an error.
func TemplateName(path string) (string, error) {
	name := filepath.Base(filepath.FromSlash(path))
	for _, ending := range []string{".j2", ".jinja2", ".jinja"} {
		name = strings.TrimSuffix(name, ending)
	}
	taken := []string{MarkdownName, aboutName, "spec.yaml", "plan.json", "run.json", "events.jsonl", "artifacts.json", "artifacts", "tables"}
	if slices.ContainsFunc(taken, func(t string) bool { return strings.EqualFold(t, name) }) || strings.HasPrefix(name, ".") || name == "" {
		return "", fmt.Errorf("%s: a run has a file of its own by the name %q - call the template otherwise, such as writeup.md.j2", path, name)
	}
	return name, nil
}

// writeTemplate fills the spec's template, where it has one, and writes it into a run directory.
func (r *Report) writeTemplate(dir string) error {
	t := r.in.Template
	if t == nil {
		return nil
	}
	if r.in.Fill == nil {
		return fmt.Errorf("template %s: nothing fills it", t.Name)
	}
	if name, err := TemplateName(t.Name); err != nil || name != t.Name {
		return errors.Join(fmt.Errorf("template %s: not a name for a file of a run", t.Name), err)
	}
	values, err := r.values()
	if err != nil {
		return err
	}
	text, err := r.in.Fill(t.Text, values)
	if err != nil {
		return fmt.Errorf("report.template, %s: %w", t.Name, err)
	}
	return writeFile(filepath.Join(dir, t.Name), func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

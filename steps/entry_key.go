package steps

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"idiolect/datasets"
	"idiolect/runner"
	"idiolect/specs"
)

// sourceLines are all that decides the rows: files by content, and settings.
func (c *Compiler) sourceLines(e *entry) []runner.Line {
	d := e.data
	kind, _ := Sources().Find(d.Kind)
	lines := []runner.Line{line("source", fmt.Sprintf("%s/%d", d.Kind, kind.Version))}
	lines = append(lines, settingLines("source", d.Source, kind.New())...)
	for i, sum := range e.sums {
		lines = append(lines, line(fmt.Sprintf("file.%d", i), "sha256:"+sum))
	}
	for i, p := range e.pieces {
		if p.Split != "" && p.Split != "all" {
			lines = append(lines, line(pieceName(i)+".split", p.Split))
		}
	}
	if d.BadRows == "skip" {
		lines = append(lines, line("bad_rows", d.BadRows))
	}
	for i, r := range d.Columns {
		lines = append(lines, line(fmt.Sprintf("columns.%d", i), r.New+": "+r.Old))
	}
	for i, a := range d.Set {
		lines = append(lines, line(fmt.Sprintf("set.%d", i), a.Name+": "+a.Expr.String()))
	}
	lines = append(lines, scopeLines(c.scope(), ofExprs(dataExprs(d)...)...)...)
	if d.Where != nil {
		lines = append(lines, line("where", d.Where))
	}
	if p := d.Person; p != nil {
		lines = append(lines, line("person", fmt.Sprintf("%s: %v", p.Column, p.Value)))
	}
	if d.Dedup.On || d.Dedup.RougeL > 0 {
		lines = append(lines, line("dedup", fmt.Sprintf("rouge_l %g", d.Dedup.RougeL)))
	}
	if d.Limit > 0 {
		lines = append(lines, line("limit", d.Limit))
	}
	for i, p := range d.Split {
		lines = append(lines, line(fmt.Sprintf("split.%d", i), fmt.Sprintf("%s: %d %g %t", p.Name, p.Count, p.Fraction, p.Rest)))
	}
	if d.Shuffle && d.Limit > 0 { // a shuffle without a limit changes no rows
		lines = append(lines, line("shuffle", true))
	}
	if d.Shuffle && d.Limit > 0 || len(d.Split) > 0 {
		lines = append(lines, c.seed())
	}
	return lines
}

// sourceDefaults are the settings of a source that nobody sets.
func sourceDefaults(kind string) []runner.Line {
	k, _ := Sources().Find(kind)
	return settingLines("source", k.New(), nil)
}

func dataExprs(d *specs.Data) []*specs.Expr {
	exprs := []*specs.Expr{d.Where}
	for _, a := range d.Set {
		exprs = append(exprs, a.Expr)
	}
	return exprs
}

// fileHashes are those of the source's files, in its order. Those that are known
// are not read again; nil knows none.
func fileHashes(src datasets.Source, dir string, known map[string]string) ([]string, error) {
	var sums []string
	for _, f := range src.Files(dir) {
		sum, ok := known[f.Path]
		if !ok {
			var err error
			if sum, err = fileHash(f.Path); err != nil {
				return nil, fmt.Errorf("%s: %w", f.Name, err)
			}
		}
		if known != nil {
			known[f.Path] = sum
		}
		sums = append(sums, sum)
	}
	return sums, nil
}

func fileHash(path string) (string, error) {
	f, err := datasets.Open(path)
	if err != nil {
		return "", nameless(err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", nameless(err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// nameless is an error without the path that the system was given: the message
// names the file as the spec does.
func nameless(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

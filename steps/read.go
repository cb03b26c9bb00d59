package steps

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"idiolect/datasets"
	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

// entry is a data entry while the plan is made.
type entry struct {
	action *runner.Action
	source datasets.Source
	data   *specs.Data
	sums   []string         // SHA-256 of each of the source's files
	sizes  map[string]int64 // rows of each split, as the step will find them; "" is in none
}

// count says how many rows a reference names.
func (e *entry) count(split string) int64 {
	n := int64(0)
	for name, rows := range e.sizes {
		if inSplit(split, name) {
			n += rows
		}
	}
	return n
}

// inSplit: rows that no part of a split took belong to `all` alone.
func inSplit(want, have string) bool { return want == "" || want == "all" || want == have }

// entry lowers a data entry, once. Its rows are read while the plan is made, so
// that a damaged file is found and the number of calls known before anything
// starts.
func (c *Compiler) entry(id string) (*entry, error) {
	d, ok := c.Data.Get(id)
	if !ok {
		return nil, c.Errorf("data", "", "there is no data %q", id)
	}
	defer func(u unit) { c.unit = u }(c.unit)
	c.unit = c.place(c.owner(id), 0)
	if c.unit.person != nil {
		own := *d
		own.Person = &specs.Person{Column: c.Users.ID, Value: c.unit.person.value}
		d = &own
	}
	memo := c.memo("data." + id)
	if e, ok := c.data[memo]; ok {
		return e, nil
	}
	src := d.Source.(datasets.Source)
	path := "data." + id
	sums, err := fileHashes(src, c.Dir, c.sums)
	if err != nil {
		return nil, c.Errorf(path+".path", "", "%v", err)
	}
	e := &entry{source: src, data: d, sums: sums}
	lines := c.sourceLines(e)
	if e.sizes, err = c.counted(e, fmt.Sprint(lines)); err != nil {
		return nil, c.Errorf(path, "", "%v", err)
	}
	if d.Person != nil && e.count("all") == 0 {
		return nil, c.Errorf(path, "", "no row of %s belongs to %v", id, d.Person.Value)
	}
	e.action = c.add(runner.Action{
		ID: path, Kind: "read", Version: 1, Pos: c.Pos(path), Lines: lines, Files: e.files(c.Dir),
		Says:     fmt.Sprintf("read %d rows of %s", e.count("all"), d.Kind),
		Step:     &readStep{entry: e, dir: c.Dir, seed: c.Seed, scope: c.scope()},
		Estimate: runner.Estimate{Exact: true},
	})
	c.data[memo] = e
	return e, nil
}

// files are what the source reads, as the spec names it.
func (e *entry) files(dir string) []string {
	var names []string
	for _, f := range e.source.Files(dir) {
		names = append(names, f.Name)
	}
	return names
}

// owner is whose rows an entry of data holds: the person being lowered, where the
// rows have the column that names persons; nil when they are everybody's.
func (c *Compiler) owner(id string) *person {
	if c.Users == nil || id == c.Users.Data.ID || !slices.Contains(c.Columns(id), c.Users.ID) {
		return nil
	}
	return c.person
}

// counted says how many rows each split has; equal entries are read once.
func (c *Compiler) counted(e *entry, lines string) (map[string]int64, error) {
	if known, ok := c.shared.sizes[lines]; ok {
		return known, nil
	}
	rows, err := datasets.Prepare(e.source, e.data, c.Dir, c.Seed, c.scope())
	if err != nil {
		return nil, err
	}
	sizes := map[string]int64{}
	for _, r := range rows {
		sizes[r.Split]++
	}
	c.shared.sizes[lines] = sizes
	return sizes, nil
}

// sourceLines are all that decides the rows: files by content, and settings.
func (c *Compiler) sourceLines(e *entry) []runner.Line {
	d := e.data
	kind, _ := datasets.Sources().Find(d.Kind)
	lines := []runner.Line{line("source", fmt.Sprintf("%s/%d", d.Kind, kind.Version))}
	lines = append(lines, settingLines("source", e.source, kind.New())...)
	for i, sum := range e.sums {
		lines = append(lines, line(fmt.Sprintf("file.%d", i), "sha256:"+sum))
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

// readStep writes the rows of a data entry.
type readStep struct {
	entry *entry
	dir   string
	seed  int64
	scope map[string]any
}

// Run reads the source again, so that a plan holds no rows. What it read has to
// be what the step's key says: the artifact would else stand for another file,
// in every later run too.
func (s *readStep) Run(ctx context.Context, r *runner.Run) error {
	rows, err := datasets.Prepare(s.entry.source, s.entry.data, s.dir, s.seed, s.scope)
	if err != nil {
		return err
	}
	sums, err := fileHashes(s.entry.source, s.dir, nil)
	if err != nil {
		return err
	}
	for i, f := range s.entry.source.Files(s.dir) {
		if sums[i] != s.entry.sums[i] {
			return fmt.Errorf("%s was changed after the plan was made - run again", f.Name)
		}
	}
	out := make([]tables.Row, len(rows))
	for i, row := range rows {
		if out[i], err = tableRow(string(r.Key()), row); err != nil {
			return err
		}
		if p := s.entry.data.Person; p != nil {
			out[i].User = optional(fmt.Sprint(p.Value))
		}
	}
	r.Progress(len(rows), len(rows), "rows")
	return writeTable(r, "rows.parquet", out)
}

func tableRow(key string, row datasets.Row) (tables.Row, error) {
	fields, err := datasets.Canonical(row.Fields)
	if err != nil {
		return tables.Row{}, fmt.Errorf("%s: %w", row.Place, err)
	}
	return tables.Row{
		ID: tables.ID(key, row.Key, 0), RowKey: row.Key, Fields: fields,
		Input: textOf(row.Fields["input"]), Output: textOf(row.Fields["output"]),
		Split: optional(row.Split), Source: optional(lineOf(row.Place)),
	}, nil
}

// lineOf is a place without the file's name: where a project lies, and what its
// files are called, decides no artifact.
func lineOf(place string) string {
	i := strings.LastIndexByte(place, ':')
	if i < 0 {
		return place
	}
	if at, named := strings.CutPrefix(place[i+1:], " "); named { // "item 3", "row 3"
		return at
	}
	return "line " + place[i+1:]
}

func textOf(v any) *string {
	if s, ok := v.(string); ok {
		return &s
	}
	return nil
}

// optional is null for "".
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

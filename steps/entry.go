package steps

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"

	"idiolect/datasets"
	"idiolect/runner"
	"idiolect/specs"
)

// entry is a data entry while the plan is made.
type entry struct {
	action *runner.Action
	data   *specs.Data
	source datasets.Source // of files; nil: it combines others
	sums   []string        // SHA-256 of each of its files
	pieces []piece         // of others, what it combines
	rows   datasets.Count  // as the step will find them
	widths *widths         // how long their texts are
	lines  string          // all that decides them
	made   map[string]span // of each split and of all, where steps make the rows; nil: they are read
}

// piece is what an entry combines: rows of another.
type piece struct {
	specs.DataRef
	of *entry
}

// count says how many rows a reference names.
func (e *entry) count(split string) int64 {
	n := int64(0)
	for name, rows := range e.rows.Sizes {
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
	if c.unit.person != nil && c.hasPersons(id) {
		own := *d
		own.Person = &specs.Person{Column: c.Users.ID, Value: c.unit.person.value}
		d = &own
	}
	memo := c.memo("data." + id)
	if e, ok := c.data[memo]; ok {
		return e, nil
	}
	path := "data." + id
	e := &entry{data: d}
	if m, ok := d.Source.(Maker); ok {
		if err := c.make(e, m, path); err != nil {
			return nil, err
		}
		c.data[memo] = e
		return e, nil
	}
	if err := c.origin(e, path); err != nil {
		return nil, err
	}
	a := runner.Action{
		ID: path, Kind: "read", Version: 1, Pos: c.Pos(path), Lines: c.sourceLines(e), Inputs: e.inputs(), Files: e.files(c.Dir),
		Step:     &readStep{entry: e, dir: c.Dir, seed: c.Seed, scope: c.scope()},
		Defaults: func() []runner.Line { return sourceDefaults(d.Kind) },
	}
	if err := c.counted(e, a, c.readAgain(id)); err != nil {
		return nil, c.Errorf(path+"."+keyOf(err), "", "%v", err)
	}
	none := e.made == nil && e.count("all") == 0
	if none && d.Person != nil {
		return nil, c.Errorf(path, "", "no row of %s belongs to %v", id, d.Person.Value)
	}
	if none {
		return nil, c.Errorf(path+".where", "", "no row of %s is left", id)
	}
	a.Says = e.says()
	e.action = c.add(a)
	c.data[memo] = e
	return e, nil
}

// keyOf is the key of an entry that an error of its rows is about.
func keyOf(err error) string {
	var few *datasets.TooFewRows
	var about *datasets.KeyError
	switch {
	case errors.As(err, &few):
		return "split"
	case errors.As(err, &about):
		return about.Key()
	}
	return "path" // the entry itself where no file is read
}

// origin finds what an entry reads: files, or other entries.
func (c *Compiler) origin(e *entry, path string) (err error) {
	combined, ok := e.data.Source.(datasets.Combined)
	if !ok {
		e.source = e.data.Source.(datasets.Source)
		if e.sums, err = fileHashes(e.source, c.Dir, c.sums); err != nil {
			return c.Errorf(path+".path", "", "%v", err)
		}
		return nil
	}
	for _, ref := range combined.Refs() {
		of, err := c.entry(ref.ID)
		if err != nil {
			return err
		}
		e.pieces = append(e.pieces, piece{ref, of})
	}
	return nil
}

// files are what the source reads, as the spec names it.
func (e *entry) files(dir string) []string {
	if e.source == nil {
		return nil
	}
	var names []string
	for _, f := range e.source.Files(dir) {
		names = append(names, f.Name)
	}
	return names
}

// inputs are the steps that read what an entry combines.
func (e *entry) inputs() []runner.Input {
	var in []runner.Input
	for i, p := range e.pieces {
		in = append(in, runner.Input{Name: pieceName(i), From: p.of.action})
	}
	return in
}

func pieceName(i int) string { return fmt.Sprintf("rows.%d", i) }

// says is the entry's step for people.
func (e *entry) says() string {
	if e.made != nil {
		return fmt.Sprintf("read %s rows of %s", e.span("all"), e.data.Kind)
	}
	text := fmt.Sprintf("read %d rows of %s", e.rows.Rows, e.data.Kind)
	left := e.rows.Skipped
	switch {
	case left.N == 0:
		return text
	case left.First.LeftOut:
		return text + fmt.Sprintf(" (%d left out)", left.N)
	case left.N == 1:
		return text + " (1 bad row skipped)"
	}
	return text + fmt.Sprintf(" (%d bad rows skipped)", left.N)
}

// owner is whose rows an entry of data holds: the person being lowered, where the
// rows have the column that names persons, or where steps make them, which may
// read the profile; nil when they are everybody's.
func (c *Compiler) owner(id string) *person {
	if c.Users == nil || id == c.Users.Data.ID || !c.hasPersons(id) && !c.isMade(id) {
		return nil
	}
	return c.person
}

// hasPersons says whether the rows of an entry have the column that names persons.
func (c *Compiler) hasPersons(id string) bool { return slices.Contains(c.Columns(id), c.Users.ID) }

// counted says how many rows each split has; equal entries are read once. The
// rows of one that others combine are kept until the plan is made.
func (c *Compiler) counted(e *entry, a runner.Action, kept bool) error {
	if c.fromMade(e) {
		return e.fits()
	}
	e.lines = fmt.Sprint(a.Lines)
	for _, in := range a.Inputs {
		e.lines += string(in.From.Key())
	}
	known, ok := c.read[e.lines]
	if !ok {
		rows := c.rows(e)
		c.widths[e.lines] = newWidths()
		rows.Kept = c.widths[e.lines].add
		var err error
		if known, err = c.readRows(rows, kept); err != nil {
			return err
		}
		c.read[e.lines] = known
	}
	e.rows, e.widths = known.Count, c.widths[e.lines]
	return nil
}

// rows are an entry's rows, to be read.
func (c *Compiler) rows(e *entry) datasets.Entry {
	return datasets.Entry{Records: c.records(e), Data: e.data, Seed: c.Seed, Scope: c.scope()}
}

func (c *Compiler) readRows(rows datasets.Entry, kept bool) (*datasets.Collection, error) {
	if !kept {
		n, err := rows.Count(c.ctx)
		return &datasets.Collection{Count: n}, err
	}
	file, err := c.scratch()
	if err != nil {
		return nil, err
	}
	return rows.Collect(c.ctx, file)
}

// readAgain says whether another entry is made of this one's rows, or judges are
// measured by them.
func (c *Compiler) readAgain(id string) bool {
	for _, j := range c.Judges.All() {
		if j.Labels.ID == id {
			return true
		}
	}
	for _, e := range c.Evals.All() {
		if len(e.Methods) == 0 && e.Data.ID == id {
			return true
		}
	}
	for _, d := range c.Data.All() {
		s, ok := d.Source.(datasets.Combined)
		if ok && slices.ContainsFunc(s.Refs(), func(r specs.DataRef) bool { return r.ID == id }) {
			return true
		}
	}
	return false
}

// scratch is the file that rows are kept in while the plan is made.
func (c *Compiler) scratch() (_ *os.File, err error) {
	if c.file == nil {
		if c.file, err = os.CreateTemp("", "idiolect-rows-"); err != nil {
			return nil, fmt.Errorf("a temporary file for rows: %w", nameless(err))
		}
		_ = os.Remove(c.file.Name()) // where the system does not allow it now, close does it
	}
	return c.file, nil
}

// close ends what the plan was made with.
func (s *shared) close() {
	if s.file != nil {
		_ = s.file.Close()
		_ = os.Remove(s.file.Name())
	}
}

// records are what an entry makes its rows of.
func (c *Compiler) records(e *entry) iter.Seq2[datasets.Record, error] {
	if e.source != nil {
		return e.source.Read(c.Dir)
	}
	var of []iter.Seq2[datasets.Record, error]
	for _, p := range e.pieces {
		of = append(of, p.records(c.read[p.of.lines].All()))
	}
	return e.data.Source.(datasets.Combined).Combine(of)
}

// records are the rows of one piece, as the step that combines them finds them.
func (p piece) records(rows iter.Seq2[datasets.Stored, error]) iter.Seq2[datasets.Record, error] {
	return func(yield func(datasets.Record, error) bool) {
		for s, err := range rows {
			if err == nil && !inSplit(p.Split, s.Split) {
				continue
			}
			rec := datasets.Record{Origin: s.Origin}
			if rec.Place = p.String() + ": " + datasets.Line(s.Place); s.Made {
				rec.Place = p.String() + ": row " + s.Key
			}
			if err == nil {
				rec.Fields, err = datasets.Fields(s.Fields)
			}
			if !yield(rec, err) || err != nil {
				return
			}
		}
	}
}

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

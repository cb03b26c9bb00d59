package steps

import (
	"errors"
	"fmt"
	"slices"

	"idiolect/datasets"
	"idiolect/runner"
	"idiolect/specs"
)

// entry is a data entry while the plan is made.
type entry struct {
	id     string // in the spec
	action *runner.Action
	data   *specs.Data
	source datasets.Source // of files; nil: it combines others
	sums   []string        // SHA-256 of each of its files
	pieces []piece         // of others, what it combines
	rows   datasets.Count  // as the step will find them
	widths *widths         // how long their texts are
	lines  string          // all that decides them
	made   map[string]span // of each split and of all, where steps make the rows; nil: they are read
	wrote  *wrote          // how long made rows are at most; nil: nobody knows
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
	e := &entry{id: id, data: d}
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
	if w := e.widths; e.data.Kind == "prometheus" && w != nil && w.better > 0 { // a judge may learn the place instead
		text += fmt.Sprintf(", a the better one in %.0f%%", 100*float64(w.first)/float64(w.better))
	}
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
// rows have the column that names persons, where what is done to them reads the
// profile, or where steps make them, which may read it; nil when they are
// everybody's.
func (c *Compiler) owner(id string) *person {
	if c.Users == nil || id == c.Users.Data.ID || !c.hasPersons(id) && !c.isMade(id) && !c.readsProfile(id) {
		return nil
	}
	return c.person
}

// readsProfile says whether an expression of an entry reads the profile, or one of
// an entry that it combines.
func (c *Compiler) readsProfile(id string) bool {
	d, ok := c.Data.Get(id)
	if !ok {
		return false
	}
	if slices.ContainsFunc(dataExprs(d), func(x *specs.Expr) bool { return x != nil && slices.Contains(x.Names(), "profile") }) {
		return true
	}
	combined, ok := d.Source.(datasets.Combined)
	return ok && slices.ContainsFunc(combined.Refs(), func(r specs.DataRef) bool { return c.readsProfile(r.ID) })
}

// hasPersons says whether the rows of an entry have the column that names persons.
func (c *Compiler) hasPersons(id string) bool { return slices.Contains(c.Columns(id), c.Users.ID) }

package steps

import (
	"fmt"
	"iter"
	"math"
	"slices"

	"idiolect/datasets"
	"idiolect/runner"
	"idiolect/specs"
)

// Maker is a source whose rows are made by steps.
type Maker interface {
	// Make adds the steps that make the rows of an entry before anything is done
	// to them.
	Make(c *Compiler, id string) (*making, error)
}

// making is how the rows of an entry are made: by the last of its steps, not yet in
// the plan, to whose key is added what is done to the rows.
type making struct {
	action runner.Action
	rows   span // how many, before anything is done to them
	wrote  *wrote
	// records are the rows as made from the step's inputs. What was asked for them is
	// counted before the first is yielded. nil: they come with a later release.
	records func(r *runner.Run, f *funnel) (iter.Seq2[datasets.Record, error], error)
}

// wrote is where rows come from that have a text of a model's beside what was read:
// so long they are at most.
type wrote struct {
	from   *entry
	split  string
	column string
	most   int64 // tokens of the text when it was written
}

// Makers lists the sources that make rows.
func Makers() specs.Catalog[Maker] {
	return specs.Catalog[Maker]{
		synthesize(),  // a model writes inputs
		answers(),     // a model answers rows
		huggingFace(), // a data set of the hub
	}
}

// make lowers an entry whose rows steps make. They are made once, by what the
// first repeat trained.
func (c *Compiler) make(e *entry, m Maker, path string) error {
	made, err := m.Make(c, path)
	if err != nil {
		return err
	}
	e.wrote = made.wrote
	a := made.action
	for _, l := range c.sourceLines(e) {
		if !slices.Contains(a.Lines, l) { // seed and vars may decide both how rows are made and what is done to them
			a.Lines = append(a.Lines, l)
		}
	}
	a.Says = fmt.Sprintf("%s, %s rows", a.Says, c.cut(e, made.rows))
	if err := e.fits(); err != nil {
		return c.Errorf(path+".split", "", "%v", err)
	}
	if made.records == nil {
		c.comesLater(path+".source", "", "source %s comes with a later release - planned, not carried out", e.data.Kind)
		e.action = c.planned(a)
		return nil
	}
	a.Version, a.Step = 1, &readStep{entry: e, seed: c.Seed, scope: c.scope(), made: made.records}
	e.action = c.add(a)
	return nil
}

// cut says how many rows the entry will have of so many made ones.
func (c *Compiler) cut(e *entry, rows span) span {
	d := e.data
	if d.Where != nil || d.Person != nil || d.Dedup.On {
		rows = rows.unsure()
	}
	if d.Limit > 0 {
		rows = rows.most(int64(d.Limit))
	}
	e.made = map[string]span{"all": rows}
	counted, given := false, span{}
	for _, p := range d.Split {
		counted = counted || p.Count > 0
	}
	for _, p := range d.Split {
		switch {
		case p.Rest:
			continue
		case p.Count > 0:
			e.made[p.Name] = exactly(int64(p.Count)) // with fewer rows the step fails
		default:
			share := func(n int64) int64 { return int64(math.Round(p.Fraction * float64(n))) }
			part := span{n: [2]int64{share(rows.n[0]), share(rows.n[1])}, exact: rows.exact, open: rows.open}
			if !counted { // each row draws its part: see datasets
				part.n[1], part.exact = rows.n[1], false
			}
			e.made[p.Name] = part
		}
		given = given.plus(e.made[p.Name])
	}
	for _, p := range d.Split {
		if p.Rest {
			e.made[p.Name] = span{n: [2]int64{max(0, rows.n[0]-given.n[0]), rows.n[1]}, open: rows.open}
			if counted {
				e.made[p.Name] = span{n: [2]int64{max(0, rows.n[0]-given.n[0]), max(0, rows.n[1]-given.n[0])}, exact: rows.exact, open: rows.open}
			}
		}
	}
	return rows
}

// isMade says whether steps make the rows of an entry, or of one that it combines.
func (c *Compiler) isMade(id string) bool {
	d, _ := c.Data.Get(id)
	switch s := d.Source.(type) {
	case Maker:
		return true
	case datasets.Combined:
		return slices.ContainsFunc(s.Refs(), func(r specs.DataRef) bool { return c.isMade(r.ID) })
	}
	return false
}

// fits refuses a split of more rows than there can be.
func (e *entry) fits() error {
	want, rows := int64(0), e.made["all"]
	for _, p := range e.data.Split {
		if want += int64(p.Count); want > rows.n[1] && !rows.open {
			return &datasets.TooFewRows{Split: p.Name, Asked: int(want), Rows: int(rows.n[1])}
		}
	}
	return nil
}

// span says how many rows a reference names.
func (e *entry) span(split string) span {
	if e.made == nil {
		return exactly(e.count(split))
	}
	if split == "" {
		split = "all"
	}
	return e.made[split]
}

// fromMade says whether an entry combines rows that steps make: how many there
// will be is then told by how many those may be.
func (c *Compiler) fromMade(e *entry) bool {
	rows, found := span{}, false
	for i, p := range e.pieces {
		found = found || p.of.made != nil
		n := p.of.span(p.Split)
		switch _, below := e.data.Source.(*datasets.Rows); {
		case i == 0:
			rows = n
		case below:
			rows = rows.plus(n)
		default: // joined: as many as the first has, at most every two
			rows = span{n: [2]int64{rows.n[0], rows.n[1] * n.n[1]}, open: rows.open || n.open}
		}
	}
	if found {
		c.cut(e, rows)
	}
	return found
}

package datasets

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strings"

	"idiolect/specs"
)

// Entry is an entry of data with what it takes to read its rows.
type Entry struct {
	Records iter.Seq2[Record, error] // of its source
	Data    *specs.Data
	Seed    int64
	Scope   map[string]any       // what expressions see beside the row's columns (see Env)
	Skip    func(*BadRow) error  // told of each row that is left out; nil: nobody is
	Kept    func(Row)            // told of each row that is kept, before a shuffle and a limit choose; nil: nobody is
	Read    func(rows int) error // asked now and then whether to go on, with the rows read so far; nil: nobody is
	Tally   *Tally               // counts; nil: nobody does
}

// Tally is how many rows there were, and how many were left by what is done to
// them as they come.
type Tally struct {
	Read   int // bad ones too
	Where  int
	Unique int
}

// Rows yields the rows that source, columns, set, where and dedup leave, as they
// come. It reads no further than a limit on rows that are not shuffled, and ends
// after the first error.
func (e Entry) Rows(ctx context.Context) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		if e.Tally == nil {
			e.Tally = new(Tally)
		}
		r := reading{Entry: e, keys: keyer{}, dedup: newDedup(e.Data.Dedup)}
		read, kept := 0, 0
		for rec, err := range e.Records {
			if read%64 == 0 {
				if err := r.pause(ctx, read); err != nil {
					yield(Row{}, err)
					return
				}
			}
			read++
			e.Tally.Read++
			var row Row
			keep := false
			if err == nil {
				row, keep, err = r.row(rec)
			}
			if err != nil {
				err = r.skip(err)
			}
			if err != nil {
				yield(Row{}, err)
				return
			}
			if keep && e.Kept != nil {
				e.Kept(row)
			}
			if keep && !yield(row, nil) {
				return
			}
			if keep {
				kept++
			}
			if kept == e.Data.Limit && kept > 0 && !e.Data.Shuffle {
				return
			}
		}
		if r.skipped.N > 0 && r.skipped.N == read {
			yield(Row{}, fmt.Errorf("all %d rows are bad, the first at %w", read, r.skipped.First))
		}
	}
}

// reading is what is remembered from row to row.
type reading struct {
	Entry
	keys    keyer
	dedup   *dedup
	skipped Skipped
}

func (r *reading) pause(ctx context.Context, read int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if r.Read == nil {
		return nil
	}
	return r.Read(read)
}

// row gives a record its key and its columns, and says whether it is kept.
func (r *reading) row(rec Record) (Row, bool, error) {
	wrong := func(err error) (Row, bool, error) { return Row{}, false, &BadRow{Place: rec.Place, Err: err} }
	text, err := Canonical(rec.Fields)
	if err != nil {
		return wrong(err)
	}
	row := Row{Key: r.keys.key(text), Fields: rec.Fields, Origin: rec.Origin, text: text}
	if len(r.Data.Columns)+len(r.Data.Set) > 0 {
		row.Fields, row.text = maps.Clone(rec.Fields), ""
	}
	keep, err := shape(row.Fields, r.Data, r.Scope)
	if err == nil && keep {
		r.Tally.Where++
		keep, err = r.dedup.first(&row)
	}
	if err != nil {
		return wrong(err)
	}
	if keep {
		r.Tally.Unique++
	}
	for _, name := range conversation {
		if row.Messages != "" && !reflect.DeepEqual(row.Fields[name], rec.Fields[name]) {
			row.Messages = "" // they no longer say what the columns say
		}
	}
	return row, keep, nil
}

// skip passes over a bad row where the spec wants that; any other error is
// returned.
func (r *reading) skip(err error) error {
	bad := badRow(err)
	if bad == nil || r.Data.BadRows != "skip" && !bad.LeftOut {
		return err
	}
	r.skipped.add(bad)
	if r.Skip == nil {
		return nil
	}
	return r.Skip(bad)
}

// shape renames and sets columns in place and says whether the row is kept.
func shape(fields map[string]any, d *specs.Data, scope map[string]any) (bool, error) {
	renamed := map[string]any{}
	for _, r := range d.Columns {
		v, ok := fields[r.Old]
		if !ok {
			return false, &KeyError{"columns." + r.New, fmt.Errorf("the row has no column %q - it has %s", r.Old, strings.Join(slices.Sorted(maps.Keys(fields)), ", "))}
		}
		renamed[r.New] = v
	}
	for _, r := range d.Columns {
		delete(fields, r.Old)
	}
	maps.Copy(fields, renamed)
	for _, a := range d.Set {
		v, err := a.Expr.Eval(Env(fields, scope))
		if err != nil {
			return false, &KeyError{"set." + a.Name, err}
		}
		if _, err := Canonical(v); err != nil { // NaN and the infinities, above all
			return false, &KeyError{"set." + a.Name, fmt.Errorf("%v is nothing that JSON can hold - rows are kept as JSON", v)}
		}
		fields[a.Name] = v
	}
	if p := d.Person; p != nil && fmt.Sprint(fields[p.Column]) != fmt.Sprint(p.Value) {
		return false, nil
	}
	if d.Where == nil {
		return true, nil
	}
	keep, err := d.Where.Bool(Env(fields, scope))
	if err != nil {
		return false, &KeyError{"where", err}
	}
	return keep, nil
}

// Env is what expressions and templates see of a row: its columns, and what the
// scope adds: vars, and in an experiment with persons profile.
func Env(fields, scope map[string]any) map[string]any {
	env := make(map[string]any, len(fields)+2)
	maps.Copy(env, fields)
	maps.Copy(env, scope)
	return env
}

package datasets

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"idiolect/internal/rng"
	"idiolect/internal/text"
	"idiolect/specs"
)

// Prepare reads a source and applies what the spec says of the entry. scope is what
// expressions see beside the row's columns (see Env). Rows come back in the order
// of their keys, which is the order of every artifact.
func Prepare(src Source, d *specs.Data, dir string, seed int64, scope map[string]any) ([]Row, error) {
	rows, err := read(src, d, dir, scope)
	if err != nil {
		return nil, err
	}
	return Arrange(rows, d, seed)
}

// Arrange applies dedup, shuffle, limit and split to rows that were read or made.
func Arrange(rows []Row, d *specs.Data, seed int64) ([]Row, error) {
	rows, err := dedup(rows, d.Dedup)
	if err != nil {
		return nil, err
	}
	if d.Shuffle {
		draw(rows, seed, rng.Shuffle)
	}
	if d.Limit > 0 && len(rows) > d.Limit {
		rows = rows[:d.Limit]
	}
	if err := split(rows, d.Split, seed); err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Compare(a.Key, b.Key) })
	return rows, nil
}

// read applies columns, set and where to each row as it comes, so that rows
// that are not wanted cost no memory.
func read(src Source, d *specs.Data, dir string, scope map[string]any) ([]Row, error) {
	var rows []Row
	keys := keyer{}
	for rec, err := range src.Read(dir) {
		if err != nil {
			return nil, err
		}
		key, err := keys.key(rec.Fields)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", rec.Place, err)
		}
		row := Row{Key: key, Fields: maps.Clone(rec.Fields), Place: rec.Place}
		keep, err := shape(row.Fields, d, scope)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", rec.Place, err)
		}
		if keep {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// shape renames and sets columns in place and says whether the row is kept.
func shape(fields map[string]any, d *specs.Data, scope map[string]any) (bool, error) {
	renamed := map[string]any{}
	for _, r := range d.Columns {
		v, ok := fields[r.Old]
		if !ok {
			return false, fmt.Errorf("columns: the row has no column %q - it has %v", r.Old, slices.Sorted(maps.Keys(fields)))
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
			return false, fmt.Errorf("set %s: %w", a.Name, err)
		}
		if _, err := Canonical(v); err != nil { // NaN and the infinities, above all
			return false, fmt.Errorf("set %s: %v is nothing that JSON can hold - rows are kept as JSON", a.Name, v)
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
		return false, fmt.Errorf("where: %w", err)
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

// dedup drops a row that repeats an earlier one: the same fields, or an input
// whose ROUGE-L with the input of a kept one reaches the bar.
func dedup(rows []Row, d specs.Dedup) ([]Row, error) {
	if !d.On && d.RougeL == 0 {
		return rows, nil
	}
	seen := map[string]bool{}
	var kept []Row
	for _, row := range rows {
		text, err := Canonical(row.Fields)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", row.Place, err)
		}
		if seen[text] || d.RougeL > 0 && near(row, kept, d.RougeL) {
			continue
		}
		seen[text] = true
		kept = append(kept, row)
	}
	return kept, nil
}

func near(row Row, kept []Row, bar float64) bool {
	mine, ok := row.Fields["input"].(string)
	return ok && slices.ContainsFunc(kept, func(k Row) bool {
		other, ok := k.Fields["input"].(string)
		return ok && text.RougeL(mine, other) >= bar
	})
}

// draw orders rows by a random number that each draws from its own stream, so
// that a row's place among the others does not depend on which others there are.
func draw(rows []Row, seed int64, role rng.Role) {
	at := make(map[string]uint64, len(rows))
	for _, r := range rows {
		at[r.Key] = rng.Seed(seed, role, r.Key, "1")
	}
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(at[a.Key], at[b.Key]), cmp.Compare(a.Key, b.Key))
	})
}

// split names each row's part. Rows are cut in the order of numbers that they
// draw themselves: parts given by fractions keep their rows when others come or
// go, parts given by counts exchange only those at the borders.
func split(rows []Row, parts specs.Split, seed int64) error {
	if len(parts) == 0 {
		return nil
	}
	order := slices.Clone(rows)
	draw(order, seed, rng.Split)
	part := make(map[string]string, len(rows))
	byFraction := !slices.ContainsFunc(parts, func(p specs.Part) bool { return p.Count > 0 })
	if byFraction {
		splitByFraction(order, parts, seed, part)
	} else if err := splitByCount(order, parts, part); err != nil {
		return err
	}
	for i := range rows {
		rows[i].Split = part[rows[i].Key]
	}
	return nil
}

// splitByFraction compares each row's own draw with the parts' bounds.
func splitByFraction(order []Row, parts specs.Split, seed int64, part map[string]string) {
	rest := ""
	for _, p := range parts {
		if p.Rest {
			rest = p.Name
		}
	}
	for _, row := range order {
		u := float64(rng.Seed(seed, rng.Split, row.Key, "1")>>11) / (1 << 53)
		name, bound := rest, 0.0
		for _, p := range parts {
			if bound += p.Fraction; !p.Rest && u < bound {
				name = p.Name
				break
			}
		}
		part[row.Key] = name
	}
}

// splitByCount deals out the parts in the spec's order, counts and fractions of
// all rows alike; what they leave is the rest's.
func splitByCount(order []Row, parts specs.Split, part map[string]string) error {
	at, want, rest := 0, 0, ""
	for _, p := range parts {
		n := p.Count
		if p.Fraction > 0 {
			n = int(math.Round(p.Fraction * float64(len(order))))
		}
		if p.Rest {
			rest = p.Name
			continue
		}
		if want += n; want > len(order) {
			return fmt.Errorf("split %s: %d rows are asked for by then - there are %d", p.Name, want, len(order))
		}
		for _, row := range order[at : at+n] {
			part[row.Key] = p.Name
		}
		at += n
	}
	if rest != "" {
		for _, row := range order[at:] {
			part[row.Key] = rest
		}
	}
	return nil
}

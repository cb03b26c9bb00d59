package datasets

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"math"
	"slices"

	"idiolect/internal/rng"
	"idiolect/specs"
)

// TooFewRows is the error of a split that asks for more rows than there are.
type TooFewRows struct {
	Split       string // the part at which they ran out
	Asked, Rows int
}

func (e *TooFewRows) Error() string {
	return fmt.Sprintf("split %s: %d rows are asked for by then - there are %d", e.Split, e.Asked, e.Rows)
}

// Arrange applies dedup, shuffle, limit and split to rows that are in memory. They
// come back in the order of their keys, which is the order of every artifact.
func Arrange(rows []Row, d *specs.Data, seed int64) ([]Row, error) {
	twins := newDedup(d.Dedup)
	var x index
	for i := range rows {
		first, err := twins.first(&rows[i])
		if err != nil {
			return nil, &BadRow{Place: rows[i].Place, Err: err}
		}
		if !first {
			continue
		}
		if err := x.add(rows[i].Key, i); err != nil {
			return nil, err
		}
	}
	if err := x.arrange(d, seed); err != nil {
		return nil, err
	}
	out := make([]Row, len(x))
	for i, r := range x {
		out[i] = rows[r.at]
		out[i].Split = r.split(d)
	}
	return out, nil
}

// index is what has to be known of rows to say which of them stay, in which
// part and order: so little that a million of them are 32 MB.
type index []indexed

type indexed struct {
	key  [16]byte
	draw uint64 // the random number that orders it now
	at   int32  // which row it is, as they came
	part int32  // of the split; -1 is none
}

func (x *index) add(key string, at int) error {
	if at > math.MaxInt32 {
		return fmt.Errorf("more than %d rows - an entry of data has at most that many", math.MaxInt32)
	}
	r := indexed{at: int32(at), part: -1}
	if n, err := hex.Decode(r.key[:], []byte(key)); err != nil || n != len(r.key) {
		return fmt.Errorf("row key %q - want %d hex digits", key, 2*len(r.key))
	}
	*x = append(*x, r)
	return nil
}

func (r indexed) split(d *specs.Data) string {
	if r.part < 0 {
		return ""
	}
	return d.Split[r.part].Name
}

// arrange applies shuffle, limit and split, and puts the rows that stay into the
// order of their keys.
func (x *index) arrange(d *specs.Data, seed int64) error {
	if d.Shuffle {
		x.order(seed, rng.Shuffle)
	}
	if d.Limit > 0 && len(*x) > d.Limit {
		*x = (*x)[:d.Limit]
	}
	if err := x.cut(d.Split, seed); err != nil {
		return err
	}
	slices.SortFunc(*x, func(a, b indexed) int { return bytes.Compare(a.key[:], b.key[:]) })
	return nil
}

// order sorts rows by a random number that each draws from its own stream, so
// that a row's place among the others does not depend on which others there are.
func (x index) order(seed int64, role rng.Role) {
	for i := range x {
		x[i].draw = rng.Seed(seed, role, hex.EncodeToString(x[i].key[:]), "1")
	}
	slices.SortFunc(x, func(a, b indexed) int {
		return cmp.Or(cmp.Compare(a.draw, b.draw), bytes.Compare(a.key[:], b.key[:]))
	})
}

// cut names each row's part. Rows are cut in the order of numbers that they
// draw themselves: parts given by fractions keep their rows when others come or
// go, parts given by counts exchange only those at the borders.
func (x index) cut(parts specs.Split, seed int64) error {
	if len(parts) == 0 {
		return nil
	}
	x.order(seed, rng.Split)
	if !slices.ContainsFunc(parts, func(p specs.Part) bool { return p.Count > 0 }) {
		x.cutByFraction(parts)
		return nil
	}
	return x.cutByCount(parts)
}

// rest is the part that takes what the others leave; -1 is none.
func rest(parts specs.Split) int32 {
	return int32(slices.IndexFunc(parts, func(p specs.Part) bool { return p.Rest }))
}

// cutByFraction compares each row's own draw with the parts' bounds.
func (x index) cutByFraction(parts specs.Split) {
	for i := range x {
		u := float64(x[i].draw>>11) / (1 << 53)
		x[i].part = rest(parts)
		bound := 0.0
		for j, p := range parts {
			if bound += p.Fraction; !p.Rest && u < bound {
				x[i].part = int32(j)
				break
			}
		}
	}
}

// cutByCount deals out the parts in the spec's order, counts and fractions of
// all rows alike; what they leave is the rest's.
func (x index) cutByCount(parts specs.Split) error {
	at := 0
	for j, p := range parts {
		n := p.Count
		if p.Fraction > 0 {
			n = int(math.Round(p.Fraction * float64(len(x))))
		}
		if p.Rest {
			continue
		}
		if at+n > len(x) {
			return &TooFewRows{Split: p.Name, Asked: at + n, Rows: len(x)}
		}
		for ; n > 0; n-- {
			x[at].part = int32(j)
			at++
		}
	}
	for ; at < len(x); at++ {
		x[at].part = rest(parts)
	}
	return nil
}

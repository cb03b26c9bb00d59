package datasets

import (
	"crypto/sha256"

	"idiolect/internal/text"
	"idiolect/specs"
)

// dedup tells rows that repeat an earlier one: the same fields, or an input
// whose ROUGE-L with the input of a kept one reaches the bar. It holds a hash of
// each kept row, and for ROUGE-L the words of its input.
type dedup struct {
	seen map[[16]byte]bool // nil: rows may repeat
	near *text.Near        // nil: only equal rows repeat
}

func newDedup(d specs.Dedup) *dedup {
	x := &dedup{}
	if d.On || d.RougeL > 0 {
		x.seen = map[[16]byte]bool{}
	}
	if d.RougeL > 0 {
		x.near = text.NewNear(d.RougeL)
	}
	return x
}

// first says whether the row repeats none before it.
func (x *dedup) first(row *Row) (bool, error) {
	if x.seen == nil {
		return true, nil
	}
	fields, err := row.json()
	if err != nil {
		return false, err
	}
	h := [16]byte(hashOf(fields))
	if x.seen[h] {
		return false, nil
	}
	if x.near != nil {
		if input, ok := row.Fields["input"].(string); ok && !x.near.Add(input) {
			return false, nil
		}
	}
	x.seen[h] = true
	return true, nil
}

func hashOf(text string) []byte {
	h := sha256.Sum256([]byte(text))
	return h[:16]
}

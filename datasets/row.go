package datasets

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Row is a row of an experiment.
type Row struct {
	Key    string // see keyer; survives every later step
	Fields map[string]any
	Place  string // where it was read
	Split  string // "" when the data has no splits
}

// keyer gives rows their keys: the hash of a row's content as it was read, and
// how many equal rows came before it. A key therefore does not change when other
// rows come or go or when the spec treats the rows in another way, so what is
// drawn by it (order, splits, sampling noise) does not either.
type keyer map[[sha256.Size]byte]int

func (k keyer) key(fields map[string]any) (string, error) {
	text, err := Canonical(fields)
	if err != nil {
		return "", err
	}
	h := sha256.Sum256(fmt.Appendf(nil, "idiolect-row/1\n%s", text))
	n := k[h]
	k[h]++
	if n > 0 {
		h = sha256.Sum256(fmt.Appendf(nil, "idiolect-row/1\n%s\n%d", text, n))
	}
	return hex.EncodeToString(h[:16]), nil
}

// Canonical is the JSON of a value with sorted keys and without HTML escapes:
// equal values have equal texts.
func Canonical(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "", err
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

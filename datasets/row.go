package datasets

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// Row is a row of an experiment.
type Row struct {
	Key    string // see keyer; survives every later step
	Fields map[string]any
	Split  string // "" when the data has no splits
	Origin

	text string // Fields as JSON, once it was asked for
}

// Origin is where a row comes from, and what stands beside its columns.
type Origin struct {
	Place    string // for people: file:line, file: item N or file: row N, as the spec names the file
	Made     bool   // a step made it: it was read nowhere
	User     string // the person it belongs to; "" is nobody
	Messages string // a whole conversation to train on, as JSON; "" is none
	Parent   string // id of the sample that it was made from; "" is none
}

// json is the row's fields as they are stored. They are not changed afterwards.
func (r *Row) json() (string, error) {
	var err error
	if r.text == "" {
		r.text, err = Canonical(r.Fields)
	}
	return r.text, err
}

// Stored is a row as artifacts hold it.
type Stored struct {
	Key    string
	Split  string  // "" when the data has no splits
	Fields string  // JSON; Fields reads it
	Input  *string // of its columns of these names; nil where they hold no text
	Output *string
	Origin
}

// Store is the row as artifacts hold it.
func (r *Row) Store() (Stored, error) {
	text, err := r.json()
	s := Stored{Key: r.Key, Split: r.Split, Fields: text, Origin: r.Origin}
	if input, ok := r.Fields["input"].(string); ok {
		s.Input = &input
	}
	if output, ok := r.Fields["output"].(string); ok {
		s.Output = &output
	}
	return s, err
}

// Line is a place without the file's name, such as "line 3": where a project
// lies, and what its files are called, decides no artifact.
func Line(place string) string {
	i := strings.LastIndexByte(place, ':')
	if i < 0 {
		return place
	}
	if at, named := strings.CutPrefix(place[i+1:], " "); named { // "item 3", "row 3"
		return at
	}
	return "line " + place[i+1:]
}

// keyer gives rows their keys: the hash of a row's content as it was read, and
// how many equal rows came before it. A key therefore does not change when other
// rows come or go or when the spec treats the rows in another way, so what is
// drawn by it (order, splits, sampling noise) does not either.
type keyer map[[16]byte]uint32

// key is that of a row whose fields have this JSON.
func (k keyer) key(text string) string {
	h := sha256.Sum256(fmt.Appendf(nil, "idiolect-row/1\n%s", text))
	n := k[[16]byte(h[:16])]
	k[[16]byte(h[:16])]++
	if n > 0 {
		h = sha256.Sum256(fmt.Appendf(nil, "idiolect-row/1\n%s\n%d", text, n))
	}
	return hex.EncodeToString(h[:16])
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

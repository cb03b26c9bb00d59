package runner

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Key names an artifact by what makes it: the SHA-256 of [Action.KeyText], as 64 hex digits.
type Key string

// Short is the first eight digits, for people.
func (k Key) Short() string { return string(k[:min(8, len(k))]) }

// Line is one labelled fact that decides a step's result.
type Line struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// keyFormat heads every key text. A change of what follows it changes every key.
const keyFormat = "idiolect-key/1"

// Key is the hash of KeyText. It is known once the action was added to a builder.
func (a *Action) Key() Key { return a.key }

// KeyText is what the key is the hash of: the format, then one sorted line "label: value" for the kind
// with its version, the key of each input, and each of Lines.
func (a *Action) KeyText() string { return string(appendKeyText(nil, a.keyLines())) }

func hashText[T string | []byte](text T) Key {
	sum := sha256.Sum256([]byte(text))
	return Key(hex.EncodeToString(sum[:]))
}

func (a *Action) keyLines() []Line {
	inputs := make([]Line, 0, len(a.Inputs))
	for _, in := range a.Inputs {
		if in.From != nil {
			inputs = append(inputs, Line{in.Name, string(in.From.key)})
		}
	}
	return keyLines(a.Kind, a.Version, inputs, a.Lines)
}

// keyLines lists all lines of an action's key text, sorted by label.
func keyLines(kind string, version int, inputs []Line, lines []Line) []Line {
	all := make([]Line, 0, 1+len(inputs)+len(lines))
	all = append(all, Line{"kind", kind + "/" + strconv.Itoa(version)})
	for _, in := range inputs {
		all = append(all, Line{inputLabel + in.Label, in.Value})
	}
	all = append(all, lines...)
	slices.SortStableFunc(all, func(a, b Line) int { return strings.Compare(a.Label, b.Label) })
	return all
}

const inputLabel = "input." // what the label of an input's key starts with

func appendKeyText(text []byte, lines []Line) []byte {
	text = append(text, keyFormat+"\n"...)
	for _, l := range lines {
		text = append(text, l.Label...)
		text = append(text, ": "...)
		text = append(text, keyValue(l.Value)...)
		text = append(text, '\n')
	}
	return text
}

// keyValue keeps one fact on one line. A value that starts with a quote is quoted too, so that no two
// values are written alike.
func keyValue(v string) string {
	if strings.HasPrefix(v, `"`) || strings.ContainsFunc(v, func(r rune) bool { return r < ' ' }) {
		return strconv.Quote(v)
	}
	return v
}

// checkLabel says what is wrong with the label of a key line.
func checkLabel(label string) error {
	if label == "" || strings.ContainsAny(label, ":\n\r\"") {
		return fmt.Errorf("label %q - a word without colon, quote or newline", label)
	}
	return nil
}

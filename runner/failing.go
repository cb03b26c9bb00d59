package runner

import (
	"encoding/json"
	"fmt"
)

// Failing is implemented by results of rows that may be a failure: a request that was refused, an answer
// that says nothing. A failure is a result like any other, counted and kept, unless the first [Probe] rows
// that a step finishes have all failed: then [Rows] ends with the first failure and keeps none of them, so
// that the next run asks again. [Options.KeepGoing] turns that off.
type Failing interface {
	Failure() string // why, "" for a success
}

// Probe is how many rows must fail before a step gives up. A step that pays for its rows sends no more than
// that at first.
const Probe = 20

// hopeless says that a step's first rows all failed.
type hopeless struct{ first string }

func (e *hopeless) Error() string {
	return fmt.Sprintf("the first %d rows all failed, the first one with: %s\nhint: once that is mended the same command asks again; --keep-going counts such rows and goes on", Probe, e.first)
}

// held is the failures of a step that has no success yet. They are in no journal.
type held struct {
	proven bool // there was a success, or nobody minds
	rows   []heldRow
	first  string
}

type heldRow struct {
	key string
	raw json.RawMessage
}

func failure(result any) string {
	if f, ok := result.(Failing); ok {
		return f.Failure()
	}
	return ""
}

// see takes note of a result. It returns the rows to journal now: with a success come the failures that
// were held until then.
func (h *held) see(key string, raw json.RawMessage, why string) ([]heldRow, error) {
	row := heldRow{key, raw}
	if h.proven || why == "" {
		out := append(h.rows, row)
		h.proven, h.rows = true, nil
		return out, nil
	}
	if len(h.rows) == 0 {
		h.first = why
	}
	h.rows = append(h.rows, row)
	if len(h.rows) == Probe {
		return nil, &hopeless{h.first}
	}
	return nil, nil
}

// rest is what is still held when a step has finished all its rows.
func (h *held) rest() []heldRow {
	out := h.rows
	h.proven, h.rows = true, nil
	return out
}

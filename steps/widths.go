package steps

import (
	"golang.org/x/text/unicode/norm"

	"idiolect/datasets"
	"idiolect/specs"
)

// widths are how long the texts in the columns of some rows are, so that a plan
// knows how long its prompts get and holds no rows.
type widths struct {
	rows          int64
	columns       map[string]*width
	conversations width // of rows that hold one
	first, better int64 // pairs of answers of which a is the better one; of which one is
}

// width is how many bytes one column takes where a template writes it, or one
// prompt: over all rows, and in the longest.
type width struct{ total, longest int64 }

func newWidths() *widths { return &widths{columns: map[string]*width{}} }

// add takes in a row.
func (w *widths) add(row datasets.Row) {
	w.rows++
	switch row.Fields["preference"] {
	case "a":
		w.first++
		w.better++
	case "b":
		w.better++
	}
	for name, value := range row.Fields {
		c := w.columns[name]
		if c == nil {
			c = &width{}
			w.columns[name] = c
		}
		c.add(written(value))
	}
	w.conversations.add(textBytes(row.Messages))
}

func (w *width) add(n int64) { w.total, w.longest = w.total+n, max(w.longest, n) }

// written bounds the bytes that a template writes for a value.
func written(value any) int64 {
	if s, ok := value.(string); ok {
		return textBytes(s)
	}
	text, err := datasets.Canonical(value)
	if err != nil {
		return 0 // nothing that rows can hold
	}
	return 8 + 2*int64(len(text)) // True for true, 1.0 for 1, [1, 2] for [1,2]
}

// textBytes is how many tokens a text has at most: each holds a byte or more. A
// tokenizer may compose the text's letters first, which makes a few longer.
func textBytes(s string) int64 {
	if norm.NFC.IsNormalString(s) {
		return int64(len(s))
	}
	return int64(max(len(s), len(norm.NFC.String(s))))
}

// column is the width of a column; one that no row has takes none.
func (w *widths) column(name string) width {
	if c := w.columns[name]; c != nil {
		return *c
	}
	return width{}
}

// plus is the width of two texts one after the other.
func (w width) plus(o width) width { return width{w.total + o.total, w.longest + o.longest} }

// constant is the width of a text that is the same for all rows.
func (w *widths) constant(n int64) width { return width{w.rows * n, n} }

// template is the width of what a template becomes over the rows. Most templates
// write columns and no more, and are measured by those; what computes anything is
// rendered for every row.
func (c *Compiler) template(t *specs.Template, e *entry, scope map[string]any) (width, error) {
	beside := 0
	for _, name := range t.Names() {
		if _, ok := scope[name]; ok {
			beside++
		}
	}
	if beside == len(t.Names()) {
		text, err := t.Render(datasets.Env(nil, scope))
		return e.widths.constant(textBytes(text)), err
	}
	if text, times, ok := t.Writes(); ok && beside == 0 {
		w := e.widths.constant(textBytes(text))
		for name, n := range times {
			col := e.widths.column(name)
			w = w.plus(width{col.total * n, col.longest * n})
		}
		return w, nil
	}
	return c.rendered(t, e, scope)
}

// rendered is template for one that computes; each is rendered once.
func (c *Compiler) rendered(t *specs.Template, e *entry, scope map[string]any) (width, error) {
	memo := t.String() + "\x00" + string(e.action.Key())
	for _, l := range scopeLines(scope, t) {
		memo += "\x00" + l.Value
	}
	if w, ok := c.shared.rendered[memo]; ok {
		return w, nil
	}
	var w width
	for row, err := range c.rows(e).Rows(c.ctx) {
		if err != nil {
			return width{}, err
		}
		text, err := t.Render(datasets.Env(row.Fields, scope))
		if err != nil {
			return width{}, nil // the step that asks says so, with the row
		}
		w.add(textBytes(text))
	}
	c.shared.rendered[memo] = w
	return w, nil
}

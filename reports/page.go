package reports

import "slices"

// A report is a list of sections, a section a list of blocks; report.md shows all of them, a terminal those
// that are not details.

type section struct {
	title  string
	detail bool   // for report.md alone
	last   bool   // a terminal shows it last, where the eye is
	file   string // its tables go into tables/FILE.md too; empty: they do not
	blocks []block
}

// block is one of heading, para, items, table, chart, quote, listing.
type block any

// heading is a title inside a section.
type heading string

// para is a paragraph of our own words; names in it are escaped where it is written.
type para string

// items is a list.
type items []item

// item is a line of a list: our words around a piece of data that is shown as it stands.
type item struct {
	text, data, after string
	mark              tone
}

// quote is somebody else's text, shown whole up to a limit; label says whose.
type quote struct{ label, reason, text string }

// source code shown whole, such as the spec.
type listing string

// tone is how a terminal with colours shows a line.
type tone int

const (
	plain tone = iota
	good
	bad
)

// table is a table of short cells.
type table struct {
	caption string // what it shows, before it
	columns []column
	rows    [][]string
	notes   []string // under it
}

// column is a table's column. A terminal that is too narrow leaves out the columns with the highest drop
// first; those with 0 stay.
type column struct {
	name string
	note string // under the table, when the column is there
	left bool   // text; numbers are set to the right
	drop int
}

// under is what stands under the table.
func (t table) under() []string {
	notes := slices.Clone(t.notes)
	for _, c := range t.columns {
		if c.note != "" {
			notes = append(notes, c.note)
		}
	}
	return notes
}

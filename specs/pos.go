package specs

import "fmt"

// Pos is a place in a spec. Line and Col count from 1, Col in runes. A value
// given on the command line has the flag as its File, such as
// "--set methods.tuned.hyperparameters.rounds=4". The zero Pos is no place.
type Pos struct {
	File string
	Line int
	Col  int
}

// String is "file:line:col", as editors and terminals link it.
func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

func (p Pos) before(q Pos) bool {
	if p.File != q.File {
		return p.File < q.File
	}
	if p.Line != q.Line {
		return p.Line < q.Line
	}
	return p.Col < q.Col
}

// place is the extent of a key or value: where it starts, how many runes of
// that line it covers, and the line itself.
type place struct {
	Pos
	width  int
	source string
}

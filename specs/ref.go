package specs

import "strings"

// The references of a spec are named after the section they point into. The
// zero reference is absent: its ID is "".
type (
	// DataRef names rows: an entry of data, or one split of it. Split is "" for
	// data without splits and "all" where the spec says `id.all`.
	DataRef struct {
		ID    string
		Split string
		Pos   Pos
	}
	// ModelRef names anything that can answer: an entry of models or of methods.
	ModelRef struct {
		ID  string
		Pos Pos
	}
	// PromptRef names an entry of prompts.
	PromptRef struct {
		ID  string
		Pos Pos
	}
	// RubricRef names an entry of rubrics.
	RubricRef struct {
		ID  string
		Pos Pos
	}
	// JudgeRef names an entry of judges.
	JudgeRef struct {
		ID  string
		Pos Pos
	}
	// MethodRef names an entry of methods.
	MethodRef struct {
		ID  string
		Pos Pos
	}
)

// String is the reference as the spec writes it: "topics.train".
func (r DataRef) String() string {
	if r.Split == "" {
		return r.ID
	}
	return r.ID + "." + r.Split
}

// refType is implemented by all reference types: the sections they point into.
type refType interface {
	special
	sections() []string
}

func (*DataRef) sections() []string   { return []string{"data"} }
func (*ModelRef) sections() []string  { return []string{"models", "methods"} }
func (*PromptRef) sections() []string { return []string{"prompts"} }
func (*RubricRef) sections() []string { return []string{"rubrics"} }
func (*JudgeRef) sections() []string  { return []string{"judges"} }
func (*MethodRef) sections() []string { return []string{"methods"} }

func (r *DataRef) decode(d *decoder, n *node, path string, _ field) {
	id, split, _ := strings.Cut(d.reference(n, path, r), ".")
	*r = DataRef{ID: id, Split: split, Pos: n.place.Pos}
}

func (r *ModelRef) decode(d *decoder, n *node, path string, _ field) {
	*r = ModelRef{ID: d.reference(n, path, r), Pos: n.place.Pos}
}

func (r *PromptRef) decode(d *decoder, n *node, path string, _ field) {
	*r = PromptRef{ID: d.reference(n, path, r), Pos: n.place.Pos}
}

func (r *RubricRef) decode(d *decoder, n *node, path string, _ field) {
	*r = RubricRef{ID: d.reference(n, path, r), Pos: n.place.Pos}
}

func (r *JudgeRef) decode(d *decoder, n *node, path string, _ field) {
	*r = JudgeRef{ID: d.reference(n, path, r), Pos: n.place.Pos}
}

func (r *MethodRef) decode(d *decoder, n *node, path string, _ field) {
	*r = MethodRef{ID: d.reference(n, path, r), Pos: n.place.Pos}
}

// reference is a name in the spec that stands for an entry of a section.
type reference struct {
	path     string
	sections []string
	text     string
	place    place
}

// reference reads the name of a reference; whether it leads anywhere is asked
// when all sections are read.
func (d *decoder) reference(n *node, path string, r refType) string {
	if n.kind != scalar {
		d.mismatch(n, path, "a name", "the id of an entry of "+strings.Join(r.sections(), " or "))
		return ""
	}
	d.refs = append(d.refs, reference{path: path, sections: r.sections(), text: n.text, place: n.place})
	return n.text
}

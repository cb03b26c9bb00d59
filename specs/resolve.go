package specs

import (
	"fmt"
	"slices"
	"strings"
)

// index is what resolving asks of a section.
type index struct {
	section string
	ids     []string
	has     func(id string) bool
}

func indexOf[T any](section string, s Section[T]) index {
	return index{section, s.IDs(), func(id string) bool { _, ok := s.Get(id); return ok }}
}

// sections are the sections with ids, in the order in which they are told.
func (e *Experiment) sections() []index {
	return []index{
		indexOf("models", e.Models), indexOf("data", e.Data), indexOf("prompts", e.Prompts), indexOf("rubrics", e.Rubrics),
		indexOf("judges", e.Judges), indexOf("methods", e.Methods), indexOf("evals", e.Evals),
	}
}

// resolve checks that every reference leads to something and that nothing needs
// itself.
func (d *decoder) resolve() {
	needs := map[string][]edge{}
	for _, r := range d.refs {
		target, ok := d.target(r)
		if !ok {
			continue
		}
		owner := owner(r.path)
		needs[owner] = append(needs[owner], edge{to: target, at: r.place})
	}
	d.cycles(needs)
	for _, id := range d.exp.Models.IDs() {
		if _, both := d.exp.Methods.Get(id); both {
			d.fail(d.exp.place("methods."+id), "", "duplicate id: %q is a model too, and `model:` could mean either", id)
		}
	}
}

// target is "section.id" of what a reference names.
func (d *decoder) target(r reference) (string, bool) {
	id, split := r.text, ""
	isData := r.sections[0] == "data"
	if isData {
		id, split, _ = strings.Cut(r.text, ".")
	}
	var known []string
	for _, s := range d.exp.sections() {
		if !slices.Contains(r.sections, s.section) {
			continue
		}
		if d.faults.at[s.section] {
			return "", false // nobody knows what it was to hold
		}
		if s.has(id) {
			if isData {
				d.split(r, id, split)
			}
			return s.section + "." + id, true
		}
		known = append(known, s.ids...)
	}
	where := strings.Join(r.sections, " or ")
	if !idPattern.MatchString(id) {
		id = r.text // no id with a split either
	}
	d.fail(r.place, d.elsewhere(id, where, known), "unknown %s: %s - %s has %s", one(r.sections[0]), shown(&node{raw: id}), where, among(known))
	return "", false
}

// elsewhere says where a name is known: nearly in the right section, exactly in
// another, or at a backend.
func (d *decoder) elsewhere(id, where string, known []string) string {
	for _, s := range d.exp.sections() {
		if s.has(id) {
			return fmt.Sprintf("there is %s of that name", article(one(s.section)))
		}
	}
	for as, m := range d.exp.Models.All() {
		if m.Name == id && slices.Contains(known, as) {
			return fmt.Sprintf("did you mean %q? That is the id of the model with this name", as)
		}
	}
	if hint := didYouMean(id, known); hint != "" || idPattern.MatchString(id) {
		return hint
	}
	return "a reference is the id of an entry of " + where
}

// split checks which part of an entry of data is named.
func (d *decoder) split(r reference, id, split string) {
	data, _ := d.exp.Data.Get(id)
	if data.Source == nil || !d.faults.sound("data."+id+".split") {
		return // its splits are not known
	}
	names := data.Split.Names()
	var full []string
	for _, n := range names {
		full = append(full, id+"."+n)
	}
	switch {
	case split == "" && len(names) > 0 && r.text == id:
		d.fail(r.place, "", "%s has splits %s: say %s, or %s.all", id, strings.Join(names, ", "), strings.Join(full, " or "), id)
	case len(names) == 0 && r.text != id:
		d.fail(r.place, "say "+id+", or give it a `split:`", "unknown split: %q - %s has no splits", r.text, id)
	case len(names) > 0 && split != "all" && !slices.Contains(names, split):
		d.fail(r.place, didYouMean(r.text, append(full, id+".all")), "unknown split: %q - %s has %s, and all", r.text, id, strings.Join(names, ", "))
	}
}

// owner is the entry that a path belongs to: "methods.tuned".
func owner(path string) string {
	parts := strings.SplitN(path, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// edge is one need of an entry, and where it is written.
type edge struct {
	to string
	at place
}

// cycles reports each cycle once, where it closes.
func (d *decoder) cycles(needs map[string][]edge) {
	const visiting, done = 1, 2
	state := map[string]int{}
	var trail []string
	var visit func(at string)
	visit = func(at string) {
		state[at] = visiting
		trail = append(trail, at)
		for _, e := range needs[at] {
			switch state[e.to] {
			case visiting:
				loop := append(slices.Clone(trail[slices.Index(trail, e.to):]), e.to)
				d.fail(e.at, "", "a cycle: %s", strings.Join(loop, " needs "))
			case 0:
				visit(e.to)
			}
		}
		trail = trail[:len(trail)-1]
		state[at] = done
	}
	for _, s := range d.exp.sections() {
		for _, id := range s.ids {
			if at := s.section + "." + id; state[at] == 0 {
				visit(at)
			}
		}
	}
}

// one is the word for one entry of a section.
func one(section string) string {
	switch section {
	case "models":
		return "model"
	case "data":
		return "data"
	}
	return strings.TrimSuffix(section, "s")
}

func article(word string) string {
	switch {
	case word == "data":
		return "data"
	case strings.ContainsRune("aeiou", rune(word[0])):
		return "an " + word
	}
	return "a " + word
}

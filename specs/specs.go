// Package specs is the language: it turns a YAML spec into an [Experiment],
// plain values whose every place is known, or into [Errors], all mistakes at
// once with file, line and column.
//
// It knows no kinds of sources, methods or judges and no words of expressions:
// main hands them in as a [Language]. A kind's settings are a Go struct, decoded
// by its tags (see Kind); what a kind needs of others it says by fields of the
// reference types ([DataRef], [ModelRef], ...).
//
// Reading goes through these files: reader.go and syntax.go (YAML to nodes:
// aliases, merges, bounds), env.go (${VAR}, --set), decode*.go (nodes to values,
// strictly; field.go says which tags), resolve.go (references, cycles), expr*.go
// and template*.go (compiled once, with budgets), check.go (what values demand of
// each other), check_variables.go and check_names.go (what rows an expression or template meets).
// form.go says what each type takes; from it entry.go and describe.go tell people
// what there is, and schema*.go tell editors.
// The folder holds the example specs too; see embed.go.
package specs

import (
	"os"
	"path/filepath"
)

// Options change how a spec is read.
type Options struct {
	Set []string                    // overrides: "methods.tuned.hyperparameters.rounds=4"
	Env func(string) (string, bool) // values of ${VAR}; nil: the process environment
}

// Read reads the spec at path, and the specs it extends. Mistakes in them come as
// [Errors], all at once and sorted; a file that cannot be read as an
// *os.PathError.
func Read(path string, lang Language, o Options) (*Experiment, error) {
	src, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return ReadBytes(path, src, lang, o)
}

// ReadBytes is Read for a spec that is in memory; name stands for its path.
func ReadBytes(name string, src []byte, lang Language, o Options) (*Experiment, error) {
	var errs Errors
	if o.Env == nil {
		o.Env = os.LookupEnv
	}
	l := &loader{env: o.Env, errs: &errs, trail: map[string]Pos{}}
	root := l.load(name, src)
	for _, text := range o.Set {
		if root != nil {
			root = l.set(root, text)
		}
	}
	if root == nil {
		return nil, errs.sorted(l.trail)
	}
	whole := &Experiment{Path: name, Dir: filepath.Dir(name), Source: src, Parents: l.parents, trail: l.trail, tree: root, lang: lang, part: l.part}
	exp := whole.unroll(&errs)
	if len(errs) > 0 {
		return nil, errs.sorted(l.trail)
	}
	return exp, nil
}

// unroll decodes the cells of the sweep, and is the first of them, which stands
// for all that a sweep does not touch.
func (e *Experiment) unroll(errs *Errors) *Experiment {
	var cells []*Cell
	sweep := e.sweep(errs)
	for _, at := range sweep.cells() {
		tree := e.tree
		for _, o := range sweep.at(at) {
			tree = o.onto(tree, errs)
		}
		cells = append(cells, &Cell{Experiment: e.decode(tree, errs), At: at})
	}
	first := cells[0].Experiment
	for _, c := range cells {
		c.Cells = cells
	}
	return first
}

// decode reads all values from a tree.
func (e *Experiment) decode(tree *node, errs *Errors) *Experiment { return e.decoded(tree, errs, true) }

// decoded is decode, with or without the candidates that methods choose among: a
// candidate itself is read without them.
func (e *Experiment) decoded(tree *node, errs *Errors, candidates bool) *Experiment {
	before := len(*errs)
	exp := &Experiment{Path: e.Path, Dir: e.Dir, Source: e.Source, Parents: e.Parents, trail: e.trail, tree: tree, lang: e.lang, places: map[string]place{"": tree.place}}
	exp.Defaults()
	d := &decoder{lang: e.lang, exp: exp, errs: errs, part: e.part}
	d.mapping(tree, "", nil, exp)
	if e.part {
		return exp // what is not here may be there
	}
	d.resolve()
	d.compile()
	d.check()
	if candidates && len(*errs) == before {
		d.candidates()
	}
	return exp
}

// With is the experiment with other values at some paths, read and checked like
// a spec that says them.
func (e *Experiment) With(overrides ...Override) (*Experiment, error) {
	var errs Errors
	tree := e.tree
	for _, o := range overrides {
		tree = o.onto(tree, &errs)
	}
	exp := e.decoded(tree, &errs, false)
	exp.Cells = []*Cell{{Experiment: exp}}
	if len(errs) > 0 {
		return nil, errs.sorted(e.trail)
	}
	return exp, nil
}

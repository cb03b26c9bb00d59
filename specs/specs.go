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
// each other) and check_variables.go (what rows an expression or template meets).
// entry.go and describe.go tell people what there is.
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

// Read reads the spec at path. Mistakes in it come as [Errors], all at once and
// sorted; a file that cannot be read as an *os.PathError.
func Read(path string, lang Language, o Options) (*Experiment, error) {
	src, err := os.ReadFile(path)
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
	root := readTree(name, src, o, &errs)
	if root == nil {
		return nil, errs.sorted()
	}
	exp := &Experiment{Path: name, Dir: filepath.Dir(name), Source: src, places: map[string]place{}}
	exp.places[""] = root.place
	exp.Defaults()
	d := &decoder{lang: lang, exp: exp, errs: &errs}
	d.mapping(root, "", nil, exp)
	d.resolve()
	d.compile()
	d.check()
	if len(errs) > 0 {
		return nil, errs.sorted()
	}
	return exp, nil
}

// readTree parses src and applies the overrides; nil when nothing is left to
// decode.
func readTree(name string, src []byte, o Options, errs *Errors) *node {
	r := newReader(name, splitLines(src), o.Env, errs)
	root := r.document(src)
	if root == nil {
		return nil
	}
	for _, text := range o.Set {
		r.set(root, text)
	}
	return root
}

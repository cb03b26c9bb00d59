package steps

import (
	"slices"

	"idiolect/datasets"
	"idiolect/runner"
	"idiolect/specs"
)

// varLines puts the experiment's vars into a key when something of the step
// reads them, so that a new var does not remake what does not.
func (c *Compiler) varLines(readers ...reader) []runner.Line {
	if !slices.ContainsFunc(readers, func(r reader) bool { return r != nil && slices.Contains(r.Names(), "vars") }) {
		return nil
	}
	text, err := datasets.Canonical(c.Vars)
	if err != nil {
		panic(err)
	}
	return []runner.Line{line("vars", text)}
}

// reader is an expression or a template: it knows the names it reads.
type reader interface{ Names() []string }

func ofExprs(exprs ...*specs.Expr) []reader {
	var rs []reader
	for _, x := range exprs {
		if x != nil {
			rs = append(rs, x)
		}
	}
	return rs
}

func ofTemplates(templates ...*specs.Template) []reader {
	var rs []reader
	for _, t := range templates {
		if t != nil {
			rs = append(rs, t)
		}
	}
	return rs
}

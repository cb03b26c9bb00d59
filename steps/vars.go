package steps

import (
	"slices"

	"idiolect/datasets"
	"idiolect/runner"
	"idiolect/specs"
)

// scope is what templates and expressions see beside a row.
func (c *Compiler) scope() map[string]any { return c.scopeOf(c.person) }

func (c *Compiler) scopeOf(p *person) map[string]any {
	scope := map[string]any{"vars": c.Vars}
	if p != nil {
		scope["profile"] = p.fields
	}
	return scope
}

// scopeLines puts into a key what of a scope a step's templates and expressions
// read, so that a new var does not remake what does not, and what reads no
// profile is made once for all persons.
func scopeLines(scope map[string]any, readers ...reader) []runner.Line {
	var lines []runner.Line
	for _, name := range []string{"profile", "vars"} {
		value, there := scope[name]
		if !there || !slices.ContainsFunc(readers, func(r reader) bool { return r != nil && slices.Contains(r.Names(), name) }) {
			continue
		}
		text, err := datasets.Canonical(value)
		if err != nil {
			panic(err)
		}
		lines = append(lines, line(name, text))
	}
	return lines
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

package specs

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
)

// Expr is an expression over a row, compiled once. It may be used from several
// goroutines.
type Expr struct {
	source  string // canonical
	program *vm.Program
	names   []string       // free variables, sorted
	slots   []string       // their names in the program
	vars    map[string]any // the experiment's, for expressions that use them
	machine sync.Pool      // of *vm.VM
}

// Eval is the value for these variables; `vars` is the experiment's own unless
// env has one. A variable that env lacks is an error, and so is running out of
// the budget of steps or memory. Eval does not modify env.
func (x *Expr) Eval(env map[string]any) (any, error) {
	scope := make(map[string]any, len(x.names)+1)
	scope[meterName] = &meter{left: maxSteps}
	for i, name := range x.names {
		value, ok := env[name]
		if !ok && name == "vars" {
			value, ok = x.vars, true
		}
		if !ok {
			return nil, fmt.Errorf("expression %s: no variable %q - there is %s", x.source, name, among(slices.Sorted(maps.Keys(env))))
		}
		scope[x.slots[i]] = value
	}
	machine, _ := x.machine.Get().(*vm.VM)
	if machine == nil {
		machine = &vm.VM{MemoryBudget: maxElements}
	}
	out, err := machine.Run(x.program, scope)
	x.machine.Put(machine)
	if err != nil {
		return nil, fmt.Errorf("expression %s: %w", x.source, plainError(err))
	}
	return out, nil
}

// plainError drops the snippet that expr appends to its messages, and its names
// of types.
func plainError(err error) error {
	var at *file.Error
	if !errors.As(err, &at) {
		return err
	}
	if at.Prev != nil {
		return at.Prev
	}
	return errors.New(runtimeWords(at.Message))
}

// Bool is Eval for expressions that answer true or false; any other result is
// an error.
func (x *Expr) Bool(env map[string]any) (bool, error) {
	out, err := x.Eval(env)
	if err != nil {
		return false, err
	}
	answer, ok := out.(bool)
	if !ok {
		return false, fmt.Errorf("expression %s: the result is %v, not true or false", x.source, out)
	}
	return answer, nil
}

// String is the expression in canonical form: two expressions that differ only
// in spacing or quotes are the same text. It is what keys are made of.
func (x *Expr) String() string { return x.source }

// Names lists the free variables, sorted. The caller must not modify the slice.
func (x *Expr) Names() []string { return x.names }

func (x *Expr) decode(d *decoder, n *node, path string, f field) {
	if n.kind != scalar {
		d.mismatch(n, path, "an expression", "one expression in quotes, several joined by `and`")
		return
	}
	d.exprs = append(d.exprs, exprUse{x: x, n: n, path: path, result: f.tag.Get("result")})
}

// take makes x what y is; x is already pointed to.
func (x *Expr) take(y *Expr) {
	x.source, x.program, x.names, x.slots, x.vars = y.source, y.program, y.names, y.slots, y.vars
}

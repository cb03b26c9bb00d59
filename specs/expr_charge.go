package specs

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// Work grows in two ways: by loops, which are the predicates, and by values that
// are used more than once, which `let` and the accumulator of reduce allow. So
// these are charged, whenever they happen:
//
//   - each turn of a predicate, by the size of its element, its accumulator and
//     every variable that the turn reads, since it may search through them;
//   - each `let`, by the size of its value;
//   - each call of a word, by the size of its arguments (see metered).
//
// Everything else does work proportional to the length of the expression times
// the size of what has been charged.

// charged puts the charges of one node into the tree; its children have theirs.
func charged(node *ast.Node, words map[string]bool) {
	switch n := (*node).(type) {
	case *ast.CallNode:
		if id, ok := n.Callee.(*ast.IdentifierNode); ok && words[id.Value] {
			n.Arguments = append([]ast.Node{&ast.IdentifierNode{Value: meterName}}, n.Arguments...)
		}
	case *ast.BuiltinNode:
		for _, a := range n.Arguments {
			if p, ok := a.(*ast.PredicateNode); ok {
				p.Node = turn(p.Node, n.Name == "reduce", words)
			}
		}
	case *ast.VariableDeclaratorNode:
		n.Expr = sequence(n.Expr, charge(&ast.IdentifierNode{Value: n.Name}))
	}
}

// turn is the body of a predicate after its charges.
func turn(body ast.Node, reduces bool, words map[string]bool) ast.Node {
	charges := []ast.Node{charge(&ast.PointerNode{})}
	if reduces {
		charges = append(charges, charge(&ast.PointerNode{Name: "acc"}))
	}
	reads := &reads{words: words}
	ast.Walk(&body, reads)
	for _, name := range reads.variables() {
		charges = append(charges, charge(&ast.IdentifierNode{Value: name}))
	}
	for _, name := range sortedCopy(reads.vars) {
		charges = append(charges, charge(&ast.MemberNode{
			Node: &ast.IdentifierNode{Value: "vars"}, Property: &ast.StringNode{Value: name},
		}))
	}
	return sequence(body, charges...)
}

// reads are the variables that a part of a tree reads.
type reads struct {
	words map[string]bool
	names []string
	made  []string // by a let within
	vars  []string // names under vars, which is never charged as a whole for one of them
}

// Visit is called for children before their parents.
func (r *reads) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		if !r.words[n.Value] && n.Value != meterName && n.Value != chargeName {
			r.names = append(r.names, n.Value)
		}
	case *ast.MemberNode:
		id, ok := n.Node.(*ast.IdentifierNode)
		name, isName := n.Property.(*ast.StringNode)
		if ok && isName && id.Value == "vars" {
			r.names = r.names[:len(r.names)-1] // the identifier was visited just before
			r.vars = append(r.vars, name.Value)
		}
	case *ast.VariableDeclaratorNode:
		r.made = append(r.made, n.Name)
	}
}

// variables are those that exist where the part begins.
func (r *reads) variables() []string {
	return slices.DeleteFunc(sortedCopy(r.names), func(name string) bool { return slices.Contains(r.made, name) })
}

// sequence is a value after some charges, at the value's place.
func sequence(value ast.Node, charges ...ast.Node) ast.Node {
	s := &ast.SequenceNode{Nodes: append(charges, value)}
	s.SetLocation(value.Location())
	return s
}

func charge(value ast.Node) ast.Node {
	return &ast.CallNode{
		Callee:    &ast.IdentifierNode{Value: chargeName},
		Arguments: []ast.Node{&ast.IdentifierNode{Value: meterName}, value},
	}
}

package specs

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// inspection looks at a tree before it is compiled: it collects variables,
// refuses what only running would notice, and charges work to the budget.
type inspection struct {
	words  map[string]bool
	takes  map[string][]int
	checks map[string]func(argument int, text string) error
	names  []string
	vars   []string
	uses   []nameUse
	local  map[string]bool
	wrong  *mistake
}

// Visit is called for children before their parents.
func (i *inspection) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		if n.Value == "$env" {
			i.refuse(n, 4, "", "unknown variable: $env - name the column itself")
		}
		i.uses = append(i.uses, useOf(n.Value, n))
		n.Value = slot(n.Value)
	case *ast.BytesNode: // no word takes them, and expr does not read all that it prints of them
		i.refuse(n, 1, "leave the b before the quotes out", "bytes - text is written \"...\"")
	case *ast.CallNode:
		i.call(n)
	case *ast.MemberNode:
		i.member(n)
	case *ast.VariableDeclaratorNode:
		if i.local == nil {
			i.local = map[string]bool{}
		}
		i.local[n.Name] = true
	}
	charged(node, i.words)
}

func useOf(name string, n ast.Node) nameUse {
	return nameUse{name: name, from: n.Location().From, width: len([]rune(name))}
}

// call refuses calls of what is no word.
func (i *inspection) call(n *ast.CallNode) {
	id, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		name, width := "", 1
		if m, ok := n.Callee.(*ast.MemberNode); ok {
			if s, ok := m.Property.(*ast.StringNode); ok {
				name, width = s.Value, len([]rune(s.Value))
				n.Callee.SetLocation(s.Location())
			}
		}
		i.refuse(n.Callee, width, calledLike(name, i.names), "only words can be called: word(...)")
		return
	}
	i.uses = slices.DeleteFunc(i.uses, func(u nameUse) bool { return u.name == id.Value && u.from == id.Location().From })
	if !i.words[id.Value] {
		i.refuse(id, len([]rune(id.Value)), didYouMean(id.Value, i.names), "unknown word: %q - the words are %s", id.Value, among(slices.Sorted(maps.Keys(i.words))))
		return
	}
	if takes := i.takes[id.Value]; !slices.Contains(takes, len(n.Arguments)) {
		i.refuse(id, len([]rune(id.Value)), "", "%s takes %s, not %d", id.Value, arguments(takes), len(n.Arguments))
		return
	}
	check, ok := i.checks[id.Value]
	for at, arg := range n.Arguments {
		constant, is := arg.(*ast.StringNode)
		if !ok || !is {
			continue
		}
		if err := check(at, constant.Value); err != nil {
			i.refuse(arg, len([]rune(constant.Value))+2, "", "%s: %v", id.Value, err)
		}
	}
}

// member checks the names under vars.
func (i *inspection) member(n *ast.MemberNode) {
	id, ok := n.Node.(*ast.IdentifierNode)
	name, isName := n.Property.(*ast.StringNode)
	if ok && isName && id.Value == "profile" {
		for k := range i.uses { // the identifier was visited before
			if u := &i.uses[k]; u.name == "profile" && u.from == id.Location().From {
				u.member, u.from, u.width = name.Value, name.Location().From, len([]rune(name.Value))
			}
		}
	}
	if ok && isName && id.Value == "vars" && !slices.Contains(i.vars, name.Value) {
		i.refuse(name, len([]rune(name.Value)), didYouMean(name.Value, i.vars), "unknown variable: vars.%s - vars holds %s", name.Value, among(i.vars))
	}
}

func (i *inspection) refuse(n ast.Node, width int, hint, format string, args ...any) {
	if i.wrong == nil {
		i.wrong = &mistake{from: n.Location().From, width: width, message: fmt.Sprintf(format, args...), hint: hint}
	}
}

// uncalled refuses a word that stands like a variable: without its brackets.
func (i *inspection) uncalled() {
	for _, u := range i.uses {
		if i.words[u.name] && !i.local[u.name] && i.wrong == nil {
			i.wrong = &mistake{from: u.from, width: u.width, message: fmt.Sprintf("%s is a word - it takes %s: %s(...)", u.name, arguments(i.takes[u.name]), u.name)}
		}
	}
}

// free are the variables that the expression does not make itself.
func (i *inspection) free() []nameUse {
	var out []nameUse
	for _, u := range i.uses {
		if !i.local[u.name] {
			out = append(out, u)
		}
	}
	return out
}

// arguments is a number of arguments in words: "1 argument", "2 or 3 arguments".
func arguments(takes []int) string {
	var b strings.Builder
	for k, n := range takes {
		if k > 0 {
			b.WriteString(" or ")
		}
		fmt.Fprint(&b, n)
	}
	if len(takes) == 1 && takes[0] == 1 {
		return b.String() + " argument"
	}
	return b.String() + " arguments"
}

package specs

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// builtins are the functions of expr that a spec may use: deterministic (no
// clock), with results no larger than their arguments, in time that grows no
// faster than sorting them.
func exprBuiltins() []string {
	return []string{
		"all", "none", "any", "one", "filter", "map", "find", "findIndex", "findLast", "findLastIndex",
		"count", "sum", "groupBy", "sortBy", "reduce",
		"len", "abs", "ceil", "floor", "round", "int", "float", "max", "min", "mean", "median",
		"trim", "trimPrefix", "trimSuffix", "upper", "lower", "split", "indexOf", "lastIndexOf", "hasPrefix", "hasSuffix",
		"first", "last", "take", "keys", "values", "reverse", "sort",
	}
}

// slot is the name of a variable in the compiled program. A column may be called
// like a builtin (count, first): it gets a name that no builtin has.
func slot(name string) string {
	if slices.Contains(exprBuiltins(), name) {
		return name + " "
	}
	return name
}

// reservedNames are names that a column cannot have besides the words.
func reservedNames() []string { return []string{"vars", "profile"} }

// vocabulary is what all expressions of a spec share: functions and the types
// of the variables that are always the same.
type vocabulary struct {
	options  []expr.Option
	words    map[string]bool
	takes    map[string][]int // how many arguments each word takes
	checks   map[string]func(argument int, text string) error
	names    []string // words and builtins, for did-you-mean
	vars     map[string]any
	varNames []string
}

func newVocabulary(words []Word, vars map[string]any) *vocabulary {
	v := &vocabulary{words: map[string]bool{}, takes: map[string][]int{}, checks: map[string]func(int, string) error{}, vars: vars}
	if v.vars == nil {
		v.vars = map[string]any{}
	}
	for name := range v.vars {
		v.varNames = append(v.varNames, name)
	}
	slices.Sort(v.varNames)
	env := map[string]any{"output": "", "vars": v.vars, meterName: (*meter)(nil)}
	v.options = []expr.Option{
		expr.Env(env), expr.AllowUndefinedVariables(), expr.MaxNodes(maxSyntax), expr.DisableAllBuiltins(),
		expr.Function(chargeName, chargeFunc, new(func(*meter, any) bool)),
	}
	for _, name := range exprBuiltins() {
		v.options = append(v.options, expr.EnableBuiltin(name))
		v.names = append(v.names, name)
	}
	for _, w := range words {
		fn, types := metered(w)
		v.options = append(v.options, expr.Function(w.Name, fn, types...))
		v.words[w.Name] = true
		v.takes[w.Name] = w.arguments()
		if w.Check != nil {
			v.checks[w.Name] = w.Check
		}
		v.names = append(v.names, w.Name)
	}
	return v
}

// exprUse is an expression that was decoded and waits to be compiled, when all
// of vars is known; after that, what it uses and where.
type exprUse struct {
	x      *Expr
	n      *node
	path   string
	result string // "bool", "string", "score" or "" for anything
	uses   []nameUse
}

// nameUse is a variable in an expression or a template: its name, and the runes
// of the text it stands at.
type nameUse struct {
	name     string
	member   string // of profile or vars: what is read of it, when it is named
	from     int
	width    int
	optional bool // asked for by `is defined` or `default`
}

// mistake is a mistake inside a text.
type mistake struct {
	from, width   int
	message, hint string
}

// compile compiles source and says which variables it uses.
func (v *vocabulary) compile(source, result string) (x *Expr, uses []nameUse, wrong *mistake) {
	whole := &mistake{width: len([]rune(source))}
	defer func() {
		if r := recover(); r != nil { // expr panics on some malformed trees
			whole.message = strings.ReplaceAll(fmt.Sprintf("not an expression: %v", r), "\n", " ")
			x, wrong = nil, whole
		}
	}()
	if wrong := commented(source); wrong != nil {
		return nil, nil, wrong
	}
	if len(source) > maxSource { // the parser's stack grows with each bracket
		whole.message = fmt.Sprintf("an expression of %d bytes - at most %d", len(source), maxSource)
		return nil, nil, whole
	}
	tree, err := parser.Parse(source)
	if err != nil {
		return nil, nil, located(err, source, whole)
	}
	look := &inspection{words: v.words, takes: v.takes, checks: v.checks, names: v.names, vars: v.varNames}
	program, err := expr.Compile(source, append(slices.Clone(v.options), expr.Patch(look))...)
	if look.wrong != nil {
		return nil, nil, look.wrong
	}
	if err != nil {
		return nil, nil, located(err, source, whole)
	}
	if answers := resultIn(program.Node().Type()); !accepts(result, answers) {
		whole.message = fmt.Sprintf("the expression answers with %s - it has to answer with %s", answers, wanted(result))
		return nil, nil, whole
	}
	return newExpr(tree.Node.String(), program, look.free(), v.vars), look.free(), nil
}

func newExpr(source string, program *vm.Program, uses []nameUse, vars map[string]any) *Expr {
	x := &Expr{source: source, program: program, vars: vars}
	for _, u := range uses {
		x.names = append(x.names, u.name)
	}
	x.names = sortedCopy(x.names)
	for _, name := range x.names {
		x.slots = append(x.slots, slot(name))
	}
	return x
}

// located is expr's error as a mistake at its place in the text.
func located(err error, source string, whole *mistake) *mistake {
	var at *file.Error
	if !errors.As(err, &at) {
		first, _, _ := strings.Cut(err.Error(), "\n") // a stack may follow
		whole.message = "not an expression: " + first
		return whole
	}
	if open := unclosedBracket(source); at.Message == endsEarly && open >= 0 {
		return &mistake{from: open, width: 1, message: "not an expression: this bracket is not closed"}
	}
	says, hint := inOurWords(at.Message)
	return &mistake{from: at.From, width: max(at.To-at.From, 1), message: "not an expression: " + says, hint: hint}
}

// resultIn says what an expression of this type answers with, as [Expr] knows
// before it runs; "" when only running tells.
func resultIn(t reflect.Type) string {
	if t == nil || t.Kind() == reflect.Interface {
		return ""
	}
	return inWords(t)
}

func accepts(result, answers string) bool {
	switch result {
	case "bool":
		return answers == "" || answers == "true or false"
	case "string":
		return answers == "" || answers == "text"
	case "score":
		return answers == "" || answers == "true or false" || answers == "a number"
	}
	return true
}

func wanted(result string) string {
	return map[string]string{"bool": "true or false", "string": "text", "score": "true or false, or a number"}[result]
}

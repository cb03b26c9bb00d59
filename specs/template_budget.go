package specs

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/nikolalohinski/gonja/v2/builtins"
	"github.com/nikolalohinski/gonja/v2/builtins/control_structures"
	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/nodes"
	gonja "github.com/nikolalohinski/gonja/v2/parser"
	"github.com/nikolalohinski/gonja/v2/tokens"
)

// A template's work is bounded in three ways: what is written (see bounded), how
// long a text that it makes can be, and how often it goes through a loop or sets
// a name, each time charged by all that one turn can do: its signs times the
// largest value it may touch.
const (
	maxTurns   = 1_000_000 // units of work of one rendering
	maxSigns   = 200       // operators, filters, tests and calls of a template
	turnsMeter = " turns"  // the name of the meter in a template's context; no template can write it
)

// turns is the work that one rendering may still do.
type turns struct {
	left, signs, largest int
}

func (t *turns) charge() error {
	if t.left -= 1 + t.signs*(t.largest>>10); t.left < 0 {
		return errors.New("the template does too much: its loops go over too many or too large values")
	}
	return nil
}

func turnsOf(r *exec.Renderer) *turns {
	value, _ := r.Environment.Context.Get(turnsMeter)
	t, ok := value.(*turns)
	if !ok {
		panic("specs: a template without its meter")
	}
	return t
}

// tick charges a turn of the loop whose body it begins.
type tick struct{ at *tokens.Token }

func (t *tick) Position() *tokens.Token { return t.at }
func (t *tick) String() string          { return "tick" }

// Execute charges.
func (t *tick) Execute(r *exec.Renderer, _ *nodes.ControlStructureBlock) error {
	return turnsOf(r).charge()
}

// meteredFor is Jinja's for, with a tick in its body.
func meteredFor(p *gonja.Parser, args *gonja.Parser) (nodes.ControlStructure, error) {
	parse, _ := builtins.ControlStructures.Get("for")
	made, err := parse(p, args)
	loop, ok := made.(*controlStructures.ForControlStructure)
	if err != nil || !ok {
		return made, err
	}
	if loop.Recursive {
		return nil, errors.New("loops do not call themselves")
	}
	at := loop.BodyWrapper.Position()
	block := &nodes.ControlStructureBlock{Location: at, Name: "tick", ControlStructure: &tick{at}}
	loop.BodyWrapper.Nodes = slices.Insert(loop.BodyWrapper.Nodes, 0, nodes.Node(block))
	return loop, nil
}

// boundedSet is Jinja's set of a name to a value that is not too long.
type boundedSet struct {
	*controlStructures.SetControlStructure
	name string
}

func meteredSet(p *gonja.Parser, args *gonja.Parser) (nodes.ControlStructure, error) {
	name := args.Current()
	if name == nil || name.Type != tokens.Name {
		return nil, errors.New("set gives a name a value: {% set x = ... %}")
	}
	parse, _ := builtins.ControlStructures.Get("set")
	made, err := parse(p, args)
	set, ok := made.(*controlStructures.SetControlStructure)
	if err != nil || !ok {
		return made, err
	}
	// A member that is set would change the row, or vars, for everybody.
	if target := reflect.ValueOf(set).Elem().FieldByName("target").Elem(); target.Type() != reflect.TypeFor[*nodes.Name]() {
		return nil, errors.New("set gives a name a value, never a part of one")
	}
	return &boundedSet{set, name.Val}, nil
}

// Execute sets the name.
func (s *boundedSet) Execute(r *exec.Renderer, tag *nodes.ControlStructureBlock) error {
	t := turnsOf(r)
	if err := t.charge(); err != nil {
		return err
	}
	if err := s.SetControlStructure.Execute(r, tag); err != nil {
		return err
	}
	value, _ := r.Environment.Context.Get(s.name)
	n := extent(value)
	if n > maxText {
		return fmt.Errorf("%s becomes longer than %d bytes", s.name, maxText)
	}
	t.largest = max(t.largest, n)
	return nil
}

// extent is how large a value is: bytes of texts and numbers of items.
func extent(v any) int {
	switch x := v.(type) {
	case string:
		return len(x)
	case *exec.Value:
		return extent(x.Interface())
	case []any:
		n := len(x)
		for _, item := range x {
			n += extent(item)
		}
		return n
	case map[string]any:
		n := len(x)
		for key, item := range x {
			n += len(key) + extent(item)
		}
		return n
	}
	return 1
}

// templateMethods are the methods of values that a template may call: none that
// changes its value, and none that makes long text of short.
func templateMethods() exec.Methods {
	return exec.Methods{
		Bool: exec.NewMethodSet(map[string]exec.Method[bool]{}), Int: exec.NewMethodSet(map[string]exec.Method[int]{}),
		Float: exec.NewMethodSet(map[string]exec.Method[float64]{}),
		Str:   someOf(builtins.Methods.Str, strMethods()), Dict: someOf(builtins.Methods.Dict, dictMethods()),
		List: someOf(builtins.Methods.List, listMethods()),
	}
}

func strMethods() []string {
	return []string{
		"capitalize", "count", "endswith", "find", "isalnum", "isalpha", "isdigit", "islower", "isspace", "isupper",
		"lower", "lstrip", "rstrip", "split", "splitlines", "startswith", "strip", "title", "upper",
	}
}
func dictMethods() []string { return []string{"keys", "values", "items", "get"} }
func listMethods() []string { return []string{"count", "index"} }

func someOf[T any](all *exec.MethodSet[T], names []string) *exec.MethodSet[T] {
	some := map[string]exec.Method[T]{}
	for _, name := range names {
		if m, ok := all.Get(name); ok {
			some[name] = m
		}
	}
	return exec.NewMethodSet(some)
}

// boundedFilters are filters that are not run when their text would be too long.
func boundedFilters() map[string]exec.FilterFunction {
	replace, _ := builtins.Filters.Get("replace")
	join, _ := builtins.Filters.Get("join")
	return map[string]exec.FilterFunction{
		"replace": func(e *exec.Evaluator, in *exec.Value, params *exec.VarArgs) *exec.Value {
			if n := len(params.Args); n >= 2 {
				text, old, fresh := in.String(), params.Args[0].String(), params.Args[1].String()
				if len(text)+strings.Count(text, old)*len(fresh) > maxText {
					return exec.AsValue(fmt.Errorf("replace makes more than %d bytes", maxText))
				}
			}
			return replace(e, in, params)
		},
		"join": func(e *exec.Evaluator, in *exec.Value, params *exec.VarArgs) *exec.Value {
			between := 0
			for _, a := range params.Args {
				between = max(between, len(a.String()))
			}
			for _, a := range params.KwArgs {
				between = max(between, len(a.String()))
			}
			if n := in.Len() * between; n > maxText {
				return exec.AsValue(fmt.Errorf("join makes more than %d bytes", maxText))
			}
			return join(e, in, params)
		},
	}
}

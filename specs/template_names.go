package specs

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/nikolalohinski/gonja/v2/builtins"
	"github.com/nikolalohinski/gonja/v2/builtins/control_structures"
	"github.com/nikolalohinski/gonja/v2/nodes"
	"github.com/nikolalohinski/gonja/v2/tokens"
)

// templateWalk finds the variables of a parsed template, and what gonja would
// notice only when it runs: filters and tests that do not exist. Some of
// gonja's nodes keep their parts unexported, so the walk is by reflection.
type templateWalk struct {
	jinja  *jinja
	source string
	uses   []nameUse
	local  []string         // names made by for and set
	guard  bool             // inside `x is defined` or `x | default(...)`
	signs  int              // operators, filters, tests and calls
	seen   map[uintptr]bool // nodes are reached on several ways
	wrong  *mistake
}

func (j *jinja) inspect(root *nodes.Template, source string) (uses []nameUse, signs int, wrong *mistake) {
	w := &templateWalk{jinja: j, source: source, seen: map[uintptr]bool{}}
	w.walk(reflect.ValueOf(root.Nodes))
	asked := map[string]bool{} // a name asked for once may be absent everywhere
	for _, u := range w.uses {
		asked[u.name+"."+u.member] = asked[u.name+"."+u.member] || u.optional
	}
	for i := range w.uses {
		w.uses[i].optional = asked[w.uses[i].name+"."+w.uses[i].member]
	}
	if w.signs > maxSigns && w.wrong == nil {
		w.wrong = &mistake{width: utf8.RuneCountInString(source), message: fmt.Sprintf("a template with %d operators, filters and calls - at most %d", w.signs, maxSigns)}
	}
	return w.uses, w.signs, w.wrong
}

func (w *templateWalk) walk(v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface:
		w.walk(v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			w.walk(v.Index(i))
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			w.walk(it.Value())
		}
	case reflect.Pointer:
		if !v.IsNil() && !w.seen[v.Pointer()] {
			w.seen[v.Pointer()] = true
			w.node(v)
		}
	case reflect.Struct:
		w.fields(v)
	}
}

func (w *templateWalk) fields(v reflect.Value) {
	for i := range v.NumField() {
		w.walk(v.Field(i))
	}
}

// node walks one node; names that a node makes are local within it.
func (w *templateWalk) node(v reflect.Value) {
	elem := v.Elem()
	switch v.Type() {
	case reflect.TypeFor[*tokens.Token]():
		return
	case reflect.TypeFor[*nodes.Name]():
		w.name(elem)
		return
	case reflect.TypeFor[*controlStructures.ForControlStructure]():
		w.loop(elem)
		return
	case reflect.TypeFor[*boundedSet]():
		w.set(elem.FieldByName("SetControlStructure").Elem())
		return
	case reflect.TypeFor[*nodes.Call]():
		w.call(elem)
	case reflect.TypeFor[*nodes.FilterCall]():
		w.signs++
		w.known(elem, "filter", w.jinja.environment.Filters.Exists, templateFilters())
	case reflect.TypeFor[*nodes.TestCall]():
		w.signs++
		w.known(elem, "test", builtins.Tests.Exists, templateTests())
	case reflect.TypeFor[*nodes.TestExpression]():
		name := elem.FieldByName("Test").Elem().FieldByName("Name").String()
		w.guarded(elem.FieldByName("Expression"), name == "defined" || name == "undefined")
	case reflect.TypeFor[*nodes.FilteredExpression]():
		if filters := elem.FieldByName("Filters"); filters.Len() > 0 {
			name := filters.Index(0).Elem().FieldByName("Name").String()
			w.guarded(elem.FieldByName("Expression"), name == "default" || name == "d")
		}
	case reflect.TypeFor[*nodes.BinOperator]():
		w.operator(elem)
	case reflect.TypeFor[*nodes.GetAttribute]():
		w.fields(elem)
		w.member(elem)
		return
	}
	w.fields(elem)
}

// guarded walks an expression whose variables may be absent, ahead of the other
// parts of its parent.
func (w *templateWalk) guarded(expression reflect.Value, guard bool) {
	if !guard {
		return
	}
	before := w.guard
	w.guard = true
	w.walk(expression)
	w.guard = before
}

// loop walks a for: its names and `loop` are known in its body only.
func (w *templateWalk) loop(elem reflect.Value) {
	w.walk(elem.FieldByName("ObjectEvaluator"))
	before := w.local
	w.local = append(slices.Clone(before), "loop", elem.FieldByName("Key").String(), elem.FieldByName("Value").String())
	w.walk(elem.FieldByName("IfCondition"))
	w.walk(elem.FieldByName("BodyWrapper"))
	w.local = before
	w.walk(elem.FieldByName("EmptyWrapper"))
}

// set walks a set, whose name is known from then on.
func (w *templateWalk) set(elem reflect.Value) {
	for _, part := range []string{"expression", "condition", "alternative", "body"} {
		w.walk(elem.FieldByName(part))
	}
	before := len(w.uses)
	w.walk(elem.FieldByName("target"))
	for _, u := range w.uses[before:] {
		w.local = append(w.local, u.name)
	}
	w.uses = w.uses[:before]
}

func (w *templateWalk) name(elem reflect.Value) {
	token := elem.FieldByName("Name").Elem()
	name := token.FieldByName("Val").String()
	if !slices.Contains(w.local, name) {
		from, width := w.at(token)
		w.uses = append(w.uses, nameUse{name: name, from: from, width: width, optional: w.guard})
	}
}

// member notes what is read of vars or of a person.
func (w *templateWalk) member(elem reflect.Value) {
	of, member := elem.FieldByName("Node").Elem(), elem.FieldByName("Attribute").String()
	if of.Type() != reflect.TypeFor[*nodes.Name]() || member == "" {
		return
	}
	name := of.Elem().FieldByName("Name").Elem().FieldByName("Val").String()
	if (name == "profile" || name == "vars") && !slices.Contains(w.local, name) {
		u := &w.uses[len(w.uses)-1] // the name was walked just before
		u.member = member
		u.from, u.width = w.attribute(elem)
	}
}

// attribute is where the name behind a point stands, in runes.
func (w *templateWalk) attribute(elem reflect.Value) (from, width int) {
	name := elem.FieldByName("Attribute").String()
	at := min(int(elem.FieldByName("Location").Elem().FieldByName("Pos").Int()), len(w.source))
	if i := strings.Index(w.source[at:], name); i >= 0 {
		at += i
	}
	return utf8.RuneCountInString(w.source[:at]), utf8.RuneCountInString(name)
}

// known refuses filters and tests that do not exist.
func (w *templateWalk) known(elem reflect.Value, what string, exists func(string) bool, names []string) {
	name := elem.FieldByName("Name").String()
	if exists(name) || w.wrong != nil {
		return
	}
	w.wrong = &mistake{message: fmt.Sprintf("unknown %s: %q", what, name), hint: didYouMean(name, names)}
	if len(names) > 0 {
		w.wrong.message += " - one of " + among(sortedCopy(names))
	}
	w.wrong.from, w.wrong.width = w.at(elem.FieldByName("Token").Elem())
}

// call refuses calls of what is no method that a template may call.
func (w *templateWalk) call(elem reflect.Value) {
	w.signs++
	f := elem.FieldByName("Func").Elem()
	known := sortedCopy(slices.Concat(strMethods(), dictMethods(), listMethods(), []string{"cycle", "changed"}))
	if f.Type() == reflect.TypeFor[*nodes.GetAttribute]() && slices.Contains(known, f.Elem().FieldByName("Attribute").String()) || w.wrong != nil {
		return
	}
	switch f.Type() {
	case reflect.TypeFor[*nodes.GetAttribute]():
		name := f.Elem().FieldByName("Attribute").String()
		w.wrong = &mistake{message: fmt.Sprintf("unknown method: %q - templates call %s", name, among(known)), hint: didYouMean(name, known)}
		w.wrong.from, w.wrong.width = w.attribute(f.Elem())
	case reflect.TypeFor[*nodes.Name]():
		token := f.Elem().FieldByName("Name").Elem()
		name := token.FieldByName("Val").String()
		w.wrong = &mistake{message: fmt.Sprintf("%s cannot be called: templates have filters, as in {{ topic | upper }}, and methods of values", name)}
		if near := map[string]string{"len": "length", "str": "string", "sorted": "sort", "reversed": "reverse"}[name]; near != "" || slices.Contains(templateFilters(), name) {
			w.wrong.hint = "write {{ ... | " + cmp.Or(near, name) + " }}"
		}
		w.wrong.from, w.wrong.width = w.at(token)
	default:
		w.wrong = &mistake{message: "only methods of values can be called - templates call " + among(known)}
		w.wrong.from, w.wrong.width = w.at(elem.FieldByName("Location").Elem())
	}
}

// operator refuses products and powers, and the sign of remainders, which also
// fills in formats: of texts they make others whose length nothing bounds.
func (w *templateWalk) operator(elem reflect.Value) {
	token := elem.FieldByName("Token").Elem()
	kind := tokens.Type(token.FieldByName("Type").Int())
	w.signs++
	if w.wrong == nil && (kind == tokens.Multiply || kind == tokens.Power || kind == tokens.Modulo) {
		w.wrong = &mistake{message: "templates do not multiply or take remainders", hint: "compute it as a column: `set: {name: expression}`"}
		w.wrong.from, w.wrong.width = w.at(token)
	}
}

// at is where a token stands in the template, in runes.
func (w *templateWalk) at(token reflect.Value) (from, width int) {
	offset := min(int(token.FieldByName("Pos").Int()), len(w.source))
	return utf8.RuneCountInString(w.source[:offset]), utf8.RuneCountInString(token.FieldByName("Val").String())
}

// shortened is an error of a template that ran, without the chain of
// expressions around the cause.
func shortened(err error) string {
	message := err.Error()
	if i := strings.LastIndex(message, ": "); i >= 0 && strings.Contains(message, "Unable to evaluate") {
		return message[i+2:]
	}
	return message
}

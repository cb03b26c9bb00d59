package specs

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Entry is something that a spec can name, as people are told about it.
type Entry struct {
	Sort     string    `json:"sort"` // source, method, judge, word, or builtin: a function of the language expr
	Name     string    `json:"name"`
	Version  int       `json:"version,omitempty"` // of a kind's behaviour
	Doc      string    `json:"doc,omitempty"`
	Planned  bool      `json:"planned,omitempty"`  // understood and planned; carried out by a later release
	Calls    []string  `json:"calls,omitempty"`    // the ways to call a word: "words(text): a list of texts"
	Settings []Setting `json:"settings,omitempty"` // of the kind itself
	Common   []Setting `json:"common,omitempty"`   // of every kind of this sort
}

// Entries lists all that a spec can name: sources, methods, judges, words.
func (l Language) Entries() []Entry {
	judge := new(Judge)
	judge.Defaults()
	data := new(Data)
	data.Defaults()
	out := entriesOf("source", l.Sources, data)
	out = append(out, entriesOf("method", l.Methods, new(Method))...)
	out = append(out, entriesOf("judge", l.Judges, judge)...)
	for _, w := range l.Words {
		out = append(out, Entry{Sort: "word", Name: w.Name, Doc: w.Doc, Calls: w.calls()})
	}
	for _, name := range exprBuiltins() {
		out = append(out, Entry{Sort: "builtin", Name: name, Doc: "as the language expr defines it (expr-lang.org)"})
	}
	return out
}

func entriesOf(sort string, c Catalog[any], common any) []Entry {
	var out []Entry
	for _, k := range c {
		out = append(out, Entry{Sort: sort, Name: k.Name, Version: k.Version, Doc: k.Doc, Planned: k.Planned, Settings: Describe(k.New()), Common: Describe(common)})
	}
	return out
}

// Named returns the entries of that name, of which several sorts may have one;
// for a name that none has, an error with the nearest.
func (l Language) Named(name string) ([]Entry, error) {
	var found []Entry
	var names []string
	for _, e := range l.Entries() {
		if e.Name == name {
			found = append(found, e)
		}
		names = append(names, e.Name)
	}
	if found != nil {
		return found, nil
	}
	err := fmt.Errorf("unknown kind: %q - no source, method, judge or word has that name", name)
	if hint := didYouMean(name, names); hint != "" {
		err = fmt.Errorf("%w\nhint: %s", err, hint)
	}
	return nil, err
}

// signatures are the ways to call a word.
func (w Word) signatures() []reflect.Type {
	types := w.Types
	if types == nil {
		types = []any{w.Func}
	}
	var out []reflect.Type
	for _, x := range types {
		t := reflect.TypeOf(x)
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		out = append(out, t)
	}
	return out
}

// arguments are the numbers of arguments that a word can be called with.
func (w Word) arguments() []int {
	var out []int
	for _, t := range w.signatures() {
		if !slices.Contains(out, t.NumIn()) {
			out = append(out, t.NumIn())
		}
	}
	return out
}

// calls are the signatures of a word in words.
func (w Word) calls() []string {
	var out []string
	for _, t := range w.signatures() {
		var in []string
		for i := range t.NumIn() {
			in = append(in, argument(t.In(i)))
		}
		out = append(out, w.Name+"("+strings.Join(in, ", ")+"): "+argument(t.Out(0)))
	}
	return out
}

// argument is inWords, and of what a list is.
func argument(t reflect.Type) string {
	if t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Interface {
		return "a list of " + map[string]string{"text": "texts", "a number": "numbers", "a list": "lists"}[inWords(t.Elem())]
	}
	return inWords(t)
}

package specs

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// mismatch reports a value of the wrong type, in the words of the field.
func (d *decoder) mismatch(n *node, path, want, accepted string) {
	if n.kind == broken {
		d.faults.add(path)
		return
	}
	hint := ""
	if n.cut {
		hint = "YAML ends a plain value at ` #`: put it in quotes"
	}
	d.fault(path, n.place, hint, "not %s: %s - %s takes %s", want, shown(n), title(path), accepted)
}

// faults are the paths at which something was told to be wrong. What follows from
// that is not told too.
type faults struct{ at, above map[string]bool }

func (f *faults) add(path string) {
	if f.at == nil {
		f.at, f.above = map[string]bool{}, map[string]bool{}
	}
	f.at[path] = true
	for at := path; !f.above[at]; {
		f.above[at] = true
		at = at[:max(0, strings.LastIndexByte(at, '.'))]
	}
}

// sound says whether nothing is wrong at a path, below it, or with what holds it.
func (f *faults) sound(path string) bool {
	if f.above[path] {
		return false
	}
	for path != "" {
		path = path[:max(0, strings.LastIndexByte(path, '.'))]
		if f.at[path] {
			return false
		}
	}
	return true
}

// fault is fail for the value at a path.
func (d *decoder) fault(path string, at place, hint, format string, args ...any) {
	d.faults.add(path)
	d.fail(at, hint, format, args...)
}

// maxErrors bounds what is collected: a program that writes specs has gone wrong.
const maxErrors = 10_000

func (d *decoder) fail(at place, hint, format string, args ...any) {
	if len(*d.errs) >= maxErrors {
		return
	}
	*d.errs = append(*d.errs, &Error{
		Pos: at.Pos, Message: fmt.Sprintf(format, briefly(args)...), Hint: cut(hint), Width: max(at.width, 1), Source: at.source,
	})
}

// briefly is what fills in a message without texts that are longer than one is read.
func briefly(args []any) []any {
	out := slices.Clone(args)
	for i, a := range out {
		switch a := a.(type) {
		case string:
			out[i] = cut(a)
		case error:
			out[i] = cut(a.Error())
		}
	}
	return out
}

func cut(text string) string {
	const most = 600
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}

// shown is a value as a message quotes it: as written, never what ${VAR} became.
func shown(n *node) string {
	switch n.kind {
	case mapping:
		return "a mapping"
	case list:
		return "a list"
	}
	const most = 40
	if r := []rune(n.raw); len(r) > most {
		return strconv.Quote(string(r[:most]) + "...")
	}
	return strconv.Quote(n.raw)
}

// example is the value of a field that wants a list of such values, or what
// they look like.
func example(n *node, t reflect.Type) string {
	if t.Kind() == reflect.Struct && len(fieldsOf(t)) > 0 {
		return "{" + fieldsOf(t)[0].name + ": ...}"
	}
	if n.kind == scalar && len(n.raw) < 30 {
		if n.quoted {
			return strconv.Quote(n.raw)
		}
		return n.raw
	}
	return "..."
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// last is the key that a path ends in; for an item of a list, the list's key.
func last(path string) string {
	for {
		cut := strings.LastIndexByte(path, '.')
		key := path[cut+1:]
		if _, err := strconv.Atoi(key); err != nil || cut < 0 {
			return key
		}
		path = path[:cut]
	}
}

// title is how a message calls a path: the experiment itself has none.
func title(path string) string {
	if path == "" {
		return "a spec"
	}
	return path
}

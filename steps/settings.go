package steps

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"idiolect/datasets"
	"idiolect/runner"
	"idiolect/specs"
)

// settingLines writes settings as lines of a key: those fields of the struct v
// points to that differ from the defaults of its kind, under the names that the
// spec uses. Fields tagged `key:"-"` (paths) and references are left out: what
// they point to is an input, and has a key itself.
func settingLines(prefix string, v, defaults any) []runner.Line {
	var lines []runner.Line
	walkSettings(prefix, reflect.ValueOf(v), reflect.ValueOf(defaults), &lines)
	return lines
}

// said is settingLines for settings of the spec, which many steps share: v points
// into the experiment, so that it is told by where it points.
func (c *Compiler) said(prefix string, v, defaults any) []runner.Line {
	lines, known := c.lines[v]
	if !known {
		lines = slices.Clip(settingLines(prefix, v, defaults))
		c.lines[v] = lines
	}
	return lines
}

func walkSettings(label string, v, def reflect.Value, lines *[]runner.Line) {
	for v.Kind() == reflect.Pointer && v.Type() != reflect.TypeFor[*specs.Expr]() && v.Type() != reflect.TypeFor[*specs.Template]() {
		if v.IsNil() {
			return
		}
		v = v.Elem()
		if def.IsValid() && !def.IsNil() {
			def = def.Elem()
		} else {
			def = reflect.Value{}
		}
	}
	if def.IsValid() && v.Comparable() && v.Equal(def) {
		return // most settings are: no text is made of them
	}
	if text, ok := settingText(v); ok {
		if was, ok := settingText(def); !ok || was != text {
			*lines = append(*lines, runner.Line{Label: label, Value: text})
		}
		return
	}
	for _, f := range settingsOf(v.Type()) {
		at := label
		if f.name != "" {
			at += "." + f.name
		}
		var d reflect.Value
		if def.IsValid() {
			d = def.Field(f.index)
		}
		walkSettings(at, v.Field(f.index), d, lines)
	}
}

// setting is a field of a settings struct that stands in a key.
type setting struct {
	index int
	name  string // as the spec has it; "" for a struct whose keys stand among those around it
}

var settingsByType sync.Map // of reflect.Type: []setting, since a plan walks the same few types thousands of times

func settingsOf(t reflect.Type) []setting {
	if known, ok := settingsByType.Load(t); ok {
		return known.([]setting)
	}
	var out []setting
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		among := f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct
		if among || name != "" && f.Tag.Get("key") != "-" && !isRef(f.Type) {
			out = append(out, setting{i, name})
		}
	}
	settingsByType.Store(t, out)
	return out
}

func isRef(t reflect.Type) bool {
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	switch t {
	case reflect.TypeFor[specs.DataRef](), reflect.TypeFor[specs.ModelRef](), reflect.TypeFor[specs.PromptRef](),
		reflect.TypeFor[specs.RubricRef](), reflect.TypeFor[specs.JudgeRef](), reflect.TypeFor[specs.MethodRef](), reflect.TypeFor[specs.Nested]():
		return true
	}
	return false
}

// settingText is a setting as one canonical text; structs of settings have none.
func settingText(v reflect.Value) (string, bool) {
	if !v.IsValid() {
		return "", false
	}
	switch x := v.Interface().(type) {
	case *specs.Expr:
		if x == nil {
			return "", true
		}
		return x.String(), true
	case *specs.Template:
		if x == nil {
			return "", true
		}
		return x.String(), true
	case specs.Auto:
		if x.Auto {
			return "auto", true
		}
		return fmt.Sprint(x.Value), true
	case specs.Texts:
		if x.Data.ID != "" {
			return "", false
		}
		v = reflect.ValueOf(x.List)
	case time.Duration:
		return x.String(), true
	}
	switch v.Kind() { // as JSON writes them, without its detours
	case reflect.Struct:
		return "", false
	case reflect.Int, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10), true
	case reflect.Bool:
		return strconv.FormatBool(v.Bool()), true
	}
	text, err := datasets.Canonical(v.Interface())
	if err != nil {
		panic(fmt.Sprintf("steps: setting of type %s has no text: %v", v.Type(), err))
	}
	return text, true
}

// settingsJSON is a settings struct as JSON, for the policies table.
func settingsJSON(lines []runner.Line, prefix string) string {
	m := make(map[string]string, len(lines))
	for _, l := range lines {
		m[strings.TrimPrefix(l.Label, prefix+".")] = l.Value
	}
	text, err := datasets.Canonical(m)
	if err != nil {
		panic(err)
	}
	return text
}

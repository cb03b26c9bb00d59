package specs

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Setting is a key that a spec can write, as people are told about it.
type Setting struct {
	Name     string    `json:"name"`
	Takes    string    `json:"takes"`             // its type and bounds, in the words of the messages about it
	Choices  []string  `json:"choices,omitempty"` // when it takes one of a few words
	Default  string    `json:"default,omitempty"` // as a spec would write it; "" when there is none
	Required bool      `json:"required,omitempty"`
	Doc      string    `json:"doc,omitempty"`
	Settings []Setting `json:"settings,omitempty"` // the keys of a mapping, or of each item of a list
}

// Describe lists the keys that a spec can write into a settings struct, in their
// order, with the values that the struct holds as defaults. settings points to a
// struct as [Kind.New] makes it; the keys are found as the decoder finds them.
func Describe(settings any) []Setting {
	return describe(reflect.ValueOf(settings).Elem())
}

func describe(v reflect.Value) []Setting {
	var out []Setting
	for _, f := range fieldsOf(v.Type()) {
		value := v.FieldByIndex(f.index)
		s := Setting{Name: f.name, Takes: takes(value.Type(), f), Choices: f.enum, Required: f.required, Doc: f.tag.Get("doc")}
		if !f.required {
			s.Default = written(value, f)
		}
		if inner := settingsIn(value); inner.IsValid() {
			s.Settings = describe(inner)
		}
		out = append(out, s)
	}
	return out
}

// settingsIn is the struct whose keys stand under a setting, with the defaults
// that it gets when a spec writes it; invalid when no such keys do.
func settingsIn(v reflect.Value) reflect.Value {
	if _, ok := reflect.New(v.Type()).Interface().(special); ok {
		return reflect.Value{}
	}
	switch v.Kind() {
	case reflect.Struct:
		return v
	case reflect.Pointer, reflect.Slice, reflect.Map:
		fresh := reflect.New(v.Type().Elem())
		setDefaults(fresh)
		return settingsIn(fresh.Elem())
	}
	return reflect.Value{}
}

// takes says what a field of type t can be set to.
func takes(t reflect.Type, f field) string {
	switch x := reflect.New(t).Interface().(type) {
	case refType:
		return "the id of an entry of " + strings.Join(x.sections(), " or ")
	case *Auto:
		return "a number" + bounds(f) + " or auto"
	case *Fraction:
		return "a share such as 0.5 or 50%"
	case *Scale:
		return "5 for 1 to 5, or [low, high]"
	case *Expr:
		if result := f.tag.Get("result"); result != "" {
			return "an expression that answers with " + wanted(result)
		}
		return "an expression"
	case *Template:
		return "text with {{ variables }}"
	case *Nested:
		return "a method: {kind: ...}"
	case *Names:
		return "a name, or a list of names"
	case *Renames:
		return "a mapping of new names to old ones"
	case *Assigns:
		return "a mapping of names to expressions"
	case *Dedup:
		return "true, or {rouge_l: 0.7}"
	case *Split:
		return "names and sizes such as {train: 80%, test: rest}"
	case *Sweep:
		return "paths and lists of values such as {methods.sft.hyperparameters.epochs: [1, 3]}"
	case *Checkpoint:
		return "last, or {best: the id of an entry of judges}"
	case *time.Duration:
		return "a duration such as 90s or 5m"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return takes(t.Elem(), f)
	case reflect.Slice:
		return "a list, each " + takes(t.Elem(), f)
	case reflect.Map:
		if t.Elem().Kind() == reflect.Interface {
			return "a mapping"
		}
		return "a mapping, each value " + takes(t.Elem(), f)
	case reflect.Interface:
		return "anything"
	case reflect.Int, reflect.Int64, reflect.Int32:
		return "a whole number" + bounds(f)
	case reflect.Bool, reflect.String, reflect.Float64, reflect.Float32, reflect.Struct:
		if f.enum != nil {
			return "one of " + strings.Join(f.enum, ", ")
		}
		return strings.TrimSpace(inWords(t) + bounds(f))
	}
	panic(fmt.Sprintf("specs: %s has type %s, which no spec can set", f.name, t))
}

// written is a value as a spec would write it; "" for one that nobody wrote: an
// empty text, list or reference, or a zero that the field's bounds exclude.
func written(v reflect.Value, f field) string {
	switch x := v.Interface().(type) {
	case Auto:
		if x.Auto {
			return "auto"
		}
		v = reflect.ValueOf(x.Value)
	case time.Duration:
		if x == 0 {
			return ""
		}
		return x.String()
	case Dedup:
		return "false"
	case Checkpoint:
		return "last"
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return written(v.Elem(), f)
		}
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.String:
		if text := v.String(); text != "" && !idPattern.MatchString(text) {
			return strconv.Quote(text)
		}
		return v.String()
	case reflect.Int, reflect.Int64, reflect.Int32:
		return writtenNumber(float64(v.Int()), f)
	case reflect.Float64, reflect.Float32:
		return writtenNumber(v.Float(), f)
	}
	return ""
}

func writtenNumber(x float64, f field) string {
	low, hasLow := bound(f, "min")
	if x == 0 && (f.tag.Get("positive") == "true" || hasLow && low > 0) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

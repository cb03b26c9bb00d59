package specs

import (
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
		s := Setting{Name: f.name, Takes: strings.TrimSpace(formOf(value, f).words), Choices: f.enum, Required: f.required, Doc: f.tag.Get("doc")}
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
		return settingsIn(fresh(v.Type().Elem()))
	}
	return reflect.Value{}
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
	case Clean:
		return ""
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

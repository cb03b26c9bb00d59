package specs

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// form is what a value may be, told twice from one place: in words for people,
// and as a JSON Schema for editors. Types that read themselves say theirs in
// form_special.go; everything else follows from its Go type and tags.
type form struct {
	words  string
	schema schema
}

// schema is a JSON Schema or a part of one. Its keywords bind only values of their
// own type, and so a number with bounds and a text with ${VAR} in it are one
// schema, whose errors stay exact. errorMessage is what editors show instead of
// theirs; validators pass over it.
type schema map[string]any

// types is the "type" of a schema, always a list, so that null can be added.
type types []string

// MarshalJSON writes a list of one as that one.
func (t types) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t[0])
	}
	return json.Marshal([]string(t))
}

// numberText are numbers that some readers of YAML take for text: 1_000 (YAML
// 1.2) and 1e-4 (YAML 1.1).
const numberText = `^[-+]?\d[\d_]*_[\d_.]*$|^[-+]?(\d[\d_]*\.?[\d_]*|\.\d[\d_]*)[eE][-+]?\d+$`

// percentText are percents from 0 to 100.
const percentText = `^\+?(100(\.0*)?|\d?\d(\.\d*)?|\.\d+)%$`

// formOf says what a value like v can be set to; a struct's defaults are those
// that v holds.
func formOf(v reflect.Value, f field) form {
	if x, ok := reflect.New(v.Type()).Interface().(decoding); ok {
		return x.(special).form(f) // one that reads and has no form is a mistake of this package
	}
	if name := f.tag.Get("def"); name != "" {
		return form{inWords(v.Type()), defined(name)}
	}
	switch v.Kind() {
	case reflect.Pointer:
		return formOf(fresh(v.Type().Elem()), f)
	case reflect.Struct:
		return form{inWords(v.Type()), object(v)}
	case reflect.Slice:
		of := formOf(fresh(v.Type().Elem()), field{tag: f.tag, name: f.name, enum: f.enum})
		s := schema{"type": types{"array"}, "items": of.schema}
		if f.required {
			s["minItems"] = 1
		}
		return form{"a list, each " + of.words, s}
	case reflect.Map:
		of := formOf(fresh(v.Type().Elem()), f)
		if v.Type().Elem().Kind() == reflect.Interface {
			return form{"a mapping", schema{"type": types{"object"}}}
		}
		return form{"a mapping, each value " + of.words, schema{"type": types{"object"}, "additionalProperties": of.schema}}
	case reflect.Interface:
		return form{"anything", schema{}}
	}
	return scalarForm(v, f)
}

// fresh is a new value with its defaults, as the decoder makes it.
func fresh(t reflect.Type) reflect.Value {
	v := reflect.New(t)
	setDefaults(v)
	return v.Elem()
}

func scalarForm(v reflect.Value, f field) form {
	if v.Type() == reflect.TypeFor[time.Duration]() {
		return texts("a duration such as 90s or 5m", `^[-+]?(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)((\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h))*$`)
	}
	switch v.Kind() {
	case reflect.Bool:
		return form{"true or false", schema{"type": types{"boolean", "string"}, "pattern": variableText, "errorMessage": "not true or false"}}
	case reflect.Int, reflect.Int64, reflect.Int32:
		return numbers("a whole number"+bounds(f), "integer", f)
	case reflect.Float64, reflect.Float32:
		if f.tag.Get("max") == "1" {
			return numbers("a number"+bounds(f), "number", f, percentText)
		}
		return numbers("a number"+bounds(f), "number", f)
	case reflect.String:
		switch {
		case f.enum != nil:
			return form{"one of " + strings.Join(f.enum, ", "), schema{"anyOf": []any{schema{"enum": f.enum}, withVariable()}}}
		case f.tag.Get("id") == "true":
			return texts(idWords, idPattern.String())
		}
		return texts("text")
	}
	panic(fmt.Sprintf("specs: %s has type %s, which no spec can set", f.name, v.Type()))
}

// texts is text that matches one of the patterns or has ${VAR} in it; without
// patterns any scalar, for 123 and true are text where text is asked for.
func texts(words string, patterns ...string) form {
	if len(patterns) == 0 {
		return form{words, schema{"type": types{"string", "number", "boolean"}}}
	}
	return form{words, schema{"type": types{"string"}, "pattern": either(patterns), "errorMessage": "not " + words}}
}

// numbers is a number in the bounds of f, or text that matches one of the patterns
// or has ${VAR} in it.
func numbers(words, kind string, f field, patterns ...string) form {
	s := schema{"type": types{kind, "string"}, "pattern": either(append(patterns, numberText)), "errorMessage": "not " + words}
	if low, ok := bound(f, "min"); ok {
		s["minimum"] = low
	}
	if high, ok := bound(f, "max"); ok {
		s["maximum"] = high
	}
	if f.tag.Get("positive") == "true" {
		s["exclusiveMinimum"] = 0
	}
	return form{words, s}
}

// either is a pattern that one of several, or a ${VAR}, fulfils.
func either(patterns []string) string { return strings.Join(append(patterns, variableText), "|") }

const idWords = "an id: a small letter, then small letters, digits and _"

// idSchema is a key that is an id; ${VAR} is not filled into keys.
func idSchema() schema {
	return schema{"pattern": idPattern.String(), "errorMessage": "not " + idWords}
}

// withVariable is a text with ${VAR} in it, which may become anything.
func withVariable() schema { return schema{"type": types{"string"}, "pattern": variableText} }

// defined refers to what only the [Language] knows; see Schema.
func defined(name string) schema { return schema{"$ref": "#/$defs/" + name} }

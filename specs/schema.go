package specs

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"strconv"
	"strings"
)

// Schema is the language as a JSON Schema (draft 2020-12), by which editors
// complete a spec and mark its mistakes. It holds what the shape of a spec can
// tell: keys, types, bounds, words, kinds. References, expressions and what values
// demand of each other only the reader knows.
func Schema(lang Language) ([]byte, error) {
	exp := new(Experiment)
	exp.Defaults()
	defs := lang.defs()
	defs["spec"] = object(reflect.ValueOf(exp).Elem())
	for name, s := range maps.Clone(defs) {
		defs[name+"_extending"] = s.(schema).extending()
	}
	root := schema{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": defs,
		"if": schema{"required": []string{"extends"}}, "then": defined("spec_extending"), "else": defined("spec"),
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err := e.Encode(root)
	return b.Bytes(), err
}

// defs is what only the language knows, by the names that forms refer to.
func (l Language) defs() schema {
	judge := new(Judge)
	judge.Defaults()
	column, words := idSchema(), reservedNames()
	for _, w := range l.Words {
		words = append(words, w.Name)
	}
	column["not"] = schema{"enum": sortedCopy(words)}
	return schema{
		"data":    kindSchema("source", l.Sources, new(Data), false),
		"judge":   kindSchema("kind", l.Judges, judge, false),
		"method":  kindSchema("kind", l.Methods, new(Method), false),
		"nested":  kindSchema("kind", l.Methods, new(struct{}), true),
		"column":  column,
		"backend": schema{"anyOf": []any{schema{"enum": l.Backends}, withVariable()}},
	}
}

// alternatives is implemented by structs of which one of several sets of keys has
// to be written.
type alternatives interface{ alternatives() [][]string }

// object is the schema of a struct whose values are its defaults.
func object(v reflect.Value) schema {
	properties, required := schema{}, []string{}
	for _, f := range fieldsOf(v.Type()) {
		properties[f.name] = property(v.FieldByIndex(f.index), f)
		if f.required {
			required = append(required, f.name)
		}
	}
	s := schema{"type": types{"object"}, "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	if x, ok := reflect.New(v.Type()).Interface().(alternatives); ok {
		s["allOf"] = []any{requiring(x.alternatives())}
	}
	return s
}

// requiring demands one of several sets of keys.
func requiring(sets [][]string) schema {
	var all []any
	for _, keys := range sets {
		all = append(all, schema{"required": keys})
	}
	if len(all) == 1 {
		return all[0].(schema)
	}
	return schema{"anyOf": all}
}

// property is the schema of a key: its form, what it is for and its default.
func property(v reflect.Value, f field) schema {
	of := formOf(v, f)
	s := of.schema
	if !f.required {
		if text := written(v, f); text != "" {
			s["default"] = writtenValue(text)
		}
	}
	says := []string{f.tag.Get("doc"), of.words}
	if of.words == "a mapping" || of.words == "text" {
		says = says[:1]
	}
	s["description"] = strings.TrimSpace(strings.Join(says, "\n"))
	return s
}

// writtenValue is a default, as [written] has it, as a value of JSON.
func writtenValue(text string) any {
	if unquoted, err := strconv.Unquote(text); err == nil {
		return unquoted
	}
	return plain(&node{text: text})
}

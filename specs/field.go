package specs

import (
	"reflect"
	"strings"
)

// special is a type of this package that reads itself from a node, and says what
// it reads.
type special interface {
	decoding
	form(f field) form
}

type decoding interface {
	decode(d *decoder, n *node, path string, f field)
}

// field is what a struct field says about itself by its tags:
// yaml:"name" doc:"..." enum:"a,b" min:"0" max:"1" positive:"true"
// required:"true", id:"true" for text that names something, result:"bool" or
// "string" for expressions, and def:"backend" for words that the language has.
type field struct {
	name     string
	tag      reflect.StructTag
	index    []int
	required bool
	enum     []string
}

// says is the field's own words as a hint.
func (f field) says() string {
	if doc := f.tag.Get("doc"); doc != "" {
		return f.name + ": " + doc
	}
	return ""
}

// fieldsOf lists the fields of a struct type that a spec can set; embedded
// structs without a name of their own are flattened.
func fieldsOf(t reflect.Type) []field {
	var out []field
	for i := range t.NumField() {
		sf := t.Field(i)
		name, _, _ := strings.Cut(sf.Tag.Get("yaml"), ",")
		if sf.Anonymous && name == "" && sf.Type.Kind() == reflect.Struct {
			for _, f := range fieldsOf(sf.Type) {
				f.index = append([]int{i}, f.index...)
				out = append(out, f)
			}
			continue
		}
		if name == "" || name == "-" || !sf.IsExported() {
			continue
		}
		f := field{name: name, tag: sf.Tag, index: []int{i}, required: sf.Tag.Get("required") == "true"}
		if enum := sf.Tag.Get("enum"); enum != "" {
			f.enum = strings.Split(enum, ",")
		}
		out = append(out, f)
	}
	return out
}

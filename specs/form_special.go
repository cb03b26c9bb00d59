package specs

import (
	"reflect"
	"slices"
	"strings"
)

// The forms of the types that read themselves, in the order of their decode: the
// references, values, data, claims, sections and kinds.

// referenceForm is an id of an entry of some sections.
func referenceForm(r refType) form {
	return texts("the id of an entry of "+strings.Join(r.sections(), " or "), idPattern.String())
}

func (r *DataRef) form(field) form {
	f := referenceForm(r)
	f.schema["pattern"] = either([]string{`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$`})
	return f
}
func (r *ModelRef) form(field) form  { return referenceForm(r) }
func (r *PromptRef) form(field) form { return referenceForm(r) }
func (r *RubricRef) form(field) form { return referenceForm(r) }
func (r *JudgeRef) form(field) form  { return referenceForm(r) }
func (r *MethodRef) form(field) form { return referenceForm(r) }

func (*Auto) form(f field) form {
	x := numbers("a number"+bounds(f)+" or auto", "number", f, "^auto$")
	x.schema["examples"] = []string{"auto"}
	return x
}

func (*Fraction) form(field) form {
	return numbers("a share such as 0.5 or 50%", "number", field{tag: `min:"0" max:"1"`}, percentText)
}

func (*Scale) form(field) form {
	s := numbers("5 for 1 to 5, or [low, high]", "number", field{})
	s.schema["exclusiveMinimum"] = 1
	s.schema["type"] = append(s.schema["type"].(types), "array")
	s.schema["items"] = numbers("a number", "number", field{}).schema
	s.schema["minItems"], s.schema["maxItems"] = 2, 2
	return s
}

func (*Expr) form(f field) form {
	if result := f.tag.Get("result"); result != "" {
		return texts("an expression that answers with " + wanted(result))
	}
	return texts("an expression")
}

func (*Template) form(field) form { return texts("text with {{ variables }}") }

func (*Renames) form(field) form { return columnsForm("a mapping of new names to old ones") }
func (*Assigns) form(field) form { return columnsForm("a mapping of names to expressions") }

// columnsForm is a mapping from columns that a spec makes.
func columnsForm(words string) form {
	return form{words, schema{"type": types{"object"}, "propertyNames": defined("column"), "additionalProperties": texts("").schema}}
}

func (*Names) form(field) form {
	s := texts("").schema
	s["type"], s["items"] = append(slices.Clone(s["type"].(types)), "array"), texts("").schema
	return form{"a name, or a list of names", s}
}

func (x *Texts) form(f field) form {
	s := x.Data.form(f).schema
	s["type"], s["items"], s["minItems"] = append(slices.Clone(s["type"].(types)), "array"), texts("").schema, 1
	return form{"a list of texts, or the id of an entry of data", s}
}

func (*Dedup) form(field) form {
	s := object(reflect.ValueOf(near{}))
	s["type"], s["pattern"] = types{"boolean", "object", "string"}, variableText
	return form{"true, or {rouge_l: 0.7}", s}
}

func (*Clean) form(field) form {
	s := object(reflect.ValueOf(copied{8, .6}))
	s["type"], s["pattern"] = types{"boolean", "object", "string"}, variableText
	return form{"true, or {words: 8, rouge_l: 0.6}", s}
}

func (*Split) form(field) form {
	size := numbers("a count of rows, a percent such as 80%, or rest", "integer", field{tag: `positive:"true"`}, "^rest$", percentText).schema
	size["examples"] = []string{"rest"}
	names := idSchema()
	names["not"] = schema{"const": "all"}
	return form{"names and sizes such as {train: 80%, test: rest}", schema{"type": types{"object"}, "propertyNames": names, "additionalProperties": size}}
}

func (*Sweep) form(field) form {
	paths := `^(` + strings.Join(sweptSections(), "|") + `)(\..+)?$`
	return form{"paths and lists of values such as {methods.sft.hyperparameters.epochs: [1, 3]}", schema{
		"type": types{"object"}, "minProperties": 1, "propertyNames": schema{"pattern": paths, "errorMessage": "not a path of the spec such as methods.sft.hyperparameters.epochs"},
		"additionalProperties": schema{"type": types{"array"}, "minItems": 1},
	}}
}

func (*Over) form(field) form {
	return form{"paths of the method and lists of values such as {hyperparameters.epochs: [1, 3]}", schema{
		"type": types{"object"}, "minProperties": 1, "additionalProperties": schema{"type": types{"array"}, "minItems": 1},
	}}
}

func (*Weights) form(field) form {
	return form{"methods and their shares such as {plain: 0.6, brief: 0.4}", schema{
		"type": types{"object"}, "minProperties": 1, "propertyNames": idSchema(),
		"additionalProperties": numbers("a number above 0", "number", field{tag: `positive:"true"`}, percentText).schema,
	}}
}

func (*Checkpoint) form(field) form {
	s := object(reflect.ValueOf(bestBy{}))
	s["type"], s["pattern"] = types{"string", "object"}, either([]string{"^last$"})
	s["examples"] = []string{"last"}
	return form{"last, or {best: the id of an entry of judges}", s}
}

func (*Claim) form(field) form {
	s := object(reflect.ValueOf(longClaim{Holds: true}))
	s["type"], s["pattern"] = types{"string", "object"}, either([]string{claimPattern.String()})
	s["errorMessage"] = `not a claim such as "eval.method.judge > eval.baseline.judge"`
	return form{"a claim such as eval.method.judge > eval.baseline.judge", s}
}

func (*Section[T]) form(field) form {
	of := formOf(fresh(reflect.TypeFor[T]()), field{})
	return form{"a mapping, each value " + of.words, schema{
		"type": types{"object"}, "propertyNames": idSchema(), "additionalProperties": of.schema,
	}}
}

func (*Data) form(field) form   { return form{"a source: {source: ...}", defined("data")} }
func (*Judge) form(field) form  { return form{"a judge: {kind: ...}", defined("judge")} }
func (*Method) form(field) form { return form{"a method: {kind: ...}", defined("method")} }
func (*Nested) form(field) form { return form{"a method: {kind: ...}", defined("nested")} }

// sweptSections are the keys of a spec that a sweep may go into.
func sweptSections() []string {
	var out []string
	for _, f := range fieldsOf(reflect.TypeFor[Experiment]()) {
		if !slices.Contains(notSwept, f.name) {
			out = append(out, f.name)
		}
	}
	return out
}

package specs

import (
	"reflect"
	"slices"
)

// kindSchema is the schema of a mapping whose key (kind, source) names an entry of
// a catalog, as decoder.kind reads it. The keys in shared stand at the top, so that
// an editor offers them before the kind is written; which keys there are, and
// which are needed, each kind says under an if of its own, so that a mistake is
// told of that kind alone. What is nested in a method gets its references from the
// method around it.
func kindSchema(key string, c Catalog[any], shared any, nested bool) schema {
	base := object(reflect.ValueOf(shared).Elem())
	delete(base, "additionalProperties")
	properties := base["properties"].(schema)
	demands, _ := base["allOf"].([]any)
	var names, cases []any
	needs := [][]string{{key}}
	for _, k := range c {
		settings := reflect.ValueOf(k.New()).Elem()
		own := object(settings)
		short := own["properties"].(schema)[k.Name] != nil // `rows: [a, b]` is short for `source: rows`
		if short {
			needs = append(needs, []string{k.Name})
		}
		if nested {
			own["required"] = ungiven(settings.Type())
		}
		for name := range properties {
			own["properties"].(schema)[name] = true
		}
		own["properties"].(schema)[key] = true
		cases = append(cases, schema{"if": chosen(key, k.Name, short), "then": own})
		names = append(names, schema{"const": k.Name, "description": k.Doc})
	}
	properties[key] = schema{"anyOf": append(names, withVariable()), "description": "which " + key}
	base["allOf"] = slices.Concat(cases, demands, []any{requiring(needs)})
	return base
}

// chosen is the condition under which a mapping is of a kind.
func chosen(key, name string, short bool) schema {
	written := schema{"properties": schema{key: schema{"const": name}}, "required": []string{key}}
	if !short {
		return written
	}
	return schema{"anyOf": []any{written, schema{"required": []string{name}, "not": schema{"required": []string{key}}}}}
}

// ungiven are the required keys of a struct that the method around a nested one
// does not bring.
func ungiven(t reflect.Type) []string {
	keys := []string{}
	for _, f := range fieldsOf(t) {
		if _, isRef := reflect.New(t.FieldByIndex(f.index).Type).Interface().(refType); f.required && !isRef {
			keys = append(keys, f.name)
		}
	}
	return keys
}

package specs

import (
	"slices"
)

// extending is the schema of what a spec writes that extends another: what is
// missing may stand in the other, and null removes what stands there. Lists
// replace lists, and so their items are whole.
func (s schema) extending() schema {
	out := schema{}
	for key, v := range s {
		switch key {
		case "required":
		case "$ref":
			out[key] = v.(string) + "_extending"
		case "properties":
			properties := schema{}
			for name, p := range v.(schema) {
				properties[name] = removable(p)
			}
			out[key] = properties
		case "additionalProperties":
			out[key] = removable(v)
		case "then":
			out[key] = v.(schema).extending()
		case "anyOf", "allOf":
			var parts []any
			for _, part := range v.([]any) {
				if loose := part.(schema).extending(); len(loose) > 0 {
					parts = append(parts, loose)
				}
			}
			if len(parts) > 0 {
				out[key] = parts
			}
		default:
			out[key] = v
		}
	}
	return out
}

// removable also accepts null.
func removable(of any) any {
	s, ok := of.(schema)
	if !ok || len(s) == 0 {
		return of // true, false, or anything
	}
	s = s.extending()
	null := schema{"type": types{"null"}}
	if of, ok := s["type"].(types); ok {
		s["type"] = append(slices.Clip(of), "null")
		return s
	}
	if of, ok := s["anyOf"].([]any); ok {
		s["anyOf"] = append(slices.Clip(of), null)
		return s
	}
	return schema{"anyOf": []any{s, null}}
}

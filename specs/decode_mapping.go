package specs

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// keyed is a field that a key sets.
type keyed struct {
	field
	owner reflect.Value
}

// mapping decodes the keys of n into the structs that targets point to; the
// first that has a key takes it. The keys in also are accepted and left to the
// caller.
func (d *decoder) mapping(n *node, path string, also []string, targets ...any) {
	accepted, slots := slices.Clone(also), map[string]keyed{}
	for _, target := range targets {
		owner := reflect.ValueOf(target).Elem()
		for _, f := range fieldsOf(owner.Type()) {
			if _, taken := slots[f.name]; !taken && !slices.Contains(also, f.name) {
				accepted = append(accepted, f.name)
				slots[f.name] = keyed{f, owner}
			}
		}
	}
	if n.kind != mapping {
		takes := "the keys " + among(accepted)
		if path == "" {
			takes = "keys and values, from `name: my_experiment` on"
		}
		d.mismatch(n, path, "a mapping", takes)
		return
	}
	k := &keys{decoder: d, n: n, path: path, accepted: accepted, slots: slots, meant: map[string]string{}}
	k.read()
	for _, e := range n.entries {
		name := k.meant[e.name]
		if s, ok := slots[name]; ok {
			at := join(path, name)
			d.note(at, e)
			d.value(e.value, at, s.owner.FieldByIndex(s.index), s.field)
		}
	}
	for _, name := range k.missing() {
		d.fault(join(path, name), d.exp.place(path), slots[name].says(), "missing key: %s needs %q", title(path), name)
	}
}

// keys finds out what is meant by the keys of a mapping.
type keys struct {
	*decoder
	n        *node
	path     string
	accepted []string
	slots    map[string]keyed
	meant    map[string]string // by key as it is written
	guessed  string            // a key that is missing and may be what an unknown one means
}

// read tells about keys that there are not. A key that is nearly another is read
// as that, so that a slip of the pen is one mistake and not the ten that follow.
func (k *keys) read() {
	var unknown []entry
	written := map[string]bool{}
	for _, e := range k.n.entries {
		written[e.name] = true
		if !slices.Contains(k.accepted, e.name) {
			unknown = append(unknown, e)
			continue
		}
		k.meant[e.name] = e.name
	}
	free := slices.DeleteFunc(slices.Clone(k.accepted), func(name string) bool { return written[name] })
	for i, e := range unknown {
		hint := ""
		if i >= maxRendered { // nobody will read what helps
			k.faults.add(join(k.path, e.name))
		} else if near := Suggest(e.name, free); near != "" && !k.taken(near) && !strings.ContainsAny(e.name, ".:") {
			k.meant[e.name], hint = near, didYouMean(e.name, free)
		} else if missing := k.missing(); len(missing) == 1 && i == len(unknown)-1 && len(k.meant) == len(k.n.entries)-1 {
			k.guessed, hint = missing[0], "is it "+missing[0]+", which is missing?"
			k.faults.add(join(k.path, k.guessed))
		} else {
			hint = k.unknown(e.name)
		}
		if _, ok := k.slots[k.meant[e.name]]; !ok {
			delete(k.meant, e.name)
			k.faults.add(join(k.path, e.name))
		}
		k.fail(e.key, hint, "unknown key: %q - %s accepts %s", e.name, title(k.path), among(k.accepted))
	}
}

// taken says whether a key is meant already.
func (k *keys) taken(name string) bool {
	for _, meant := range k.meant {
		if meant == name {
			return true
		}
	}
	return false
}

// missing are the required keys that nothing stands for.
func (k *keys) missing() []string {
	var out []string
	for _, name := range k.accepted {
		s, ok := k.slots[name]
		if ok && s.required && !k.part && name != k.guessed && !k.taken(name) && !k.displaced(name) && !k.given(s.owner.FieldByIndex(s.index).Type()) {
			out = append(out, name)
		}
	}
	return out
}

// displaced says whether a key stands one level too deep, where it is told to be
// unknown.
func (k *keys) displaced(name string) bool {
	for _, e := range k.n.entries {
		s, ok := k.slots[e.name]
		if !ok || e.value.get(name) == nil {
			continue
		}
		t := s.owner.FieldByIndex(s.index).Type()
		if _, own := reflect.New(t).Interface().(decoding); !own && t.Kind() == reflect.Struct && keyIn(t, name) != name {
			k.faults.add(join(k.path, name))
			return true
		}
	}
	return false
}

// given reports whether a required value may be absent because the method
// around a Nested one brings it.
func (d *decoder) given(t reflect.Type) bool {
	if d.nested == 0 {
		return false
	}
	_, isRef := reflect.New(t).Interface().(refType)
	return isRef
}

var digits = regexp.MustCompile(`^[0-9][0-9.]*$`)

// unknown is what helps with a key that there is not: the nearest, or the place
// where that key would be one.
func (k *keys) unknown(name string) string {
	switch {
	case strings.Contains(name, ".") && name[0] > '9':
		return "paths with points belong to --set and sweep: here it is " + strings.ReplaceAll(name, ".", ": {") + ": ..." + strings.Repeat("}", strings.Count(name, "."))
	case strings.Contains(name, ":"):
		return "a space stands behind the colon"
	case strings.HasPrefix(name, "-"):
		return "a space stands behind the dash"
	case digits.MatchString(name):
		return "numbers are written with a point: 0.7, and without commas: 1_000"
	}
	if hint := didYouMean(name, k.accepted); hint != "" {
		return hint
	}
	for _, key := range k.accepted {
		if s, ok := k.slots[key]; ok {
			if near := keyIn(s.owner.FieldByIndex(s.index).Type(), name); near != "" {
				return "`" + near + "` stands under `" + key + ":`"
			}
		}
	}
	switch {
	case slices.Contains(k.accepted, "hyperparameters"):
		return "numbers that tune stand under `hyperparameters:`"
	case strings.HasSuffix(k.path, ".hyperparameters"):
		return "references and choices stand beside `kind`, numbers that tune under `hyperparameters:`"
	case k.path == "":
		return k.exp.tree.elsewhere(name)
	}
	return ""
}

// keyIn is a key of a struct, or of what a pointer leads to: the one of that name,
// or nearly; "" when there is none.
func keyIn(t reflect.Type, name string) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if _, own := reflect.New(t).Interface().(decoding); own || t.Kind() != reflect.Struct {
		return ""
	}
	var names []string
	for _, f := range fieldsOf(t) {
		names = append(names, f.name)
	}
	if slices.Contains(names, name) {
		return name
	}
	return Suggest(name, names)
}

// elsewhere names the first place below n that has a key.
func (n *node) elsewhere(name string) string {
	var found string
	var walk func(n *node, path string)
	walk = func(n *node, path string) {
		for _, e := range n.entries {
			at := join(path, e.name)
			if e.name == name && path != "" && found == "" {
				found = "there is " + at
			}
			if found == "" {
				walk(e.value, at)
			}
		}
	}
	walk(n, "")
	return found
}

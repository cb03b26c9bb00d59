package specs

import (
	"reflect"
	"time"
)

// decoder fills plain Go values from nodes, strictly. It goes on after a
// mistake, so that one reading tells them all.
type decoder struct {
	lang   Language
	exp    *Experiment
	errs   *Errors
	nested int // inside a Nested method: references it would require may be absent
	faults faults
	part   bool // a spec that this one extends could not be read: what is absent may stand there

	refs      []reference
	exprs     []exprUse
	templates []templateUse
	settings  []settingsUse
	claims    []claimUse
}

// settingsUse is a settings struct that was decoded, and where.
type settingsUse struct {
	path  string
	value any
}

// note remembers where a path stands: a single value by itself, anything larger
// by its key.
func (d *decoder) note(path string, e entry) {
	if e.value.kind == scalar {
		d.exp.places[path] = e.value.place
	} else {
		d.exp.places[path] = e.key
	}
}

// noteWithin remembers the places inside a value of no particular type.
func (d *decoder) noteWithin(path string, n *node) {
	for _, e := range n.entries {
		d.note(join(path, e.name), e)
		d.noteWithin(join(path, e.name), e.value)
	}
	for i, child := range n.items {
		d.exp.places[item(path, i)] = child.place
		d.noteWithin(item(path, i), child)
	}
}

// value decodes n into v, whose field's tags bound it.
func (d *decoder) value(n *node, path string, v reflect.Value, f field) {
	if n.kind == broken {
		d.faults.add(path)
		return
	}
	if n.isNull() && v.Kind() != reflect.Interface {
		d.fault(path, n.place, f.says(), "nothing is written after %s - leave the key out or give it a value", last(path))
		return
	}
	if s, ok := v.Addr().Interface().(decoding); ok {
		s.decode(d, n, path, f)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		target := fresh(v.Type().Elem())
		d.value(n, path, target, f)
		v.Set(target.Addr())
	case reflect.Struct:
		d.mapping(n, path, nil, v.Addr().Interface())
	case reflect.Slice:
		d.list(n, path, v, f)
	case reflect.Map:
		d.table(n, path, v, f)
	case reflect.Interface:
		d.noteWithin(path, n)
		v.Set(reflect.ValueOf(box{plain(n)}).Field(0))
	default:
		if v.Type() == reflect.TypeFor[time.Duration]() {
			d.duration(n, path, v, f)
			return
		}
		d.scalar(n, path, v, f)
	}
}

// box carries a nil any through reflection.
type box struct{ Value any }

func setDefaults(pointer reflect.Value) {
	if x, ok := pointer.Interface().(defaulter); ok {
		x.Defaults()
	}
}

func (d *decoder) list(n *node, path string, v reflect.Value, f field) {
	if n.kind != list {
		d.mismatch(n, path, "a list", "a list such as ["+example(n, v.Type().Elem())+"]")
		return
	}
	if f.required && len(n.items) == 0 {
		d.fault(path, n.place, f.says(), "an empty list: %s needs at least one", title(path))
	}
	out := reflect.MakeSlice(v.Type(), len(n.items), len(n.items))
	for i, child := range n.items {
		at := item(path, i)
		d.exp.places[at] = child.place
		setDefaults(out.Index(i).Addr())
		d.value(child, at, out.Index(i), f)
	}
	v.Set(out)
}

func (d *decoder) table(n *node, path string, v reflect.Value, f field) {
	if n.kind != mapping {
		d.mismatch(n, path, "a mapping", "names and values")
		return
	}
	out := reflect.MakeMapWithSize(v.Type(), len(n.entries))
	for _, e := range n.entries {
		at := join(path, e.name)
		d.note(at, e)
		value := fresh(v.Type().Elem())
		d.value(e.value, at, value, f)
		out.SetMapIndex(reflect.ValueOf(e.name).Convert(v.Type().Key()), value)
	}
	v.Set(out)
}

package specs

import (
	"errors"
	"fmt"
	"reflect"
)

// Budgets of one evaluation. expr bounds the elements it allocates but neither
// time nor text, so every way in which a small expression does much work is
// charged (expr_charge.go). The limits are far above honest use: a million
// steps are a thousand words compared with a thousand others.
const (
	maxSteps    = 1_000_000 // one step: a turn, a call, or 16 bytes of text
	maxElements = 1_000_000 // elements of lists and maps that are made
	maxSyntax   = 1_000     // nodes of the syntax tree
	maxSource   = 10_000    // bytes of an expression
)

// Names that no expression can write, because of the space.
const (
	meterName  = "meter "
	chargeName = "charge "
)

var errBudget = errors.New("given up after a million steps: the expression does too much work")

// meter counts down the steps of one evaluation.
type meter struct{ left int }

// charge takes the size of a value off the budget. It stops as soon as the
// budget is spent, so a value that shares its parts a billion times costs no
// more than that.
func (m *meter) charge(value any) error {
	m.take(value)
	if m.left < 0 {
		return errBudget
	}
	return nil
}

func (m *meter) take(value any) {
	if m.left--; m.left < 0 {
		return
	}
	switch v := value.(type) {
	case string:
		m.left -= len(v) / 16
	case []string:
		for _, s := range v {
			m.left -= 1 + len(s)/16
		}
	case []int:
		m.left -= len(v)
	case []float64:
		m.left -= len(v)
	case []any:
		for _, x := range v {
			if m.take(x); m.left < 0 {
				return
			}
		}
	case map[string]any:
		for _, x := range v {
			if m.take(x); m.left < 0 {
				return
			}
		}
	default:
		m.takeOther(reflect.ValueOf(value))
	}
}

// takeOther charges lists and maps of types that expr makes by itself, such as
// the groups of groupBy.
func (m *meter) takeOther(v reflect.Value) {
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		for i := 0; i < v.Len() && m.left >= 0; i++ {
			m.take(v.Index(i).Interface())
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next() && m.left >= 0; {
			m.take(it.Value().Interface())
		}
	}
}

// chargeFunc is the function behind chargeName.
func chargeFunc(params ...any) (any, error) {
	return true, params[0].(*meter).charge(params[1])
}

// metered makes an expr function of a word: one more parameter in front, the
// meter, which patching supplies; each argument is charged before the call.
func metered(w Word) (fn func(...any) (any, error), types []any) {
	call, ok := w.Func.(func(...any) (any, error))
	signatures := w.Types
	if !ok {
		call, signatures = typedCall(reflect.ValueOf(w.Func)), []any{w.Func}
	}
	for _, s := range signatures {
		t := reflect.TypeOf(s)
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		types = append(types, reflect.New(withMeter(t)).Interface())
	}
	return func(params ...any) (any, error) {
		m := params[0].(*meter)
		for _, p := range params[1:] {
			if err := m.charge(p); err != nil {
				return nil, err
			}
		}
		return call(params[1:]...)
	}, types
}

// withMeter is a function type with a *meter as first parameter.
func withMeter(t reflect.Type) reflect.Type {
	in := []reflect.Type{reflect.TypeFor[*meter]()}
	for i := range t.NumIn() {
		in = append(in, t.In(i))
	}
	var out []reflect.Type
	for i := range t.NumOut() {
		out = append(out, t.Out(i))
	}
	return reflect.FuncOf(in, out, t.IsVariadic())
}

// typedCall calls a typed Go function with values of expr: nil becomes the
// zero value, a list of any becomes a list of what the function takes.
func typedCall(fn reflect.Value) func(...any) (any, error) {
	t := fn.Type()
	return func(args ...any) (any, error) {
		in := make([]reflect.Value, len(args))
		for i, a := range args {
			want := t.In(min(i, t.NumIn()-1))
			if t.IsVariadic() && i >= t.NumIn()-1 {
				want = want.Elem()
			}
			v, err := convert(a, want)
			if err != nil {
				return nil, err
			}
			in[i] = v
		}
		out := fn.Call(in)
		if len(out) == 2 && !out[1].IsNil() {
			return nil, out[1].Interface().(error)
		}
		return out[0].Interface(), nil
	}
}

func convert(a any, want reflect.Type) (reflect.Value, error) {
	v := reflect.ValueOf(a)
	switch {
	case a == nil:
		return reflect.Zero(want), nil
	case v.Type().AssignableTo(want):
		return v, nil
	case v.Kind() == reflect.Slice && want.Kind() == reflect.Slice:
		out := reflect.MakeSlice(want, v.Len(), v.Len())
		for i := range v.Len() {
			item, err := convert(v.Index(i).Interface(), want.Elem())
			if err != nil {
				return item, err
			}
			out.Index(i).Set(item)
		}
		return out, nil
	case v.CanInt() && (want.Kind() == reflect.Float64 || want.Kind() == reflect.Int):
		return v.Convert(want), nil
	}
	return v, fmt.Errorf("%v is not %s", a, inWords(want))
}

// inWords is a Go type as a spec's author would call it.
func inWords(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Float64:
		return "a number"
	case reflect.Slice:
		return "a list"
	}
	return "a mapping"
}

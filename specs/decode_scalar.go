package specs

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// number is what a spec may write as one: 7, -0.5, .5, 1e-4, 1_000.
var number = regexp.MustCompile(`^[-+]?(\d+(_\d+)*(\.(\d+(_\d+)*)?)?|\.\d+(_\d+)*)([eE][-+]?\d+)?$`)

// parseNumber reads a plain scalar as a number. Leading zeros do not make it
// octal.
func parseNumber(n *node) (float64, bool) {
	if n.kind != scalar || n.quoted || !number.MatchString(n.text) {
		return 0, false
	}
	x, err := strconv.ParseFloat(strings.ReplaceAll(n.text, "_", ""), 64)
	return x, err == nil
}

// parsePercent reads 50% as 0.5.
func parsePercent(n *node) (float64, bool) {
	text, ok := strings.CutSuffix(n.text, "%")
	if n.kind != scalar || !ok || !number.MatchString(text) {
		return 0, false
	}
	x, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	return x / 100, err == nil
}

// plain is a node as a plain value: nil, bool, int, float64, string, []any or
// map[string]any. Dates and yes/no stay text.
func plain(n *node) any {
	switch n.kind {
	case mapping:
		out := make(map[string]any, len(n.entries))
		for _, e := range n.entries {
			out[e.name] = plain(e.value)
		}
		return out
	case list:
		out := make([]any, len(n.items))
		for i, item := range n.items {
			out[i] = plain(item)
		}
		return out
	}
	if n.quoted {
		return n.text
	}
	if n.isNull() {
		return nil
	}
	if n.text == "true" || n.text == "false" {
		return n.text == "true"
	}
	if i, err := strconv.Atoi(strings.ReplaceAll(n.text, "_", "")); err == nil && number.MatchString(n.text) {
		return i
	}
	if x, ok := parseNumber(n); ok {
		return x
	}
	return n.text
}

func (d *decoder) scalar(n *node, path string, v reflect.Value, f field) {
	switch v.Kind() {
	case reflect.Bool:
		if n.kind != scalar || n.quoted || n.text != "true" && n.text != "false" {
			d.mismatch(n, path, "true or false", "true or false")
			return
		}
		v.SetBool(n.text == "true")
	case reflect.String:
		if n.kind != scalar {
			d.mismatch(n, path, "text", "text")
			return
		}
		if f.enum != nil && !slices.Contains(f.enum, n.text) {
			d.fault(path, n.place, didYouMean(n.text, f.enum), "unknown choice: %s - %s is one of %s", shown(n), title(path), among(f.enum))
			return
		}
		if f.tag.Get("id") == "true" {
			d.id(path, n.place, n.text)
		}
		if f.required && n.text == "" {
			d.fault(path, n.place, f.says(), "an empty text - %s has to say something", title(path))
			return
		}
		v.SetString(n.text)
		if isFile(n, f) {
			v.SetString(d.rebased(n))
		}
	case reflect.Int, reflect.Int64, reflect.Int32:
		d.integer(n, path, v, f)
	case reflect.Float64, reflect.Float32:
		if x, ok := d.float(n, path, f); ok {
			v.SetFloat(x)
		}
	default:
		panic(fmt.Sprintf("specs: %s has a field of type %s, which no spec can set", path, v.Type()))
	}
}

func (d *decoder) integer(n *node, path string, v reflect.Value, f field) {
	x, ok := parseNumber(n)
	if !ok || x != math.Trunc(x) || math.Abs(x) > 1<<53 {
		d.mismatch(n, path, "a whole number", "a whole number"+bounds(f))
		return
	}
	if d.within(n, path, x, f) {
		v.SetInt(int64(x))
	}
}

// float reads a number, or a percent where the field is a share of one.
func (d *decoder) float(n *node, path string, f field) (float64, bool) {
	x, ok := parseNumber(n)
	if !ok && f.tag.Get("max") == "1" {
		x, ok = parsePercent(n)
	}
	if !ok || math.IsInf(x, 0) {
		d.mismatch(n, path, "a number", "a number"+bounds(f))
		return 0, false
	}
	return x, d.within(n, path, x, f)
}

// within checks the min, max and positive tags.
func (d *decoder) within(n *node, path string, x float64, f field) bool {
	low, hasLow := bound(f, "min")
	high, hasHigh := bound(f, "max")
	if hasLow && x < low || hasHigh && x > high || f.tag.Get("positive") == "true" && x <= 0 {
		d.fault(path, n.place, f.says(), "out of range: %s - %s takes a number%s", shown(n), title(path), bounds(f))
		return false
	}
	return true
}

func bound(f field, tag string) (float64, bool) {
	x, err := strconv.ParseFloat(f.tag.Get(tag), 64)
	return x, err == nil
}

// bounds says in words which numbers a field takes.
func bounds(f field) string {
	low, high := f.tag.Get("min"), f.tag.Get("max")
	switch {
	case low != "" && high != "":
		return " from " + low + " to " + high
	case f.tag.Get("positive") == "true" && high != "":
		return " above 0 and at most " + high
	case f.tag.Get("positive") == "true":
		return " above 0"
	case low != "":
		return " of at least " + low
	case high != "":
		return " of at most " + high
	}
	return ""
}

func (d *decoder) duration(n *node, path string, v reflect.Value, f field) {
	x, err := time.ParseDuration(n.text)
	if n.kind != scalar || err != nil {
		d.mismatch(n, path, "a duration", "a duration such as 90s or 5m")
		return
	}
	if d.within(n, path, x.Seconds(), f) {
		v.SetInt(int64(x))
	}
}

func (a *Auto) decode(d *decoder, n *node, path string, f field) {
	if n.kind == scalar && n.text == "auto" {
		*a = Auto{Auto: true}
		return
	}
	x, ok := parseNumber(n)
	if !ok {
		d.mismatch(n, path, "a number", "a number"+bounds(f)+" or auto")
		return
	}
	if d.within(n, path, x, f) {
		*a = Auto{Value: x}
	}
}

func (x *Fraction) decode(d *decoder, n *node, path string, f field) {
	share, ok := parsePercent(n)
	if !ok {
		share, ok = parseNumber(n)
	}
	if !ok || share < 0 || share > 1 {
		d.mismatch(n, path, "a fraction", "a share such as 0.5 or 50%")
		return
	}
	if d.within(n, path, share, f) {
		*x = Fraction(share)
	}
}

func (x *Scale) decode(d *decoder, n *node, path string, _ field) {
	if high, ok := parseNumber(n); ok && high > 1 {
		*x = Scale{Low: 1, High: high}
		return
	}
	if n.kind == list && len(n.items) == 2 {
		low, ok := parseNumber(n.items[0])
		high, ok2 := parseNumber(n.items[1])
		if ok && ok2 && low < high {
			*x = Scale{Low: low, High: high}
			return
		}
	}
	d.mismatch(n, path, "a scale", "5 for 1 to 5, or [low, high]")
}

func (x *Texts) decode(d *decoder, n *node, path string, f field) {
	if n.kind == list {
		d.list(n, path, reflect.ValueOf(&x.List).Elem(), field{name: f.name, tag: f.tag, required: true})
		return
	}
	if n.kind != scalar || n.isNull() {
		d.mismatch(n, path, "texts", "a list of texts, or the id of an entry of data")
		return
	}
	x.Data.decode(d, n, path, f)
}

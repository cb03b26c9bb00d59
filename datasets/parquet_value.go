package datasets

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
)

// readable refuses columns whose values a row cannot hold: a date or a decimal
// would come out as the bare number that it is stored as.
func readable(n parquet.Node, path string) error {
	kind := n.Type().String()
	if n.Leaf() {
		switch kind {
		case "BOOLEAN", "INT32", "INT64", "FLOAT", "DOUBLE", "BYTE_ARRAY", "STRING", "ENUM":
			return nil
		}
		if strings.HasPrefix(kind, "INT(") && kind != "INT(64,false)" { // its upper half would come out negative
			return nil
		}
	}
	if n.Leaf() || kind == "MAP" || kind == "VARIANT" {
		return fmt.Errorf("column %s holds %s - want text, numbers, booleans, lists or groups of them; `fields` can leave it out", path, kind)
	}
	for _, c := range n.Fields() {
		if err := readable(c, path+"."+c.Name()); err != nil {
			return err
		}
	}
	return nil
}

// parquetFields is a row that parquet-go made, with the values that rows hold.
func parquetFields(row any) (map[string]any, error) {
	fields, ok := row.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the row came out as %T", row)
	}
	for name, v := range fields {
		var err error
		if fields[name], err = parquetValue(v); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return fields, nil
}

// parquetValue turns what parquet-go makes of a stored value into what rows
// hold: numbers of 64 bits, text that is UTF-8.
func parquetValue(v any) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		if !utf8.ValidString(v) {
			return nil, fmt.Errorf("the value is not UTF-8")
		}
		return v, nil
	case []byte:
		return parquetValue(string(v))
	case map[string]any:
		return parquetFields(v)
	case []any:
		for i, x := range v {
			var err error
			if v[i], err = parquetValue(x); err != nil {
				return nil, fmt.Errorf("[%d]: %w", i, err)
			}
		}
		return v, nil
	}
	switch x := reflect.ValueOf(v); {
	case x.Kind() == reflect.Bool:
		return x.Bool(), nil
	case x.CanInt():
		return x.Int(), nil
	case x.CanUint() && x.Uint() <= math.MaxInt64:
		return int64(x.Uint()), nil
	case x.CanFloat() && !math.IsNaN(x.Float()) && !math.IsInf(x.Float(), 0):
		return x.Float(), nil
	}
	return nil, fmt.Errorf("%v is nothing that a row can hold - want null, text, a boolean, a finite number or a whole one of 64 bits", v)
}

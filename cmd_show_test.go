package main

import (
	"strings"
	"testing"
)

// Rows stand in lines where these fit, and else in blocks; nothing is lost, and
// what a model wrote cannot act on the terminal.
func TestShowRows(t *testing.T) {
	columns := []string{"id", "text", "note"}
	rows := []map[string]any{{"id": int64(1), "text": "day 日本", "note": nil}, {"id": int64(20), "text": "b\x1b[2Jc", "note": nil}}
	for name, c := range map[string]struct {
		columns []string
		wide    int
		want    string
	}{
		"they fit":            {columns, 80, "id  text      note\n1   day 日本  -\n20  b␛[2Jc    -\n"},
		"empty columns go":    {telling(columns, rows), 80, "id  text\n1   day 日本\n20  b␛[2Jc\n"},
		"they do not fit":     {columns, 17, "-- row 1\nid    1\ntext  day 日本\nnote  -\n-- row 2\nid    20\ntext  b␛[2Jc\nnote  -\n"},
		"exactly the columns": {columns, 18, "id  text      note\n1   day 日本  -\n20  b␛[2Jc    -\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			if err := printRows(&out, c.columns, rows, c.wide); err != nil || out.String() != c.want {
				t.Errorf("%v, got\n%s\nwant\n%s", err, out.String(), c.want)
			}
		})
	}
	var out strings.Builder
	if err := printRows(&out, []string{"poem"}, []map[string]any{{"poem": "one\ntwo"}}, 80); err != nil || out.String() != "-- row 1\npoem  one\n      two\n" {
		t.Errorf("%v, a poem is shown as\n%s", err, out.String())
	}
}

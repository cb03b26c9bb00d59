package datasets

import (
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idiolect/specs"
)

// list yields these rows; each is read at a place of its own.
func list(name string, rows ...fieldsOf) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for i, fields := range rows {
			rec := record(fields, fmt.Sprintf("%s: line %d", name, i+1))
			rec.User = name
			if !yield(rec, nil) {
				return
			}
		}
	}
}

// texts are the rows of a source, and where each was read.
func texts(t *testing.T, records iter.Seq2[Record, error]) (rows []string, err error) {
	t.Helper()
	for rec, err := range records {
		if err != nil {
			return rows, err
		}
		text, err := Canonical(rec.Fields)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, rec.Place+" "+rec.User+" "+text)
	}
	return rows, nil
}

func refs(ids ...string) (out []specs.DataRef) {
	for _, id := range ids {
		out = append(out, specs.DataRef{ID: id})
	}
	return out
}

func TestJoin(t *testing.T) {
	people := list("people", fieldsOf{"id": int64(1), "name": "ann"}, fieldsOf{"id": int64(2), "name": "bob"}, fieldsOf{"id": nil, "name": "nobody"}, fieldsOf{"name": "none"}, fieldsOf{"id": int64(3), "name": "cyd"})
	mails := list("mails", fieldsOf{"id": 1.0, "mail": "a"}, fieldsOf{"id": int64(2), "mail": "b"}, fieldsOf{"id": int64(1), "mail": "c"}, fieldsOf{"id": nil, "mail": "lost"})
	for how, want := range map[string][]string{
		"inner": {`people: line 1 people {"id":1,"mail":"a","name":"ann"}`, `people: line 1 people {"id":1,"mail":"c","name":"ann"}`, `people: line 2 people {"id":2,"mail":"b","name":"bob"}`},
		"left": {`people: line 1 people {"id":1,"mail":"a","name":"ann"}`, `people: line 1 people {"id":1,"mail":"c","name":"ann"}`, `people: line 2 people {"id":2,"mail":"b","name":"bob"}`,
			`people: line 3 people {"id":null,"mail":null,"name":"nobody"}`, `people: line 4 people {"mail":null,"name":"none"}`, `people: line 5 people {"id":3,"mail":null,"name":"cyd"}`},
	} {
		s := &Join{Join: refs("people", "mails"), On: specs.Names{"id"}, How: how}
		got, err := texts(t, s.Combine([]iter.Seq2[Record, error]{people, mails}))
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%s: %v\n%s", how, err, d)
		}
	}
}

func TestJoinOfThreeOnTwoColumns(t *testing.T) {
	a := list("a", fieldsOf{"x": "1", "y": "1", "a": "p"}, fieldsOf{"x": "1", "y": "2", "a": "q"})
	b := list("b", fieldsOf{"x": "1", "y": "2", "b": "r"}, fieldsOf{"x": "2", "y": "2", "b": "s"})
	c := list("c", fieldsOf{"x": "1", "y": "2", "c": "t"})
	s := &Join{Join: refs("a", "b", "c"), On: specs.Names{"x", "y"}, How: "inner"}
	got, err := texts(t, s.Combine([]iter.Seq2[Record, error]{a, b, c}))
	if d := cmp.Diff([]string{`a: line 2 a {"a":"q","b":"r","c":"t","x":"1","y":"2"}`}, got); d != "" || err != nil {
		t.Errorf("%v\n%s", err, d)
	}
}

func TestJoinRefuses(t *testing.T) {
	one := list("a", fieldsOf{"id": int64(1), "n": "x"})
	s := &Join{Join: refs("a", "b"), On: specs.Names{"id"}, How: "inner"}
	for name, c := range map[string]struct {
		b    iter.Seq2[Record, error]
		want string
	}{
		"a column in both":  {list("b", fieldsOf{"id": int64(1), "n": "y"}), `column "n" is in b and in what it is joined to`},
		"text for a number": {list("b", fieldsOf{"id": "1"}), `no row meets one of b: on id they have 1 and such, the rows of b have "1"`},
	} {
		got, err := texts(t, s.Combine([]iter.Seq2[Record, error]{one, c.b}))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %q, %v - want %s", name, got, err, c.want)
		}
	}
	if got, err := texts(t, s.Combine([]iter.Seq2[Record, error]{one, list("b")})); err != nil || len(got) > 0 {
		t.Errorf("joined to no rows at all: %q, %v", got, err)
	}
}

// Entries that combine others are checked where they are written, through as
// many entries as there are between.
func TestCombinationsAreChecked(t *testing.T) {
	lang := specs.Language{Sources: append(specs.Erase(Sources()), specs.Erase(Combinations())...)}
	const before = "name: d\ndata:\n  a: {source: inline, rows: [{id: 1, x: 1}]}\n  b: {source: inline, rows: [{id: 1, y: 1}], split: {train: 50%, test: rest}}\n"
	for entry, want := range map[string]string{
		"{rows: [a, b.train], where: id > 0}": "",
		"{rows: [a, b.train], where: x > 0}":  `d.yaml:5:34: unknown variable: "x" - the rows have id`,
		"{rows: [a, b]}":                      "b has splits train, test",
		"{rows: [a, c]}":                      "a cycle: data.c needs data.c",
		"{rows: [a, e]}":                      `unknown data: "e"`,
		"{rows: []}":                          "an empty list",
		"{join: [a, b.all], on: id, where: x > 0 and y > 0}":                     "",
		"{source: join, join: [a, b.all], on: [id], how: left, set: {z: x + y}}": "",
		"{join: [a, b.all], on: id, where: z > 0}":                               `unknown variable: "z" - the rows have id, x, y`,
		"{join: [a, b.all], on: x}":                                              `d.yaml:5:29: no column "x" - the rows of b.all have id, y`,
		"{join: [a], on: id}":                                                    "a join takes at least two entries",
		"{join: [a, b.all]}":                                                     `needs "on"`,
		"{join: [a, a], on: id}":                                                 `a and a both have a column "x"`,
		"{join: [a, b.all], on: id, how: outer}":                                 `unknown choice: "outer"`,
		"{join: [a, b.all], on: {id: id}}":                                       "takes a name, or a list of names",
	} {
		_, err := specs.ReadBytes("d.yaml", []byte(before+"  c: "+entry+"\n"), lang, specs.Options{})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v - want %q", entry, err, want)
		}
	}
	// what stands behind a combination of a combination
	_, err := specs.ReadBytes("d.yaml", []byte(before+"  c: {rows: [a, a]}\n  e: {join: [c, b.train], on: id, where: y > x and w}\n"), lang, specs.Options{})
	if err == nil || !strings.Contains(err.Error(), `unknown variable: "w" - the rows have id, x, y`) {
		t.Error(err)
	}
}

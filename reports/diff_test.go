package reports

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idiolect/runner"
)

func TestSpecChanges(t *testing.T) {
	spec := func(text string, set []string, parents ...string) Input {
		o := &runner.Origin{Text: text, Set: set}
		for _, p := range parents {
			o.Extends = append(o.Extends, runner.OriginFile{Text: p})
		}
		return Input{Plan: &runner.Plan{Origin: o}}
	}
	tests := map[string]struct {
		old, new Input
		want     []string
	}{
		"nothing":                      {spec("a: 1\n# said\nb: [x, y]", nil), spec("b:\n- x\n- y\na: 1", nil), nil},
		"a value":                      {spec("m: {e: 3, r: 1}", nil), spec("m: {e: 4, r: 1}", nil), []string{"m.e: 3 -> 4"}},
		"a list of texts is one value": {spec("l: [a, b]", nil), spec("l: [a, c]", nil), []string{"l: [a, b] -> [a, c]"}},
		"items by name":                {spec("c: [{name: x, w: 1}]", nil), spec("c: [{name: new, w: 2}, {name: x, w: 3}]", nil), []string{"c.x.w: 1 -> 3", "c.new: (not said) -> {name: new, w: 2}"}},
		"items by number":              {spec("c: [{w: 1}, 2]", nil), spec("c: [{w: 2}, 2]", nil), []string{"c.0.w: 1 -> 2"}},
		"a whole entry":                {spec("p: {a: {u: '{{ x }}', s: '{}'}, b: 1}", nil), spec("p: {b: 1}", nil), []string{"p.a: {u: {{ x }}, s: {}} -> (not said)"}},
		"from the command line":        {spec("m: {e: 3}\nl: [1]", nil), spec("m: {e: 3}\nl: [1]", []string{"m.e=5", "l=[2, 3]", "n={k: v}"}), []string{"m.e: 3 -> 5", "l: [1] -> [2, 3]", "n: (not said) -> {k: v}"}},
		"what is extended":             {spec("x: 1\ny: {a: 1, b: 2}", nil), spec("x: 1\ny: {a: null}", nil, "y: {b: 2, c: 3}", "y: {a: 1}"), []string{"y.c: (not said) -> 3", "y.a: 1 -> (not said)"}},
		"anchors and merges":           {spec("a: &x {k: 1, l: 2}\nb: *x", nil), spec("a: &x {k: 1, l: 2}\nb: {<<: *x, l: 3}", nil), []string{"b.l: 2 -> 3"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			changes, err := specChanges(test.old, test.new)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range changes {
				got = append(got, c.Path+": "+c.told())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A spec whose anchors hold each other is read to its end, soon.
func TestSpecOfManyAnchors(t *testing.T) {
	text := "a0: &a0 {x: 1, y: 2}\n"
	for i := 1; i < 30; i++ {
		text += fmt.Sprintf("a%d: &a%d {l: *a%d, r: *a%d}\n", i, i, i-1, i-1)
	}
	in := Input{Plan: &runner.Plan{}, Spec: []byte(text)}
	if _, err := specValues(in); err != nil {
		t.Error(err)
	}
}

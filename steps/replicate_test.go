package steps_test

import (
	"maps"
	"testing"

	"idiolect/runner/tables"
)

// An A/A test: methods that are equal but for replicate train and answer with
// randomness of their own, so that they come out different, and by no more than
// their interval admits.
func TestReplicatesAreAnAATest(t *testing.T) {
	const iteration = "kind: expert_iteration, model: told, prompt: say, data: things.train, judge: the, train: {kind: sft, hyperparameters: {epochs: 2, batch_size: 4}}, hyperparameters: {samples: 3}"
	const training = "kind: sft, model: told, data: lessons, prompt: say, hyperparameters: {epochs: 2, batch_size: 2}"
	p := runTaught(t, "  a: {"+training+", replicate: 1}\n  b: {"+training+", replicate: 2}\n  c: {"+iteration+", replicate: 1}\n  d: {"+iteration+", replicate: 2}", ", a, b, c, d",
		"data: things.test", "data: things.all", "samples: 2", "samples: 8")
	told := 0
	for _, d := range table[tables.Difference](t, p, "evals.held", "differences.parquet") {
		if !(d.Method == "b" && d.Against == "a" || d.Method == "d" && d.Against == "c") {
			continue
		}
		told++
		if *d.Difference == 0 || *d.Low > 0 || *d.High < 0 {
			t.Errorf("%s against %s: %v [%v, %v]", d.Method, d.Against, *d.Difference, *d.Low, *d.High)
		}
	}
	if told != 2 {
		t.Errorf("%d A/A comparisons", told)
	}
	for _, pair := range [][2]string{{"a", "b"}, {"c", "d"}} {
		if file(t, p, "methods."+pair[0], "policy.safetensors") == file(t, p, "methods."+pair[1], "policy.safetensors") {
			t.Errorf("%s and %s have the same weights", pair[0], pair[1])
		}
		if x, y := completions(t, p, "evals.held."+pair[0]+".samples"), completions(t, p, "evals.held."+pair[1]+".samples"); len(x) != 96 || maps.Equal(x, y) {
			t.Errorf("%s and %s give the same answers", pair[0], pair[1])
		}
	}
}

package backendtest

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"idiolect/backends"
)

func (x suite) trains(t *testing.T) {
	t.Run("the loss falls", x.lossFalls)
	t.Run("losses are weighted sums", x.sums)
	t.Run("forward accumulates nothing", x.forwardOnly)
	t.Run("importance sampling on-policy is cross entropy", x.onPolicy)
	t.Run("custom losses", x.custom)
	t.Run("a state goes on as if nothing happened", x.resume)
	t.Run("a saved policy is the trained one", x.policy)
	t.Run("mistakes are refused", x.refusals)
}

// rows are 20 conversations of one kind, so that there is something to learn.
func rows(t *testing.T, r backends.Renderer) []backends.Datum {
	t.Helper()
	var data []backends.Datum
	for i := range 20 {
		d, err := r.Example([]backends.Message{
			{Role: "user", Content: fmt.Sprintf("Write about thing %d.", i)}, {Role: "assistant", Content: fmt.Sprintf("thing %d\nis a thing", i)},
		}, 0)
		if err != nil {
			t.Fatal(err)
		}
		data = append(data, d)
	}
	return data
}

func forward(t *testing.T, tr backends.Trainer, data []backends.Datum) backends.Output {
	t.Helper()
	out, err := tr.Forward(t.Context(), data, backends.CrossEntropy)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func step(t *testing.T, tr backends.Trainer, data []backends.Datum, l backends.Loss) {
	t.Helper()
	if _, err := tr.ForwardBackward(t.Context(), data, l); err != nil {
		t.Fatal(err)
	}
	if _, err := tr.OptimStep(t.Context(), backends.Adam{LearningRate: 1e-3}); err != nil {
		t.Fatal(err)
	}
}

func (x suite) lossFalls(t *testing.T) {
	tr := x.trainer(t)
	data := rows(t, tr.Renderer())
	before := forward(t, tr, data).Loss
	for range 8 {
		step(t, tr, data, backends.CrossEntropy)
	}
	if after := forward(t, tr, data).Loss; !(after < .9*before) {
		t.Errorf("eight steps on 20 rows: loss %v -> %v", before, after)
	}
}

func (x suite) sums(t *testing.T) {
	tr := x.trainer(t)
	data := rows(t, tr.Renderer())[:3]
	data[1].Weights[len(data[1].Weights)-1] = -2.5
	out := forward(t, tr, data)
	want := 0.0
	for i, d := range data {
		if len(out.Logprobs[i]) != len(d.Targets) {
			t.Fatalf("datum %d has %d logprobs of %d targets", i, len(out.Logprobs[i]), len(d.Targets))
		}
		for j, p := range out.Logprobs[i] {
			want -= float64(d.Weights[j]) * float64(p)
		}
	}
	if math.Abs(out.Loss-want) > 1e-3*math.Abs(want) {
		t.Errorf("loss %v, the weighted sum of -logprobs is %v", out.Loss, want)
	}
}

func (x suite) forwardOnly(t *testing.T) {
	a, b := x.trainer(t), x.trainer(t)
	data := rows(t, a.Renderer())
	forward(t, a, data)
	step(t, a, data, backends.CrossEntropy)
	step(t, b, data, backends.CrossEntropy)
	same(t, "a forward pass before a step changed it", forward(t, a, data), forward(t, b, data))
}

func (x suite) onPolicy(t *testing.T) {
	a, b := x.trainer(t), x.trainer(t)
	data := rows(t, a.Renderer())
	now := forward(t, a, data)
	policy := make([]backends.Datum, len(data))
	for i, d := range data {
		policy[i] = backends.Datum{Tokens: d.Tokens, Targets: d.Targets, Logprobs: now.Logprobs[i], Advantages: d.Weights}
	}
	step(t, a, data, backends.CrossEntropy)
	step(t, b, policy, backends.Loss{Name: "importance_sampling"})
	same(t, "with advantages for weights and a ratio of 1", forward(t, a, data), forward(t, b, data))
}

func (x suite) custom(t *testing.T) {
	a, b := x.trainer(t), x.trainer(t)
	data := rows(t, a.Renderer())
	step(t, a, data, backends.CrossEntropy)
	_, err := backends.Custom(t.Context(), b, data, func(logprobs [][]float32) (float64, [][]float32) {
		grads := make([][]float32, len(logprobs))
		for i, d := range data {
			grads[i] = make([]float32, len(d.Weights))
			for j, w := range d.Weights {
				grads[i][j] = -w
			}
		}
		return 0, grads
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.OptimStep(t.Context(), backends.Adam{LearningRate: 1e-3}); err != nil {
		t.Fatal(err)
	}
	same(t, "cross entropy as a custom loss", forward(t, a, data), forward(t, b, data))
}

func (x suite) resume(t *testing.T) {
	a, b := x.trainer(t), x.trainer(t)
	data := rows(t, a.Renderer())
	step(t, a, data, backends.CrossEntropy)
	var state bytes.Buffer
	if err := a.SaveState(&state); err != nil {
		t.Fatal(err)
	}
	if err := b.LoadState(bytes.NewReader(state.Bytes())); err != nil {
		t.Fatal(err)
	}
	step(t, a, data, backends.CrossEntropy)
	step(t, b, data, backends.CrossEntropy)
	if d := cmp.Diff(forward(t, a, data), forward(t, b, data)); d != "" && x.info.Numerics != "" {
		t.Errorf("after save and load (-uninterrupted +resumed):\n%s", d)
	}
	if err := b.LoadState(bytes.NewReader(state.Bytes()[:state.Len()/2])); err == nil {
		t.Error("half a state was loaded")
	}
}

func (x suite) policy(t *testing.T) {
	tr := x.trainer(t)
	data := rows(t, tr.Renderer())
	step(t, tr, data, backends.CrossEntropy)
	live, err := tr.Sampler(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "policy")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := tr.SavePolicy(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	step(t, tr, data, backends.CrossEntropy) // the sampler must not see this
	want, err := live.Logprobs(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	got, err := x.sampler(t, backends.Model{Name: x.Model, Checkpoint: path}).Logprobs(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-5)); d != "" {
		t.Errorf("the saved policy (-sampler of the trainer +checkpoint):\n%s", d)
	}
}

func (x suite) refusals(t *testing.T) {
	tr := x.trainer(t)
	data := rows(t, tr.Renderer())[:1]
	short := backends.Datum{Tokens: data[0].Tokens, Targets: data[0].Targets[1:], Weights: data[0].Weights}
	for what, do := range map[string]func() error{
		"an unknown loss": func() error {
			_, err := tr.ForwardBackward(t.Context(), data, backends.Loss{Name: "hinge"})
			return err
		},
		"targets of another length": func() error {
			_, err := tr.ForwardBackward(t.Context(), []backends.Datum{short}, backends.CrossEntropy)
			return err
		},
		"a checkpoint that is none": func() error {
			_, err := x.Backend.Sampler(t.Context(), backends.Model{Name: x.Model, Checkpoint: filepath.Join(t.TempDir(), "none")})
			return err
		},
	} {
		if do() == nil {
			t.Errorf("%s was accepted", what)
		}
	}
}

// same compares logprobs up to the noise of another order of summation.
func same(t *testing.T, what string, a, b backends.Output) {
	t.Helper()
	if d := cmp.Diff(a.Logprobs, b.Logprobs, cmpopts.EquateApprox(1e-3, 1e-4)); d != "" {
		t.Errorf("%s:\n%s", what, d)
	}
}

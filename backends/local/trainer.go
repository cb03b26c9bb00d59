package local

import (
	"context"
	"io"

	"idiolect/backends"
	"idiolect/backends/local/engine"
	"idiolect/backends/local/safetensors"
)

// trainer trains all weights of a model.
type trainer struct {
	b *Backend
	m *model
	w *engine.Weights
	t *engine.Trainer
}

func (b *Backend) newTrainer(m *model, w *engine.Weights) *trainer {
	return &trainer{b: b, m: m, w: w, t: engine.NewTrainer(engine.Runtime{Kernels: b.kernels, Threads: b.cores.most}, w)}
}

// Forward computes the loss without gradients.
func (t *trainer) Forward(ctx context.Context, data []backends.Datum, l backends.Loss) (backends.Output, error) {
	return t.run(ctx, data, l, func(seqs []engine.Sequence) ([][]float32, error) { return t.t.Forward(seqs) })
}

// ForwardBackward computes the loss and adds its gradient.
func (t *trainer) ForwardBackward(ctx context.Context, data []backends.Datum, l backends.Loss) (backends.Output, error) {
	return t.run(ctx, data, l, func(seqs []engine.Sequence) ([][]float32, error) {
		return t.t.ForwardBackward(seqs, func(seq, pos int, logprob float32) float32 {
			_, grad := l.Token(&data[seq], pos, float64(logprob))
			return float32(grad)
		})
	})
}

func (t *trainer) run(ctx context.Context, data []backends.Datum, l backends.Loss, pass func([]engine.Sequence) ([][]float32, error)) (backends.Output, error) {
	if err := l.Check(data); err != nil {
		return backends.Output{}, err
	}
	n, err := t.b.cores.take(ctx)
	if err != nil {
		return backends.Output{}, err
	}
	defer t.b.cores.give(n)
	out := backends.Output{}
	if out.Logprobs, err = pass(sequences(data)); err != nil {
		return out, err
	}
	for i := range data {
		for j, p := range out.Logprobs[i] {
			loss, _ := l.Token(&data[i], j, float64(p))
			out.Loss += loss
		}
	}
	return out, nil
}

// OptimStep takes one step of AdamW.
func (t *trainer) OptimStep(ctx context.Context, a backends.Adam) (map[string]float64, error) {
	n, err := t.b.cores.take(ctx)
	if err != nil {
		return nil, err
	}
	defer t.b.cores.give(n)
	or := func(v, std float64) float64 {
		if v == 0 {
			return std
		}
		return v
	}
	norm := t.t.Step(engine.Adam{
		LR: a.LearningRate, Beta1: or(a.Beta1, .9), Beta2: or(a.Beta2, .95), Eps: or(a.Eps, 1e-8), WeightDecay: a.WeightDecay, ClipNorm: a.ClipNorm,
	})
	return map[string]float64{"train/grad_norm": norm}, nil
}

// SavePolicy writes the weights in bfloat16, as models rest.
func (t *trainer) SavePolicy(w io.Writer) error {
	return safetensors.Write(w, brainTensors(t.w), map[string]string{"format": "pt"})
}

// Sampler samples from the weights as SavePolicy would write them now.
func (t *trainer) Sampler(context.Context) (backends.Sampler, error) {
	w := t.w.Clone()
	w.RoundBF16()
	return t.b.newSampler(t.m, w), nil
}

// Renderer is the model's chat format.
func (t *trainer) Renderer() backends.Renderer { return renderer{t.m} }

// Close has nothing to give back.
func (t *trainer) Close() error { return nil }

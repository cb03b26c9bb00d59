package engine

import "fmt"

// Grad turns the log-probability that the model gives to Targets[pos] of sequence seq into the
// derivative of the loss by that log-probability; for cross-entropy that is minus the token's weight.
// It is called in no particular order from several goroutines at once.
type Grad func(seq, pos int, logprob float32) float32

// Trainer trains one model with AdamW. It owns gradients, moments and activations, and writes the
// weights it was given. Its methods must not be called at the same time.
type Trainer struct {
	rt      Runtime
	config  Config
	weights *Weights
	grad    *Weights
	m, v    []float32 // AdamW moments, in the order of Flat
	steps   int
	updates []update // that make up a step

	rotary      rotary
	batch       batch
	acts        activations
	scratch     scratch
	factors     factors
	lanes       []*lane // one per thread
	ahead, back packedWeights
}

// NewTrainer returns a Trainer of w, which it changes in place at each Step.
func NewTrainer(rt Runtime, w *Weights) *Trainer {
	n, rt := len(w.flat), rt.withDefaults()
	return &Trainer{
		rt: rt, config: w.config, weights: w, grad: NewWeights(w.config),
		m: make([]float32, n), v: make([]float32, n), updates: updatesOf(w), rotary: newRotary(w.config),
		ahead: orientation(forwards).packWeights(rt.Kernels, w), back: orientation(backwards).packWeights(rt.Kernels, w),
	}
}

// Forward returns, for each sequence, the log-probability of each target.
func (t *Trainer) Forward(seqs []Sequence) (logprobs [][]float32, err error) {
	return t.run(seqs, nil)
}

// ForwardBackward returns what Forward returns and adds to the gradients the derivative of the loss
// that g describes. Gradients add up until Step.
func (t *Trainer) ForwardBackward(seqs []Sequence, g Grad) (logprobs [][]float32, err error) {
	return t.run(seqs, g)
}

func (t *Trainer) run(seqs []Sequence, g Grad) ([][]float32, error) {
	if err := t.config.checkSequences(seqs); err != nil {
		return nil, err
	}
	logprobs := make([][]float32, len(seqs))
	for i, s := range seqs {
		logprobs[i] = make([]float32, len(s.Tokens))
	}
	for first := 0; first < len(seqs); {
		first = t.batch.fill(seqs, first)
		t.reserve(&t.batch)
		t.forward(&t.batch, g != nil)
		t.loss(&t.batch, logprobs, g)
		if g != nil {
			t.backward(&t.batch)
		}
	}
	return logprobs, nil
}

// State is all that a Trainer carries from step to step, gradients aside: restored between steps,
// training goes on to the very same bits. The slices of State alias the Trainer, in the order of
// Weights.Flat.
type State struct {
	Step    int // optimizer steps taken
	Weights []float32
	M, V    []float32 // AdamW moments
}

// State returns a view of the state, to be read before the next Step.
func (t *Trainer) State() State {
	return State{t.steps, t.weights.flat, t.m, t.v}
}

// SetState copies s into the Trainer and drops gradients that were not yet stepped.
func (t *Trainer) SetState(s State) error {
	n := len(t.weights.flat)
	if len(s.Weights) != n || len(s.M) != n || len(s.V) != n || s.Step < 0 {
		return fmt.Errorf("training state at step %d has %d weights and %d, %d moments: this model has %d parameters",
			s.Step, len(s.Weights), len(s.M), len(s.V), n)
	}
	t.steps = s.Step
	copy(t.weights.flat, s.Weights)
	copy(t.m, s.M)
	copy(t.v, s.V)
	clear(t.grad.flat)
	return nil
}

package engine

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idiolect/backends/local/engine/kernel"
)

func TestADocumentSeesOnlyItself(t *testing.T) {
	for name, c := range smallConfigs() {
		t.Run(name, func(t *testing.T) {
			w, seqs := roughWeights(c, 7), randomSequences(c, 7, 70, 1, 33, 150, 64)
			together, err := NewTrainer(Runtime{Threads: 2}, w).Forward(seqs)
			if err != nil {
				t.Fatal(err)
			}
			for i := range seqs {
				alone, err := NewTrainer(Runtime{}, w).Forward(seqs[i : i+1])
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(together[i], alone[0]); diff != "" {
					t.Errorf("sequence %d alone: %s", i, diff)
				}
			}
		})
	}
}

func TestBadSequencesAreRefused(t *testing.T) {
	trainer := NewTrainer(Runtime{}, NewWeights(smallConfigs()["qwen3, two queries a key"]))
	for name, test := range map[string]struct {
		seq  Sequence
		want string
	}{
		"empty":            {Sequence{}, "sequence 0 is empty: at least one token is needed"},
		"too long":         {Sequence{make([]int32, 151), make([]int32, 151)}, "sequence 0 has 151 tokens: the model's context is 150"},
		"a target missing": {Sequence{[]int32{1, 2}, []int32{2}}, "sequence 0 has 2 tokens and 1 targets: one target per token is needed"},
		"unknown token":    {Sequence{[]int32{1, 13}, []int32{0, 0}}, "sequence 0, position 1: token id 13: the vocabulary has ids 0 to 12"},
		"unknown target":   {Sequence{[]int32{1}, []int32{-1}}, "sequence 0, position 0: target: token id -1: the vocabulary has ids 0 to 12"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := trainer.Forward([]Sequence{test.seq}); fmt.Sprint(err) != test.want {
				t.Errorf("error %q, want %q", err, test.want)
			}
		})
	}
}

const trainedSteps = 2

// trained runs trainedSteps steps and returns the final state and all log-probabilities.
func trained(t *testing.T, rt Runtime, c Config) (State, [][]float32) {
	t.Helper()
	trainer := NewTrainer(rt, roughWeights(c, 3))
	var all [][]float32
	for step := range uint64(trainedSteps) {
		logprobs := mustStep(t, trainer, c, step)
		all = append(all, logprobs...)
	}
	return trainer.State(), all
}

func mustStep(t *testing.T, trainer *Trainer, c Config, step uint64) [][]float32 {
	t.Helper()
	var seqs []Sequence
	for range 10 { // 4140 tokens: more than one micro-batch
		seqs = append(seqs, randomSequences(c, step, 9, 150, 1, 64, 65, 33, 12, 80)...)
	}
	logprobs, err := trainer.ForwardBackward(seqs, crossEntropyGrad)
	if err != nil {
		t.Fatal(err)
	}
	trainer.Step(Adam{LR: 1e-2, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.1, ClipNorm: 1})
	return logprobs
}

func TestTrainingIsTheSameForAnyNumberOfThreads(t *testing.T) {
	c := smallConfigs()["qwen3, two queries a key"]
	eachSet(t, func(t *testing.T, k *kernel.Set) {
		state, logprobs := trained(t, Runtime{k, 1}, c)
		for _, threads := range []int{2, 4, 7} {
			again, logprobs2 := trained(t, Runtime{k, threads}, c)
			if !cmp.Equal(state, again) || !cmp.Equal(logprobs, logprobs2) {
				t.Errorf("%d threads trained other weights than 1", threads)
			}
		}
	})
}

func TestResumedTrainingIsTheSame(t *testing.T) {
	c := smallConfigs()["llama, one query a key"]
	want, _ := trained(t, Runtime{Threads: 2}, c)
	for stop := range uint64(trainedSteps + 1) {
		first := NewTrainer(Runtime{Threads: 2}, roughWeights(c, 3))
		for step := range stop {
			mustStep(t, first, c, step)
		}
		second := NewTrainer(Runtime{Threads: 1}, NewWeights(c))
		if err := second.SetState(first.State()); err != nil {
			t.Fatal(err)
		}
		for step := stop; step < trainedSteps; step++ {
			mustStep(t, second, c, step)
		}
		if !cmp.Equal(want, second.State()) {
			t.Errorf("training resumed at step %d ended elsewhere", stop)
		}
	}
}

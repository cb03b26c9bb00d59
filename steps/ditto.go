package steps

import (
	"fmt"
	"math"

	"idiolect/specs"
)

func ditto() specs.Kind[Method] {
	return specs.Kind[Method]{
		Name: "ditto", Version: 1, Planned: true,
		Doc: "demonstrations are preferred to one's own answers: imitate, then optimize the preference",
		New: func() Method {
			s := &DITTO{}
			adapters := lora(32) // on attention alone
			adapters.Alpha, adapters.TrainMLP, adapters.TrainUnembed = 64, false, false
			s.Hyperparameters = DITTOHyperparameters{
				UntilLoss: 1, SFTSteps: 30, SFTBatchSize: 4, SFTLearningRate: 3e-5,
				Steps: 40, BatchSize: 8, PairsPerDemo: 3, SamplesPerDemo: 10, ResampleEvery: 10,
				OnPolicy: .7, Replay: .2, InterModel: .1,
				Beta: .05, LearningRate: 1e-6, Warmup: .25, Dropout: .05, Beta1: .9, Beta2: .95, LoRA: adapters,
			}
			return s
		},
	}
}

// DITTO trains on a few demonstrations (Shaikh et al. 2024, algorithm 1). It first
// imitates them, and that policy is the reference. Then every demonstration is
// preferred to samples of the policy, and samples of a later policy to those of an
// earlier one: a step takes pairs_per_demo * batch_size pairs, of which the share
// on_policy is demonstration over a sample of now, replay demonstration over a
// sample of before, inter_model later over earlier. A pool that is short gives
// what it has, so that the first round sees on-policy pairs alone. Demonstrations
// are told apart by their row, not by their text, and a sample that did not end
// teaches no end. The numbers are those of the published code (for 7B models).
type DITTO struct {
	Model specs.ModelRef `yaml:"model" doc:"where training starts" required:"true"`
	Data  specs.DataRef  `yaml:"data" doc:"demonstrations: rows with input and output" required:"true"`

	Hyperparameters DITTOHyperparameters `yaml:"hyperparameters" doc:"what tunes it"`
}

// DITTOHyperparameters tune it.
type DITTOHyperparameters struct {
	UntilLoss       float64 `yaml:"until_loss" doc:"imitation stops when an epoch's mean loss falls to this; 0: never" min:"0"`
	SFTSteps        int     `yaml:"sft_steps" doc:"optimizer steps of imitation, at most" positive:"true" max:"1000000"`
	SFTBatchSize    int     `yaml:"sft_batch_size" doc:"demonstrations of a step of imitation" positive:"true"`
	SFTLearningRate float64 `yaml:"sft_learning_rate" doc:"of imitation" positive:"true"`
	Steps           int     `yaml:"steps" doc:"optimizer steps on pairs" positive:"true" max:"1000000"`
	BatchSize       int     `yaml:"batch_size" doc:"demonstrations of a step" positive:"true"`
	PairsPerDemo    int     `yaml:"pairs_per_demo" doc:"pairs of a step for each of its demonstrations" positive:"true" max:"1000"`
	SamplesPerDemo  int     `yaml:"samples_per_demo" doc:"answers drawn for each demonstration and round" positive:"true" max:"100000"`
	ResampleEvery   int     `yaml:"resample_every" doc:"steps until answers are drawn anew" positive:"true"`
	OnPolicy        float64 `yaml:"on_policy" doc:"share of pairs: demonstration over a sample of this round" min:"0" max:"1"`
	Replay          float64 `yaml:"replay" doc:"share of pairs: demonstration over a sample of an earlier round" min:"0" max:"1"`
	InterModel      float64 `yaml:"inter_model" doc:"share of pairs: a later round's sample over an earlier one's" min:"0" max:"1"`
	Beta            float64 `yaml:"beta" doc:"how strongly it is held to the policy that imitates" positive:"true"`
	SFTAnchor       float64 `yaml:"sft_anchor" doc:"weight of the chosen answer's own loss per token, which keeps it likely" min:"0"`
	LearningRate    float64 `yaml:"learning_rate" doc:"of AdamW, on pairs" positive:"true"`
	Warmup          float64 `yaml:"warmup" doc:"share of the steps until the rate is reached; then it stays" min:"0" max:"1"`
	Dropout         float64 `yaml:"dropout" doc:"of the adapters" min:"0" max:"0.999999"`
	Beta1           float64 `yaml:"beta1" doc:"of AdamW" min:"0" max:"0.999999"`
	Beta2           float64 `yaml:"beta2" doc:"of AdamW" min:"0" max:"0.999999"`
	ClipNorm        float64 `yaml:"clip_norm" doc:"largest gradient norm; 0: not clipped" min:"0"`
	LoRA
}

// Check wants demonstrations, and shares that make a whole.
func (s *DITTO) Check(e *specs.Experiment, path string) []*specs.Error {
	h := s.Hyperparameters
	errs := append(needColumns(e, path, s.Data, []string{"input", "output"}), h.LoRA.check(e, path)...)
	if sum := h.OnPolicy + h.Replay + h.InterModel; math.Abs(sum-1) > 1e-6 {
		errs = append(errs, e.Errorf(path+".hyperparameters", "", "on_policy, replay and inter_model are %g together - they share the pairs, so 1", sum))
	}
	return errs
}

// Lower plans the imitation, and the training on pairs with its samples.
func (s *DITTO) Lower(c *Compiler, id string, m *specs.Method) (*Policy, error) {
	a, p, err := c.training(id, m, s.Model)
	if err != nil {
		return nil, err
	}
	demos, err := c.trainsOn(&a, s.Data)
	if err != nil {
		return nil, err
	}
	h := s.Hyperparameters
	rounds := (h.Steps + h.ResampleEvery - 1) / h.ResampleEvery
	samples := demos.times(int64(h.SamplesPerDemo) * int64(rounds))
	a.Estimate = a.Estimate.Add(p.draws(samples))
	if err := c.monitored(&a, p, m, h.Steps); err != nil {
		return nil, err
	}
	a.Says = fmt.Sprintf("train %s on %s demonstrations against %s samples of its own", label(p.Info), demos, samples)
	return c.trained(a, p), nil
}

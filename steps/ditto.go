package steps

import (
	"fmt"
	"math"

	"idiolect/runner"
	"idiolect/specs"
)

func ditto() specs.Kind[Method] {
	return specs.Kind[Method]{
		Name: "ditto", Version: 1,
		Doc: "demonstrations are preferred to one's own answers: imitate, then optimize the preference",
		New: func() Method {
			s := &DITTO{}
			adapters := lora(32) // on attention alone
			adapters.Alpha, adapters.TrainMLP, adapters.TrainUnembed = 64, false, false
			s.Hyperparameters = DITTOHyperparameters{
				UntilLoss: 1, SFTSteps: 30, SFTBatchSize: 4, SFTLearningRate: 3e-5, SFTPromptWeight: 1,
				Steps: 40, BatchSize: 8, PairsPerDemo: 3, SamplesPerDemo: 10, ResampleEvery: 10,
				OnPolicy: .7, Replay: .2, InterModel: .1,
				Beta: .05, LearningRate: 1e-6, Warmup: .25, Dropout: .05, AdamW: adamW(), LoRA: adapters,
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
	Data  specs.DataRef  `yaml:"data" doc:"demonstrations: rows with output" required:"true"`

	Hyperparameters DITTOHyperparameters `yaml:"hyperparameters" doc:"what tunes it"`
}

// DITTOHyperparameters tune it.
type DITTOHyperparameters struct {
	UntilLoss       float64  `yaml:"until_loss" doc:"imitation stops when an epoch's mean loss falls to this; 0: never" min:"0"`
	UntilRatio      *float64 `yaml:"until_ratio" doc:"imitation stops when an epoch's mean loss falls to this share of the first step's" positive:"true" max:"1"`
	SFTSteps        int      `yaml:"sft_steps" doc:"optimizer steps of imitation, at most" positive:"true" max:"1000000"`
	SFTBatchSize    int      `yaml:"sft_batch_size" doc:"demonstrations of a step of imitation" positive:"true"`
	SFTLearningRate float64  `yaml:"sft_learning_rate" doc:"of imitation" positive:"true"`
	SFTPromptWeight float64  `yaml:"sft_prompt_weight" doc:"weight of the prompt's tokens in imitation: the published code trains on all of the conversation" min:"0" max:"1"`
	Steps           int      `yaml:"steps" doc:"optimizer steps on pairs" positive:"true" max:"1000000"`
	BatchSize       int      `yaml:"batch_size" doc:"demonstrations of a step" positive:"true"`
	PairsPerDemo    int      `yaml:"pairs_per_demo" doc:"pairs of a step for each of its demonstrations" positive:"true" max:"1000"`
	SamplesPerDemo  int      `yaml:"samples_per_demo" doc:"answers drawn for each demonstration and round" positive:"true" max:"100000"`
	ResampleEvery   int      `yaml:"resample_every" doc:"steps until answers are drawn anew" positive:"true"`
	OnPolicy        float64  `yaml:"on_policy" doc:"share of pairs: demonstration over a sample of this round" min:"0" max:"1"`
	Replay          float64  `yaml:"replay" doc:"share of pairs: demonstration over a sample of an earlier round" min:"0" max:"1"`
	InterModel      float64  `yaml:"inter_model" doc:"share of pairs: a later round's sample over an earlier one's" min:"0" max:"1"`
	Beta            float64  `yaml:"beta" doc:"how strongly it is held to the policy that imitates" positive:"true"`
	SFTAnchor       float64  `yaml:"sft_anchor" doc:"weight of the chosen answer's own loss per token, which keeps it likely" min:"0"`
	LearningRate    float64  `yaml:"learning_rate" doc:"of AdamW, on pairs" positive:"true"`
	Warmup          float64  `yaml:"warmup" doc:"share of the steps until the rate is reached; then it stays" min:"0" max:"1"`
	Dropout         float64  `yaml:"dropout" doc:"of the adapters" min:"0" max:"0.999999"`
	AdamW
	LoRA
}

// Check wants demonstrations, and shares that make a whole.
func (s *DITTO) Check(e *specs.Experiment, path string) []*specs.Error {
	h := s.Hyperparameters
	errs := append(needColumns(e, path, s.Data, []string{"output"}), h.LoRA.check(e, path)...)
	if sum := h.OnPolicy + h.Replay + h.InterModel; math.Abs(sum-1) > 1e-6 {
		errs = append(errs, e.Errorf(path+".hyperparameters", "", "on_policy, replay and inter_model are %g together - they share the pairs, so 1", sum))
	}
	return errs
}

// Lower imitates the demonstrations, which is a step of its own and a policy that
// others may begin with too, and then trains on pairs against that policy.
func (s *DITTO) Lower(c *Compiler, id string, m *specs.Method) (*Policy, error) {
	h := &s.Hyperparameters
	t, e, err := c.trainingOn(id, m, s.Model, s.Data, &h.LoRA)
	if err != nil {
		return nil, err
	}
	worn := t.Start.wearing(t.Worn)
	if t.rows, err = c.given(worn, e, s.Data.Split, c.scope()); err != nil {
		return nil, err
	}
	monitor := t.Monitor
	t.Monitor = nil
	imitated, err := (&SFT{Hyperparameters: h.imitation()}).tune(c, id+".imitation", t)
	if err != nil {
		return nil, err
	}
	imitated.path = id
	t.Start, t.Monitor = imitated, monitor
	if t.Worn == nil || t.Worn.worn == "" {
		t.Worn = imitated.Prompt
	}
	t.steps = [2]int64{int64(h.Steps), int64(h.Steps)}
	estimate, err := h.estimate(c, worn, e, s.Data.Split, t.rows)
	if err != nil {
		return nil, err
	}
	kind := ditto()
	defaults := kind.New().(*DITTO).Hyperparameters
	return c.tunes(runner.Action{
		ID: id, Kind: kind.Name, Version: kind.Version, Pos: c.Pos(id),
		Lines:    append(settingLines("hyperparameters", h, &defaults), c.seed()),
		Says:     fmt.Sprintf("train %s on %s demonstrations against answers of its own", label(t.Start.Info), e.span(s.Data.Split)),
		Estimate: estimate,
		Defaults: func() []runner.Line { return settingLines("hyperparameters", &defaults, nil) },
	}, t, func() objective { return &selfPlay{DITTOHyperparameters: *h} })
}

// imitation is how the published code imitates: a cosine with a fifth of warm-up.
func (h *DITTOHyperparameters) imitation() SFTHyperparameters {
	s := sftDefaults()
	s.Steps, s.BatchSize, s.LearningRate = h.SFTSteps, h.SFTBatchSize, specs.Auto{Value: h.SFTLearningRate}
	s.Schedule, s.Warmup, s.FinalRate, s.PromptWeight = "cosine", int(math.Round(.2*float64(h.SFTSteps))), 0, h.SFTPromptWeight
	s.UntilLoss, s.UntilRatio, s.ClipNorm, s.Beta1, s.Beta2 = h.UntilLoss, h.UntilRatio, h.ClipNorm, h.Beta1, h.Beta2
	return s
}

// estimate is what the training on pairs takes: its answers, what the reference
// reads, and two passes over both sides of every pair.
func (h *DITTOHyperparameters) estimate(c *Compiler, p *Policy, e *entry, split string, demos volume) (runner.Estimate, error) {
	rounds := (h.Steps + h.ResampleEvery - 1) / h.ResampleEvery
	drawn, made, err := c.asksAny(sampling{policy: p, data: e, split: split, samples: h.SamplesPerDemo * rounds, scope: c.scope()})
	if err != nil {
		return drawn, err
	}
	var trained runner.Estimate
	batch := min(int64(h.BatchSize), max(demos.rows[1], 1))
	sides := 2 * int64(h.PairsPerDemo) * batch * int64(h.Steps) // at most: a demonstration in several pairs is computed once
	for i, rows := range demos.rows {
		if rows == 0 {
			continue
		}
		one := [2]int64{demos.tokens[0] / rows, max(demos.longest, made.longest)}[i]
		trained.Trained[i] = made.tokens[i] + demos.tokens[i] + 2*sides*one
	}
	trained.Open = made.open || demos.open
	return drawn.Add(p.costs(trained)), nil
}

package steps

import (
	"idiolect/runner"
	"idiolect/specs"
)

func sft() specs.Kind[Method] {
	return specs.Kind[Method]{
		Name: "sft", Version: 1,
		Doc: "supervised fine-tuning: imitate the answers of rows",
		New: func() Method { return &SFT{Target: "whole", Hyperparameters: sftDefaults()} },
	}
}

// SFT trains a policy on answers, by the log loss of the assistant's tokens.
type SFT struct {
	Model           specs.ModelRef     `yaml:"model" doc:"where training starts" required:"true"`
	Data            specs.DataRef      `yaml:"data" doc:"rows with input and output" required:"true"`
	Target          string             `yaml:"target" doc:"trained on: the whole output or completion, or what the prompt's extract gives of it" enum:"whole,extract"`
	Hyperparameters SFTHyperparameters `yaml:"hyperparameters" doc:"what tunes it"`
}

// SFTHyperparameters tune supervised fine-tuning. The loss of a batch is the
// mean over its assistant tokens.
type SFTHyperparameters struct {
	Epochs       int        `yaml:"epochs" doc:"passes over the rows" positive:"true" max:"1000000"`
	Steps        int        `yaml:"steps" doc:"optimizer steps, instead of epochs" positive:"true" max:"1000000"`
	BatchSize    int        `yaml:"batch_size" doc:"rows per step" positive:"true"`
	LearningRate specs.Auto `yaml:"learning_rate" doc:"a number, or auto: by parameters and steps" positive:"true"`
	Schedule     string     `yaml:"schedule" doc:"how the rate moves" enum:"linear,cosine,constant"`
	Warmup       int        `yaml:"warmup" doc:"steps until the rate is reached" min:"0"`
	FinalRate    float64    `yaml:"final_rate" doc:"share of the rate that the schedule falls to, at its end" min:"0" max:"1"`
	ClipNorm     float64    `yaml:"clip_norm" doc:"largest gradient norm; 0: not clipped" min:"0"`
	WeightDecay  float64    `yaml:"weight_decay" doc:"of AdamW" min:"0"`
	Beta1        float64    `yaml:"beta1" doc:"of AdamW" min:"0" max:"0.999999"`
	Beta2        float64    `yaml:"beta2" doc:"of AdamW" min:"0" max:"0.999999"`
	PromptWeight float64    `yaml:"prompt_weight" doc:"weight of the prompt's tokens in the loss" min:"0" max:"1"`
	UntilLoss    float64    `yaml:"until_loss" doc:"stop when an epoch's mean loss falls to this; 0: never" min:"0"`
	UntilRatio   *float64   `yaml:"until_ratio" doc:"stop when an epoch's mean loss falls to this share of the first step's" positive:"true" max:"1"`
}

// sftDefaults are tinker-cookbook's optimizer with the schedule of
// docs/mini.md: five steps up, then down to a tenth.
func sftDefaults() SFTHyperparameters {
	return SFTHyperparameters{
		Epochs: 3, BatchSize: 8, LearningRate: specs.Auto{Auto: true}, Schedule: "linear", Warmup: 5, FinalRate: .1, ClipNorm: 1, Beta1: .9, Beta2: .95,
	}
}

// Lower trains on the rows of a data entry.
func (s *SFT) Lower(c *Compiler, id string, m *specs.Method) (*Policy, error) {
	t, e, err := c.trainingOn(id, m, s.Model, s.Data, nil)
	if err != nil {
		return nil, err
	}
	if s.Target == "extract" && !t.Worn.extracts() {
		return nil, c.Errorf(id+".target", "give the prompt an `extract:`", "target extract - the method is asked with no prompt that extracts")
	}
	if t.rows, err = c.given(t.Start.wearing(t.Worn), e, s.Data.Split, c.scope()); err != nil {
		return nil, err
	}
	t.target = s.Target
	return s.tune(c, id, t)
}

// Tune trains on rows that another step makes.
func (s *SFT) Tune(c *Compiler, id string, t Training) (*Policy, error) {
	t.rows = c.volumes[t.Data]
	return s.tune(c, id, t)
}

// Takes says what of a completion is trained on.
func (s *SFT) Takes() string { return s.Target }

// Begins names the model that a nested sft says it starts from.
func (s *SFT) Begins() specs.ModelRef { return s.Model }

func (s *SFT) tune(c *Compiler, id string, t Training) (*Policy, error) {
	defaults := sftDefaults()
	a := runner.Action{
		ID: id, Kind: "sft", Version: 2, Pos: c.Pos(id),
		Lines: append(c.said("hyperparameters", &s.Hyperparameters, &defaults), c.seed()),
		Says:  "fine-tune " + label(t.Start.Info), Estimate: t.Start.costs(s.Hyperparameters.estimate(t.rows)),
		Defaults: func() []runner.Line { return settingLines("hyperparameters", &defaults, nil) },
	}
	if t.target == "extract" {
		a.Lines = append(a.Lines, line("target", t.target))
	}
	t.steps = s.Hyperparameters.most(t.rows.rows)
	return c.tunes(a, t, func() objective { return &imitation{SFTHyperparameters: s.Hyperparameters} })
}

// most is how many optimizer steps so many rows take, [expected, at most], unless
// the loss ends them.
func (s *SFTHyperparameters) most(rows [2]int64) (steps [2]int64) {
	for i, n := range rows {
		if steps[i] = int64(batches(n, s.BatchSize) * s.Epochs); s.Steps > 0 && n > 0 {
			steps[i] = int64(s.Steps)
		}
	}
	return steps
}

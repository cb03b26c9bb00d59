package steps

import (
	"fmt"

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
	start, err := c.start(id, s.Model, m)
	if err != nil {
		return nil, err
	}
	asked := *start
	if asked.Prompt, err = c.asking(m.Prompt, start.Prompt); err != nil {
		return nil, err
	}
	worn, err := c.worn(m, asked.Prompt)
	if err != nil {
		return nil, err
	}
	if s.Target == "extract" && !worn.extracts() {
		return nil, c.Errorf(id+".target", "give the prompt an `extract:`", "target extract - the method is asked with no prompt that extracts")
	}
	e, err := c.learned(s.Data)
	if err != nil {
		return nil, err
	}
	asked.path = id
	seen, err := c.monitor(id, m, &asked)
	if err != nil {
		return nil, err
	}
	rows, err := c.given(asked.wearing(worn), e, s.Data.Split, c.scope())
	if err != nil {
		return nil, err
	}
	return s.tune(c, id, Training{Start: &asked, Worn: worn, Data: e.action, Monitor: seen, rows: rows, split: s.Data.Split, target: s.Target})
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
	start := t.Start
	if err := c.trains(start.path, "sft", start); err != nil {
		return nil, err
	}
	p := *start
	defaults := sftDefaults()
	step := &tuneStep{Training: t, settings: s.Hyperparameters, seed: c.Seed, draw: c.draw(start), scope: c.scope()}
	a := runner.Action{
		ID: id, Kind: "sft", Version: 2, Step: step, Pos: c.Pos(id),
		Inputs: append([]runner.Input{{Name: "rows", From: t.Data}}, start.Prompt.inputs()...),
		Lines:  append(c.said("hyperparameters", &s.Hyperparameters, &defaults), c.seed()),
		Says:   "fine-tune " + label(start.Info), Estimate: start.costs(s.Hyperparameters.estimate(t.rows)),
		Defaults: func() []runner.Line { return settingLines("hyperparameters", &defaults, nil) },
	}
	readers := start.Prompt.readers()
	if t.Worn != start.Prompt {
		a.Inputs = append(a.Inputs, t.Worn.inputs()...)
		a.Lines = append(a.Lines, t.Worn.lines()...)
		readers = append(readers, t.Worn.readers()...)
	}
	if t.target == "extract" {
		a.Lines = append(a.Lines, line("target", t.target))
	}
	if m := t.Monitor; m != nil {
		a.Inputs = append(a.Inputs, runner.Input{Name: "monitor", From: m.data.action})
		a.Inputs = append(a.Inputs, m.planned.Inputs...)
		a.Lines = append(a.Lines, m.lines()...)
		readers = append(readers, m.readers()...)
		a.Says += fmt.Sprintf(", watched on %s rows", m.data.span(m.split))
		a.Estimate = a.Estimate.Add(m.estimate(&s.Hyperparameters, t.rows.rows))
	}
	a.Lines = append(a.Lines, drawLine(step.draw)...)
	a.Lines = append(a.Lines, start.Prompt.lines()...)
	a.Lines = append(a.Lines, scopeLines(step.scope, readers...)...)
	a.Lines = append(a.Lines, settingLines("sampling", &start.Sampling, &specs.Sampling{})...)
	a.Lines = append(a.Lines, identity(start.Backend, start.Info)...)
	if t.split != "" && t.split != "all" {
		a.Lines = append(a.Lines, line("split", t.split))
	}
	if start.Action != nil {
		a.Inputs = append(a.Inputs, runner.Input{Name: "start", From: start.Action})
	}
	p.Action = c.add(a)
	p.path, p.drafts = id, nil
	return &p, nil
}

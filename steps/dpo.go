package steps

import (
	"fmt"
	"slices"

	"idiolect/runner"
	"idiolect/specs"
)

func dpo() specs.Kind[Method] {
	return specs.Kind[Method]{
		Name: "dpo", Version: 1,
		Doc: "direct preference optimization: prefer the chosen of two answers",
		New: func() Method {
			s := &DPO{}
			s.Hyperparameters = DPOHyperparameters{
				Beta: .1, Loss: "sigmoid", Epochs: 1, BatchSize: 256, LearningRate: 1e-5, Schedule: "linear", AdamW: adamW(), LoRA: lora(32),
			}
			return s
		},
	}
}

// DPO trains on pairs (Rafailov et al. 2023); the start policy is the reference.
// With h = beta * (the chosen's log-ratio to the reference minus the rejected's),
// the losses are
//
//	sigmoid     -log s(h); with label_smoothing e: -(1-e) log s(h) - e log s(-h)  (cDPO, Mitchell 2023)
//	robust      (-(1-e) log s(h) + e log s(-h)) / (1-2e)                          (Chowdhury et al. 2024)
//	hinge       max(0, 1-h)                                                       (SLiC, Zhao et al. 2023)
//	ipo         (the difference of the log-ratios per token - 1/(2 beta))^2       (Azar et al. 2023)
//	sigmoid_norm  sigmoid of log-ratios per token
//	apo_zero    1 - s(beta * chosen's) + s(beta * rejected's)                     (D'Oosterlinck et al. 2024)
//
// Beta is on sums of tokens, for ipo and sigmoid_norm on means: it does not carry
// over. Ties are left out.
type DPO struct {
	Model specs.ModelRef `yaml:"model" doc:"where training starts; also the reference" required:"true"`
	Data  specs.DataRef  `yaml:"data" doc:"rows with chosen and rejected, or with a, b and preference" required:"true"`

	Hyperparameters DPOHyperparameters `yaml:"hyperparameters" doc:"what tunes it"`
}

// DPOHyperparameters tune it; the defaults are tinker-cookbook's.
type DPOHyperparameters struct {
	Beta           float64 `yaml:"beta" doc:"how strongly it is held to the reference" positive:"true"`
	Loss           string  `yaml:"loss" doc:"of a pair" enum:"sigmoid,robust,hinge,ipo,sigmoid_norm,apo_zero"`
	LabelSmoothing float64 `yaml:"label_smoothing" doc:"share of preferences taken to be wrong; of sigmoid and robust" min:"0" max:"0.499999"`
	SFTAnchor      float64 `yaml:"sft_anchor" doc:"weight of the chosen answer's own loss per token, which keeps it likely" min:"0"`
	Epochs         int     `yaml:"epochs" doc:"passes over the pairs" positive:"true" max:"1000000"`
	BatchSize      int     `yaml:"batch_size" doc:"pairs of a step" positive:"true"`
	LearningRate   float64 `yaml:"learning_rate" doc:"of AdamW" positive:"true"`
	Schedule       string  `yaml:"schedule" doc:"how the rate moves" enum:"linear,cosine,constant"`
	Warmup         int     `yaml:"warmup" doc:"steps until the rate is reached" min:"0"`
	AdamW
	LoRA
}

// Check wants pairs, and smoothing where a loss has it.
func (s *DPO) Check(e *specs.Experiment, path string) []*specs.Error {
	h := s.Hyperparameters
	errs := append(needColumns(e, path, s.Data, []string{"chosen", "rejected"}, preferenceColumns()[1:]), h.LoRA.check(e, path)...)
	if h.LabelSmoothing > 0 && !slices.Contains([]string{"sigmoid", "robust"}, h.Loss) {
		errs = append(errs, e.Errorf(path+".hyperparameters.label_smoothing", "use loss sigmoid or robust", "loss %s has no label_smoothing", h.Loss))
	}
	return errs
}

// Lower trains on the pairs of a data entry.
func (s *DPO) Lower(c *Compiler, id string, m *specs.Method) (*Policy, error) {
	t, e, err := c.trainingOn(id, m, s.Model, s.Data, nil)
	if err != nil {
		return nil, err
	}
	columns := []string{"chosen", "rejected"}
	if have := c.Columns(s.Data.ID); have != nil && !slices.Contains(have, "chosen") {
		columns = []string{"a", "b"}
	}
	if t.rows, err = c.givenAnswers(t.Start.wearing(t.Worn), e, s.Data.Split, columns...); err != nil {
		return nil, err
	}
	return s.tune(c, id, t, fmt.Sprintf("%s pairs", e.span(s.Data.Split)))
}

// Tune trains on pairs that another step makes.
func (s *DPO) Tune(c *Compiler, id string, t Training) (*Policy, error) {
	t.rows = c.volumes[t.Data]
	return s.tune(c, id, t, fmt.Sprintf("at most %d pairs", t.rows.rows[1]))
}

// Takes says that it trains on pairs.
func (s *DPO) Takes() string { return "pairs" }

// Begins names the model that a nested dpo says it starts from.
func (s *DPO) Begins() specs.ModelRef { return s.Model }

func (s *DPO) tune(c *Compiler, id string, t Training, pairs string) (*Policy, error) {
	h := &s.Hyperparameters
	var err error
	if t.rank, err = h.rank(c, id, t.Start); err != nil {
		return nil, err
	}
	for i, n := range t.rows.rows {
		t.steps[i] = int64(batches(n, h.BatchSize) * h.Epochs)
	}
	// The reference reads every answer once; each epoch is a pass forward, and one back.
	trained := t.rows.times(int64(1 + 2*h.Epochs))
	kind := dpo()
	defaults := kind.New().(*DPO).Hyperparameters
	return c.tunes(runner.Action{
		ID: id, Kind: kind.Name, Version: kind.Version, Pos: c.Pos(id),
		Lines: append(settingLines("hyperparameters", h, &defaults), c.seed()),
		Says:  fmt.Sprintf("train %s on %s", label(t.Start.Info), pairs), Estimate: t.Start.costs(trained),
		Defaults: func() []runner.Line { return settingLines("hyperparameters", &defaults, nil) },
	}, t, func() objective { return &preference{DPOHyperparameters: *h} })
}

// loss is that of a pair.
func (h *DPOHyperparameters) loss() pairLoss {
	return pairLoss{name: h.Loss, beta: h.Beta, smoothing: h.LabelSmoothing, anchor: h.SFTAnchor}
}

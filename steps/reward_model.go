package steps

import (
	"fmt"

	"idiolect/runner"
	"idiolect/specs"
)

func rewardModel() specs.Kind[Method] {
	return specs.Kind[Method]{
		Name: "reward_model", Version: 1,
		Doc: "a model that judges: trained on which of two answers a rubric prefers",
		New: func() Method {
			s := &RewardModel{Form: "verdict", Orders: "both", Loss: "two_way"}
			s.Hyperparameters = RewardModelHyperparameters{
				Epochs: 1, BatchSize: 64, LearningRate: 3e-4, Schedule: "linear", ReferenceDropout: .5, AdamW: adamW(), LoRA: lora(64),
			}
			return s
		},
	}
}

// RewardModel trains a generative judge on rows with input, a, b, preference, and
// where they have them rubric, reference and feedback (Prometheus 2, Kim et al.
// 2024). In the form verdict it sees both answers and says a, b or tie, one token,
// after a reason when feedback is on; in the form read it reads one criterion of
// one answer, and the probabilities of two readings are compared: small models
// read where they cannot compare.
type RewardModel struct {
	Model    specs.ModelRef `yaml:"model" doc:"where training starts" required:"true"`
	Data     specs.DataRef  `yaml:"data" doc:"rows with input, a, b and preference" required:"true"`
	Form     string         `yaml:"form" doc:"verdict: both answers are seen and one token decides; read: each answer is read alone, criterion by criterion" enum:"verdict,read"`
	Feedback bool           `yaml:"feedback" doc:"train on the rows' feedback before the verdict; form verdict alone"`
	Orders   string         `yaml:"orders" doc:"each pair is shown in both orders, or in one that is drawn" enum:"both,one"`
	Loss     string         `yaml:"loss" doc:"two_way: between the verdicts alone; token: the verdict among all tokens" enum:"two_way,token"`

	Hyperparameters RewardModelHyperparameters `yaml:"hyperparameters" doc:"what tunes it"`
}

// RewardModelHyperparameters tune it. Rate, epoch and rank are those of
// tinker-cookbook's RLHF recipe.
type RewardModelHyperparameters struct {
	Epochs           int     `yaml:"epochs" doc:"passes over the rows" positive:"true" max:"1000000"`
	BatchSize        int     `yaml:"batch_size" doc:"pairs of a step" positive:"true"`
	LearningRate     float64 `yaml:"learning_rate" doc:"of AdamW" positive:"true"`
	Schedule         string  `yaml:"schedule" doc:"how the rate moves" enum:"linear,cosine,constant"`
	ReferenceDropout float64 `yaml:"reference_dropout" doc:"share of rows whose reference is not shown: it will often be absent" min:"0" max:"1"`
	AdamW
	LoRA
}

// Check wants preferences, and feedback where it is trained on.
func (s *RewardModel) Check(e *specs.Experiment, path string) []*specs.Error {
	want := preferenceColumns()
	if s.Feedback {
		want = append(want, "feedback")
	}
	errs := append(needColumns(e, path, s.Data, want), s.Hyperparameters.LoRA.check(e, path)...)
	if s.Feedback && s.Form == "read" {
		errs = append(errs, e.Errorf(path+".feedback", "use form verdict", "feedback under form read - a reading is one word about one answer"))
	}
	return errs
}

// Lower trains on the preferences of a data entry.
func (s *RewardModel) Lower(c *Compiler, id string, m *specs.Method) (*Policy, error) {
	h := &s.Hyperparameters
	t, e, err := c.trainingOn(id, m, s.Model, s.Data, &h.LoRA)
	if err != nil {
		return nil, err
	}
	questions, err := s.questions(c, t.Start.wearing(t.Worn), e)
	if err != nil {
		return nil, err
	}
	for i, n := range questions.rows {
		t.steps[i] = int64(batches(n, h.BatchSize) * h.Epochs)
	}
	kind := rewardModel()
	defaults := kind.New().(*RewardModel)
	as := &assessor{kind: "pairwise", reads: s.Form == "read", weighs: !s.Feedback, feedback: s.Feedback, policy: t.Start.wearing(t.Worn)}
	if as.policy.Prompt != nil && m.Prompt.ID == "" && m.TrainPrompt.ID == "" { // that of the model it starts from is for texts
		as.policy.Prompt = nil
	}
	return c.tunes(runner.Action{
		ID: id, Kind: kind.Name, Version: kind.Version, Pos: c.Pos(id),
		Lines:    append(settingLines("method", s, defaults), c.seed(), line("protocol", protocol)),
		Says:     fmt.Sprintf("train %s to judge, on %s pairs", label(t.Start.Info), e.span(s.Data.Split)),
		Estimate: t.Start.costs(questions.times(2 * int64(h.Epochs))), // forward, then forward and back
		Defaults: func() []runner.Line { return settingLines("method", defaults, nil) },
	}, t, func() objective { return &judging{RewardModel: s, as: as} })
}

// boilerplate bounds the words around what a question shows, in bytes.
const boilerplate = 512

// questions is how much there is to train on: rows are questions.
func (s *RewardModel) questions(c *Compiler, p *Policy, e *entry) (volume, error) {
	if p.Prompt.unread(e) {
		return volume{rows: e.span(s.Data.Split).n, samples: 1, open: true}, nil
	}
	n := e.count(s.Data.Split)
	var w width
	for _, column := range []string{"input", saysA, saysB, "rubric", "reference", "feedback"} {
		w = w.plus(e.widths.column(column))
	}
	each := int64(2) // in both orders
	words := int64(2)
	if s.Form == "read" { // every part of the rubric, of either answer; all of them are one row
		each, words = 1, e.widths.column("rubric").longest+2
	}
	v := volume{rows: [2]int64{n * each, n * each}, samples: 1, longest: within(p.Info, w.longest+boilerplate)}
	per := 0.0
	if e.widths.rows > 0 {
		per = likely(w, e, p.Info) + boilerplate/likelyBytes
	}
	v.tokens = [2]int64{int64(per * float64(n*each*2)), n * each * words * v.longest}
	return v, nil
}

// batches is how many steps an epoch over so many rows takes.
func batches(rows int64, size int) int { return int((rows + int64(size) - 1) / int64(size)) }

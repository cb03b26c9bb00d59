package steps

import (
	"fmt"

	"idiolect/specs"
)

func rlaif() specs.Kind[Method] {
	return specs.Kind[Method]{
		Name: "rlaif", Version: 1, Planned: true,
		Doc: "reinforcement learning from a judge: groups of rollouts, compared or graded",
		New: func() Method {
			s := &RLAIF{Reward: "mean", ConstantGroups: "keep"}
			s.Tournament.Defaults()
			s.Hyperparameters = RLAIFHyperparameters{
				GroupSize: 4, BatchSize: 256, Steps: 100, LearningRate: 1e-5, Loss: "importance_sampling", Substeps: 1,
				ClipLow: .8, ClipHigh: 1.2, FormatCoef: 1, Beta1: .9, Beta2: .95, LoRA: lora(64),
			}
			return s
		},
	}
}

// RLAIF rewards rollouts by a judge (Bai et al. 2022; Lee et al. 2023). A pairwise
// judge holds a tournament within each group: v is 1 for the better, -1 for the
// worse, 0 for a tie and for a verdict that cannot be read, and a rollout's reward
// is the sum of its v or their mean. Advantages are rewards centred in their
// group; they are not divided by its deviation, which would blow up groups that
// differ by noise alone. The numbers are those of tinker-cookbook's RLHF recipe.
type RLAIF struct {
	Model          specs.ModelRef `yaml:"model" doc:"where training starts" required:"true"`
	Data           specs.DataRef  `yaml:"data" doc:"rows to answer" required:"true"`
	Judge          specs.JudgeRef `yaml:"judge" doc:"who rewards: pairwise by a tournament, score and accept by their value" required:"true"`
	Tournament     Tournament     `yaml:"tournament" doc:"who meets whom, under a pairwise judge"`
	Reward         string         `yaml:"reward" doc:"wins minus losses of a rollout, or per game" enum:"mean,sum"`
	ConstantGroups string         `yaml:"constant_groups" doc:"groups whose rewards are all equal teach nothing: kept, or dropped" enum:"keep,drop"`

	Hyperparameters RLAIFHyperparameters `yaml:"hyperparameters" doc:"what tunes it"`
}

// RLAIFHyperparameters tune reinforcement learning.
type RLAIFHyperparameters struct {
	GroupSize    int     `yaml:"group_size" doc:"rollouts of a row" min:"2" max:"1000"`
	BatchSize    int     `yaml:"batch_size" doc:"rows of a step" positive:"true" max:"100000"`
	Steps        int     `yaml:"steps" doc:"times: sample, judge, train" positive:"true" max:"1000000"`
	LearningRate float64 `yaml:"learning_rate" doc:"of AdamW" positive:"true"`
	Loss         string  `yaml:"loss" doc:"summed over tokens" enum:"importance_sampling,ppo"`
	Substeps     int     `yaml:"substeps" doc:"optimizer steps of one step, over parts of its batch" positive:"true" max:"1000"`
	ClipLow      float64 `yaml:"clip_low" doc:"of ppo: the ratio's lower bound" min:"0" max:"1"`
	ClipHigh     float64 `yaml:"clip_high" doc:"of ppo: the ratio's upper bound" min:"1"`
	FormatCoef   float64 `yaml:"format_coef" doc:"taken off the reward of a rollout that did not end" min:"0"`
	KL           float64 `yaml:"kl" doc:"weight of the distance to the start policy, in the advantage" min:"0"`
	Beta1        float64 `yaml:"beta1" doc:"of AdamW" min:"0" max:"0.999999"`
	Beta2        float64 `yaml:"beta2" doc:"of AdamW" min:"0" max:"0.999999"`
	ClipNorm     float64 `yaml:"clip_norm" doc:"largest gradient norm; 0: not clipped" min:"0"`
	LoRA
}

// Check refuses a tournament that cannot be held, and substeps that split rows.
func (s *RLAIF) Check(e *specs.Experiment, path string) []*specs.Error {
	h := s.Hyperparameters
	errs := append(s.Tournament.check(e, path+".tournament", h.GroupSize), h.LoRA.check(e, path)...)
	if h.Substeps > h.BatchSize {
		errs = append(errs, e.Errorf(path+".hyperparameters.substeps", "", "%d substeps over %d rows - at most one a row", h.Substeps, h.BatchSize))
	}
	if j, ok := e.Judges.Get(s.Judge.ID); ok && j.Kind != "" && j.Kind != "pairwise" && e.Pos(path+".tournament") != e.Pos(path) {
		errs = append(errs, e.Errorf(path+".tournament", "leave it out", "judge %s grades each rollout - tournaments are for pairwise judges", s.Judge.ID))
	}
	return errs
}

// Lower plans the training, its rollouts and its judgements.
func (s *RLAIF) Lower(c *Compiler, id string, m *specs.Method) (*Policy, error) {
	a, p, err := c.training(id, m, s.Model)
	if err != nil {
		return nil, err
	}
	if _, err := c.trainsOn(&a, s.Data); err != nil {
		return nil, err
	}
	h := s.Hyperparameters
	groups := exactly(int64(h.Steps) * int64(h.BatchSize))
	rollouts := groups.times(int64(h.GroupSize))
	answers, questions := rollouts, rollouts
	if c.isPairwise(s.Judge) {
		questions = groups.times(s.Tournament.pairs(h.GroupSize))
		if s.Tournament.Pattern == "start" {
			answers = answers.plus(groups)
		}
	}
	one, err := c.consult(&a, "judge", s.Judge)
	if err != nil {
		return nil, err
	}
	a.Estimate = a.Estimate.Add(p.draws(answers)).Add(one.estimate(questions))
	if err := c.monitored(&a, p, m, h.Steps); err != nil {
		return nil, err
	}
	a.Says = fmt.Sprintf("train %s by rewards of %s, %s rollouts, %s questions", label(p.Info), s.Judge.ID, rollouts, one.asked(questions))
	return c.trained(a, p), nil
}

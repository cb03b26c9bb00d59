package steps

import (
	"fmt"

	"idiolect/runner"
	"idiolect/specs"
)

func rlaif() specs.Kind[Method] {
	return specs.Kind[Method]{
		Name: "rlaif", Version: 1,
		Doc: "reinforcement learning from a judge: groups of rollouts, compared or graded",
		New: func() Method {
			s := &RLAIF{Reward: "mean", Advantage: "center", ConstantGroups: "keep"}
			s.Tournament.Defaults()
			s.Hyperparameters = RLAIFHyperparameters{
				GroupSize: 4, BatchSize: 256, Steps: 100, LearningRate: 1e-5, Loss: "importance_sampling", Substeps: 1,
				ClipLow: .8, ClipHigh: 1.2, FormatCoef: 1, AdamW: adamW(), LoRA: lora(64),
			}
			return s
		},
	}
}

// RLAIF rewards rollouts by a judge (Bai et al. 2022; Lee et al. 2023). A pairwise
// judge holds a tournament within each group: v is 1 for the better, -1 for the
// worse, 0 for a tie and for a verdict that cannot be read, and a rollout's reward
// is the sum of its v or their mean. Advantages are rewards centred in their
// group; they are divided by its deviation only when told to, since that makes as
// much of groups that differ by noise alone. The numbers are those of
// tinker-cookbook's RLHF recipe.
type RLAIF struct {
	Model          specs.ModelRef `yaml:"model" doc:"where training starts" required:"true"`
	Data           specs.DataRef  `yaml:"data" doc:"rows to answer" required:"true"`
	Judge          specs.JudgeRef `yaml:"judge" doc:"who rewards: pairwise by a tournament, score and accept by their value" required:"true"`
	Tournament     Tournament     `yaml:"tournament" doc:"who meets whom, under a pairwise judge"`
	Reward         string         `yaml:"reward" doc:"wins minus losses of a rollout, or per game" enum:"mean,sum"`
	Advantage      string         `yaml:"advantage" doc:"center: reward above the group's mean; leave_one_out: above that of the others; scale: center over the group's deviation" enum:"center,leave_one_out,scale"`
	ConstantGroups string         `yaml:"constant_groups" doc:"groups whose rewards are all equal teach nothing: kept, or dropped" enum:"keep,drop"`

	Hyperparameters RLAIFHyperparameters `yaml:"hyperparameters" doc:"what tunes it"`
}

// RLAIFHyperparameters tune reinforcement learning.
type RLAIFHyperparameters struct {
	GroupSize    int     `yaml:"group_size" doc:"rollouts of a row" min:"2" max:"1000"`
	BatchSize    int     `yaml:"batch_size" doc:"rows of a step" positive:"true" max:"100000"`
	Steps        int     `yaml:"steps" doc:"times: sample, judge, train" positive:"true" max:"1000000"`
	LearningRate float64 `yaml:"learning_rate" doc:"of AdamW" positive:"true"`
	Warmup       int     `yaml:"warmup" doc:"steps until the rate is reached; then it stays" min:"0"`
	Loss         string  `yaml:"loss" doc:"summed over tokens" enum:"importance_sampling,ppo"`
	Substeps     int     `yaml:"substeps" doc:"optimizer steps of one step, over parts of its batch" positive:"true" max:"1000"`
	ClipLow      float64 `yaml:"clip_low" doc:"of ppo: the ratio's lower bound" min:"0" max:"1"`
	ClipHigh     float64 `yaml:"clip_high" doc:"of ppo: the ratio's upper bound" min:"1"`
	FormatCoef   float64 `yaml:"format_coef" doc:"taken off the reward of a rollout that did not end" min:"0"`
	KL           float64 `yaml:"kl" doc:"weight of the distance to the start policy, in the advantage" min:"0"`
	AdamW
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

// Lower trains on the rows of a data entry.
func (s *RLAIF) Lower(c *Compiler, id string, m *specs.Method) (*Policy, error) {
	h := &s.Hyperparameters
	t, e, err := c.trainingOn(id, m, s.Model, s.Data, &h.LoRA)
	if err != nil {
		return nil, err
	}
	t.steps = [2]int64{int64(h.Steps), int64(h.Steps)}
	kind := rlaif()
	defaults := kind.New().(*RLAIF)
	a := runner.Action{
		ID: id, Kind: kind.Name, Version: kind.Version, Pos: c.Pos(id),
		Lines:    append(settingLines("method", s, defaults), c.seed()),
		Defaults: func() []runner.Line { return settingLines("method", defaults, nil) },
	}
	judge, one, err := c.referee(&a, "judge", s.Judge)
	if err != nil {
		return nil, err
	}
	rows := e.span(s.Data.Split).most(int64(h.BatchSize)).times(int64(h.Steps))
	rollouts := rows.times(int64(h.GroupSize))
	answers, questions := rollouts, rollouts
	if c.isPairwise(s.Judge) {
		questions = rows.times(s.Tournament.pairs(h.GroupSize))
		if s.Tournament.Pattern == "start" {
			answers = answers.plus(rows)
		}
	}
	if a.Estimate, err = s.estimate(c, t.Start.wearing(t.Worn), e, rollouts, answers); err != nil {
		return nil, err
	}
	a.Estimate = a.Estimate.Add(one.estimate(questions))
	a.Says = fmt.Sprintf("train %s by rewards of %s, %s rollouts", label(t.Start.Info), s.Judge.ID, rollouts)
	if c.isPairwise(s.Judge) {
		a.Says += fmt.Sprintf(", %s games", questions)
	}
	return c.tunes(a, t, func() objective {
		return &reinforcement{RLAIF: s, judge: judge.anew()}
	})
}

// estimate is what drawing the answers takes, reading them by the start policy, and
// one pass forward and back over the rollouts.
func (s *RLAIF) estimate(c *Compiler, p *Policy, e *entry, rollouts, answers span) (runner.Estimate, error) {
	most := p.longest()
	out := answers.of(most)
	if p.Prompt.unread(e) {
		out.Open = true
		return p.costs(out), nil
	}
	n := e.count("")
	prompt, longest, err := c.prompts(p, e, n, c.scope())
	if err != nil || n == 0 {
		return out, err
	}
	per := [2]int64{prompt[0] / n, longest}
	for i := range 2 {
		out.Prompt[i] = answers.n[i] * per[i]
		likely := out.Output[i] / max(answers.n[i], 1)
		out.Trained[i] = 2 * rollouts.n[i] * (per[i] + likely + 1)
	}
	return p.costs(out), nil
}

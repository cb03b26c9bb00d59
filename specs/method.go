package specs

// Method is an entry of methods: a way to a policy.
type Method struct {
	Kind     string
	Settings any // the kind's own: model, data, judge, hyperparameters, ...

	Prompt      PromptRef  `yaml:"prompt" doc:"how the policy is asked, in training and ever after"`
	TrainPrompt PromptRef  `yaml:"train_prompt" doc:"worn in training only"`
	Monitor     *Monitor   `yaml:"monitor" doc:"evaluates the policy while it trains"`
	Checkpoint  Checkpoint `yaml:"checkpoint" doc:"which of the policies that training passes through it yields"`
	Replicate   int        `yaml:"replicate" doc:"tells equal methods apart: the same with other randomness, for an A/A test" positive:"true"`
}

// Monitor evaluates a policy before, while and after it trains.
type Monitor struct {
	Data     DataRef    `yaml:"data" doc:"rows that are not trained on" required:"true"`
	Judges   []JudgeRef `yaml:"judges" doc:"who judges" required:"true"`
	Every    int        `yaml:"every" doc:"optimizer steps between two evaluations" positive:"true"`
	Baseline string     `yaml:"baseline" doc:"what every evaluation is compared with: the policy before training" enum:"start"`
}

// Defaults evaluates every ten steps.
func (m *Monitor) Defaults() { m.Every, m.Baseline = 10, "start" }

// Checkpoint is the last policy of a training, or the one that a judge of its
// monitor liked best.
type Checkpoint struct {
	Best JudgeRef // "" is the last
}

// Nested is a method inside a method, such as the `train` of expert_iteration.
// It is decoded by the catalog of methods; the references it would need by
// itself (model, data) are given by the method around it, and may be absent.
type Nested struct {
	Kind     string
	Settings any
}

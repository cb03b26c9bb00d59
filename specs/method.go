package specs

// Method is an entry of methods: a way to a policy.
type Method struct {
	Kind     string
	Settings any // the kind's own: model, data, judge, hyperparameters, ...

	Prompt      PromptRef `yaml:"prompt" doc:"how the policy is asked, in training and ever after"`
	TrainPrompt PromptRef `yaml:"train_prompt" doc:"worn in training only"`
}

// Nested is a method inside a method, such as the `train` of expert_iteration.
// It is decoded by the catalog of methods; the references it would need by
// itself (model, data) are given by the method around it, and may be absent.
type Nested struct {
	Kind     string
	Settings any
}

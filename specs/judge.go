package specs

// Judge is an entry of judges: who is asked what about a completion.
type Judge struct {
	Kind     string // what is asked: accept, score, pairwise
	Settings any    // the kind's own settings

	Model        ModelRef  `yaml:"model" doc:"who judges; none means the program"`
	Rubric       RubricRef `yaml:"rubric" doc:"what it looks for; a row's own rubric column wins"`
	Prompt       PromptRef `yaml:"prompt" doc:"how the judge is asked, instead of the built-in way"`
	Feedback     bool      `yaml:"feedback" doc:"a reason before the verdict"`
	Repeats      int       `yaml:"repeats" doc:"times each question is asked" positive:"true"`
	Labels       DataRef   `yaml:"labels" doc:"rows with human verdicts, to measure agreement"`
	MinAgreement float64   `yaml:"min_agreement" doc:"agreement with the labels below which the run fails" min:"0" max:"1"`
}

// Defaults asks each question once.
func (j *Judge) Defaults() { j.Repeats = 1 }

// LabelColumns are the columns in which rows hold what a person said of them.
// They are what a judge is measured by, so that its program does not see them.
func LabelColumns() []string {
	return []string{"accepted", "score", "preference", "annotator", "reason"}
}

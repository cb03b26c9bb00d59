package specs

// Prompt is an entry of prompts: how a model is asked about a row.
type Prompt struct {
	System   *Template `yaml:"system" doc:"Jinja over the row"`
	User     *Template `yaml:"user" doc:"Jinja over the row; {{ input }} by default"`
	Examples *Examples `yaml:"examples" doc:"few-shot examples: rows with input and output"`
	Extract  *Expr     `yaml:"extract" doc:"expression over output: what is judged of a completion" result:"string"`
}

// Examples are rows shown to a model before it is asked.
type Examples struct {
	Data   DataRef `yaml:"data" doc:"rows with input and output" required:"true"`
	Count  int     `yaml:"count" doc:"how many are shown" positive:"true"`
	Choose string  `yaml:"choose" doc:"which ones" enum:"first,random,nearest"`
}

// Defaults shows the first three rows.
func (x *Examples) Defaults() { x.Count, x.Choose = 3, "first" }

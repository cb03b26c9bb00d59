package specs

// Rubric is an entry of rubrics: what a judge looks for.
type Rubric struct {
	Text     string      `yaml:"text" doc:"the rubric in words, for a model that judges"`
	Criteria []Criterion `yaml:"criteria" doc:"its parts, each judged by itself"`
}

// Criterion is one part of a rubric.
type Criterion struct {
	Name   string  `yaml:"name" doc:"an id" required:"true" id:"true"`
	Says   string  `yaml:"says" doc:"what a model reads"`
	Answer string  `yaml:"answer" doc:"the word that means it is met, for a judge of form read; yes by default"`
	Expr   *Expr   `yaml:"expr" doc:"what a program runs: true or false, or a number on the scale" result:"score"`
	Weight float64 `yaml:"weight" doc:"share in the score; negative for a penalty"`
	Scale  Scale   `yaml:"scale" doc:"5 for 1 to 5, or [low, high]; yes or no when absent"`
	Hard   bool    `yaml:"hard" doc:"when it fails the score is 0"`
}

// Defaults gives a criterion weight 1.
func (c *Criterion) Defaults() { c.Weight = 1 }

// Scale is the range of a graded criterion; the zero Scale is yes or no.
type Scale struct{ Low, High float64 }

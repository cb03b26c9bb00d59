package specs

// Eval is an entry of evals: which methods are compared, on what, by whom.
type Eval struct {
	Data     DataRef     `yaml:"data" doc:"held-out rows" required:"true"`
	Methods  []MethodRef `yaml:"methods" doc:"what is compared; none evaluates the judges against the rows' labels"`
	Judges   []JudgeRef  `yaml:"judges" doc:"who judges" required:"true"`
	Baseline MethodRef   `yaml:"baseline" doc:"the method that the others are compared with"`
	Samples  int         `yaml:"samples" doc:"completions per row" positive:"true" max:"100000"`
	Sampling *Sampling   `yaml:"sampling" doc:"one way of sampling for all methods"`
	Pairs    string      `yaml:"pairs" doc:"whom a pairwise judge compares: each with the baseline, or all" enum:"baseline,all"`
	Swap     string      `yaml:"swap" doc:"a control: every person is answered by another's policy, or asked about with another's profile" enum:"policy,profile"`
	Seen     bool        `yaml:"seen" doc:"rows that were trained on: labelled so, not removed"`
}

// Defaults takes one completion per row and compares with the baseline.
func (e *Eval) Defaults() { e.Samples, e.Pairs = 1, "baseline" }

package specs

import "fmt"

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

// Ask compiles a prompt from the texts of one that was written down, with the
// vars that it saw; a text that is empty is absent.
func (e *Experiment) Ask(system, user, extract string, vars map[string]any) (*Prompt, error) {
	p := &Prompt{}
	templates := newJinja()
	for _, t := range []struct {
		text string
		to   **Template
	}{{system, &p.System}, {user, &p.User}} {
		if t.text == "" {
			continue
		}
		parsed, _, wrong := templates.parse(t.text, vars)
		if wrong != nil {
			return nil, fmt.Errorf("its prompt %q: %s", t.text, wrong.message)
		}
		*t.to = parsed
	}
	if extract == "" {
		return p, nil
	}
	x, _, wrong := newVocabulary(e.lang.Words, vars).compile(extract, "string")
	if wrong != nil {
		return nil, fmt.Errorf("its extract %q: %s", extract, wrong.message)
	}
	p.Extract = x
	return p, nil
}

package steps

import (
	"fmt"
	"slices"

	"idiolect/backends"
	"idiolect/datasets"
	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

// Asking is a prompt with what it needs from the plan.
type Asking struct {
	*specs.Prompt
	Examples *entry // where few-shot examples come from; nil: none
	split    string
	said     []runner.Line // its settings
	seed     int64         // of examples that are drawn
	worn     string        // "train_" for what is worn in training only, beside the prompt that is kept

	// Of a prompt that a finished run wrote down:
	text  string         // as it was written; "" for a prompt of the spec
	scope map[string]any // what it saw beside a row
	shown []tables.Row   // the rows that its examples are chosen from
}

// asking resolves a prompt reference; inherited is used when there is none.
func (c *Compiler) asking(ref specs.PromptRef, inherited *Asking) (*Asking, error) {
	if ref.ID == "" {
		return inherited, nil
	}
	p, ok := c.Prompts.Get(ref.ID)
	if !ok {
		return nil, &specs.Error{Pos: ref.Pos, Message: fmt.Sprintf("there is no prompt %q", ref.ID)}
	}
	a := &Asking{Prompt: p, said: c.said("prompt", p, new(specs.Prompt)), seed: c.Seed}
	if p.Examples == nil {
		return a, nil
	}
	var err error
	if a.Examples, err = c.entry(p.Examples.Data.ID); err != nil {
		return nil, err
	}
	a.split = p.Examples.Data.Split
	return a, c.enough("prompts."+ref.ID+".examples", p.Examples, a.Examples)
}

// enough refuses to show more examples than there are.
func (c *Compiler) enough(path string, x *specs.Examples, e *entry) error {
	if n := e.span(x.Data.Split); n.n[1] < int64(x.Count) && !n.open {
		return c.Errorf(path+".count", "", "%d examples of %s, which has %d rows - so many can be shown", x.Count, x.Data, n.n[1])
	}
	return nil
}

// worn is how a method is asked while it trains: its train_prompt, or as ever.
func (c *Compiler) worn(m *specs.Method, kept *Asking) (*Asking, error) {
	if m.TrainPrompt.ID == "" {
		return kept, nil
	}
	a, err := c.asking(m.TrainPrompt, nil)
	if err != nil {
		return nil, err
	}
	a.worn = "train_"
	return a, nil
}

// extracts says whether what is judged of a completion is a part of it.
func (a *Asking) extracts() bool { return a != nil && a.Extract != nil }

// lines says in a key how a policy is asked.
func (a *Asking) lines() []runner.Line {
	if a == nil {
		return nil
	}
	label, lines := a.worn+"prompt", slices.Clone(a.said)
	if a.worn != "" {
		lines = settingLines(label, a.Prompt, new(specs.Prompt))
	}
	if a.text != "" {
		return append(lines, line(label+".stored", a.text))
	}
	if a.Examples == nil {
		return lines
	}
	lines = append(lines, line(label+".examples.order", "file"))
	if a.Prompt.Examples.Choose == "random" {
		lines = append(lines, line(label+".examples.seed", a.seed))
	}
	if a.split != "" {
		lines = append(lines, line(label+".examples.split", a.split))
	}
	return lines
}

// input is the name under which a step reads the prompt's examples.
func (a *Asking) input() string { return a.worn + "examples" }

func (a *Asking) inputs() []runner.Input {
	if a == nil || a.Examples == nil {
		return nil
	}
	return []runner.Input{{Name: a.input(), From: a.Examples.action}}
}

// Messages renders what is sent about a row. examples are rows with input and
// output, shown as turns before it.
func (a *Asking) Messages(fields, scope map[string]any, examples []tables.Row) ([]backends.Message, error) {
	var ms []backends.Message
	if a != nil && a.System != nil {
		text, err := a.System.Render(datasets.Env(fields, a.seen(scope)))
		if err != nil {
			return nil, err
		}
		ms = append(ms, backends.Message{Role: "system", Content: text})
	}
	for _, x := range examples {
		f, err := datasets.Fields(x.Fields)
		if err != nil {
			return nil, err
		}
		asked, err := a.user(f, scope)
		if err != nil {
			return nil, err
		}
		answer, ok := f["output"].(string)
		if !ok {
			return nil, fmt.Errorf("example %s has no output", x.RowKey)
		}
		ms = append(ms, backends.Message{Role: "user", Content: asked}, backends.Message{Role: "assistant", Content: answer})
	}
	asked, err := a.user(fields, scope)
	return append(ms, backends.Message{Role: "user", Content: asked}), err
}

func (a *Asking) user(fields, scope map[string]any) (string, error) {
	if a != nil && a.User != nil {
		return a.User.Render(datasets.Env(fields, a.seen(scope)))
	}
	text, ok := fields["input"].(string)
	if !ok {
		return "", fmt.Errorf("the row has no text in a column input - say how it is asked in prompts")
	}
	return text, nil
}

// extract is what is judged of a completion: null when it is the completion
// itself. An expression that fails is the sample's error.
func (a *Asking) extract(fields, scope map[string]any, completion string) (extracted, failure *string) {
	if a == nil || a.Extract == nil {
		return nil, nil
	}
	env := datasets.Env(fields, a.seen(scope))
	env["output"] = completion
	v, err := a.Extract.Eval(env)
	if err != nil {
		return nil, optional("extract: " + err.Error())
	}
	text, ok := v.(string)
	if !ok {
		return nil, optional(fmt.Sprintf("extract: %v - want a text", v))
	}
	return &text, nil
}

// readers lists what of a prompt reads a row.
func (a *Asking) readers() []reader {
	if a == nil || a.text != "" { // what a stored one reads is stored with it
		return nil
	}
	return append(ofExprs(a.Extract), ofTemplates(a.System, a.User)...)
}

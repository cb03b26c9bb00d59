package steps

import (
	"encoding/json"
	"fmt"

	"idiolect/backends"
	"idiolect/datasets"
	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

// Policy is a way of answering while the plan is made: a model or the step that
// trains it, and how it is asked.
type Policy struct {
	Action   *runner.Action // the step that writes its policies table; nil for a model as it comes
	Backend  backends.Backend
	Info     backends.Info
	Prompt   *Asking        // nil: the row's input as it stands
	Sampling specs.Sampling // unless an eval says otherwise
	Repeated bool           // it is another one in each repeat
	path     string
}

// Asking is a prompt with what it needs from the plan.
type Asking struct {
	*specs.Prompt
	Examples *entry // where few-shot examples come from; nil: none
	split    string
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
	a := &Asking{Prompt: p}
	if p.Examples == nil {
		return a, nil
	}
	var err error
	a.Examples, err = c.entry(p.Examples.Data.ID)
	a.split = p.Examples.Data.Split
	return a, err
}

// lines says in a key how a policy is asked.
func (a *Asking) lines() []runner.Line {
	if a == nil {
		return nil
	}
	lines := settingLines("prompt", a.Prompt, new(specs.Prompt))
	if a.Examples != nil {
		lines = append(lines, line("prompt.examples.order", "file"))
	}
	if a.Examples != nil && a.split != "" {
		lines = append(lines, line("prompt.examples.split", a.split))
	}
	return lines
}

func (a *Asking) inputs() []runner.Input {
	if a == nil || a.Examples == nil {
		return nil
	}
	return []runner.Input{{Name: "examples", From: a.Examples.action}}
}

// Messages renders what is sent about a row. examples are rows with input and
// output, shown as turns before it.
func (a *Asking) Messages(fields, vars map[string]any, examples []tables.Row) ([]backends.Message, error) {
	var ms []backends.Message
	if a != nil && a.System != nil {
		text, err := a.System.Render(datasets.Env(fields, vars))
		if err != nil {
			return nil, err
		}
		ms = append(ms, backends.Message{Role: "system", Content: text})
	}
	for _, x := range examples {
		f, err := rowFields(x)
		if err != nil {
			return nil, err
		}
		asked, err := a.user(f, vars)
		if err != nil {
			return nil, err
		}
		answer, ok := f["output"].(string)
		if !ok {
			return nil, fmt.Errorf("example %s has no output", x.RowKey)
		}
		ms = append(ms, backends.Message{Role: "user", Content: asked}, backends.Message{Role: "assistant", Content: answer})
	}
	asked, err := a.user(fields, vars)
	return append(ms, backends.Message{Role: "user", Content: asked}), err
}

func (a *Asking) user(fields, vars map[string]any) (string, error) {
	if a != nil && a.User != nil {
		return a.User.Render(datasets.Env(fields, vars))
	}
	text, ok := fields["input"].(string)
	if !ok {
		return "", fmt.Errorf("the row has no text in a column input - say how it is asked in prompts")
	}
	return text, nil
}

// text is the prompt as the policies table tells it.
func (a *Asking) text() string {
	if a == nil {
		return `{"user":"{{ input }}"}`
	}
	m := map[string]string{}
	for _, l := range a.lines() {
		m[l.Label[len("prompt."):]] = l.Value
	}
	text, err := datasets.Canonical(m)
	if err != nil {
		panic(err)
	}
	return text
}

// opened is a policy artifact, read.
type opened struct {
	tables.Policy
	model backends.Model
}

// open reads the policies table of an artifact made from this policy's model.
func (p *Policy) open(a *runner.Artifact) (opened, error) {
	rows, err := readTable[tables.Policy](a, "policies.parquet")
	if err != nil {
		return opened{}, err
	}
	if len(rows) != 1 {
		return opened{}, fmt.Errorf("a policy artifact has %d rows - want one", len(rows))
	}
	o := opened{Policy: rows[0], model: backends.Model{Name: p.Info.Name}}
	if rows[0].Checkpoint != nil {
		o.model.Checkpoint, err = a.Path(*rows[0].Checkpoint)
	}
	return o, err
}

// rowFields decodes the columns of a stored row.
func rowFields(r tables.Row) (map[string]any, error) { return decodeFields(r.Fields) }

func readTable[T any](a *runner.Artifact, file string) ([]T, error) {
	path, err := a.Path(file)
	if err != nil {
		return nil, err
	}
	return tables.Read[T](path)
}

func writeTable[T any](r *runner.Run, file string, rows []T) error {
	w, err := r.Create(file)
	if err != nil {
		return err
	}
	if err := tables.Write(w, rows); err != nil {
		w.Close()
		return err
	}
	return w.Close()
}

// decodeFields reads the columns of a row or sample, whole numbers as int64.
func decodeFields(text string) (map[string]any, error) {
	return datasets.Fields(text)
}

func mustJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

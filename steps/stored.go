package steps

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"idiolect/datasets"
	"idiolect/runner/tables"
	"idiolect/specs"
)

// storedPrompt is how a policy is asked, as the policies table has it: all that
// it takes to ask the same again where there is neither the spec nor its data.
type storedPrompt struct {
	System   string          `json:"system,omitempty"`
	User     string          `json:"user,omitempty"`
	Extract  string          `json:"extract,omitempty"`
	Examples *storedExamples `json:"examples,omitempty"`
	Scope    map[string]any  `json:"scope,omitempty"` // vars and profile, where its texts read them
}

// storedExamples are few-shot examples with the rows that they are chosen from.
type storedExamples struct {
	Count  int         `json:"count"`
	Choose string      `json:"choose"`
	Seed   int64       `json:"seed,omitempty"` // of a random choice
	Rows   []storedRow `json:"rows"`           // as people ordered them
}

type storedRow struct {
	Key    string         `json:"row_key"`
	Fields map[string]any `json:"fields"`
}

// stored writes a prompt down. rows are what its examples are chosen from.
func (a *Asking) stored(scope map[string]any, rows []tables.Row) (string, error) {
	s := storedPrompt{User: "{{ input }}"}
	if a != nil {
		s = storedPrompt{System: textOrNone(a.System), User: textOrNone(a.User), Extract: textOrNone(a.Extract), Scope: a.reads(scope)}
	}
	if a != nil && a.Prompt.Examples != nil {
		s.Examples = &storedExamples{Count: a.Prompt.Examples.Count, Choose: a.Prompt.Examples.Choose}
		if s.Examples.Choose == "random" {
			s.Examples.Seed = a.seed
		}
		for _, row := range rows {
			fields, err := datasets.Fields(row.Fields)
			if err != nil {
				return "", err
			}
			s.Examples.Rows = append(s.Examples.Rows, storedRow{row.RowKey, fields})
		}
	}
	return datasets.Canonical(s)
}

func textOrNone[T interface {
	*specs.Template | *specs.Expr
	String() string
}](text T) string {
	if text == nil {
		return ""
	}
	return text.String()
}

// reads is what of a scope the prompt's texts read.
func (a *Asking) reads(scope map[string]any) map[string]any {
	scope = a.seen(scope)
	out := map[string]any{}
	for _, r := range append(ofExprs(a.Extract), ofTemplates(a.System, a.User)...) {
		for _, name := range r.Names() {
			if v, ok := scope[name]; ok {
				out[name] = v
			}
		}
	}
	return out
}

// kept are the example rows of a prompt that brings its own.
func (a *Asking) kept() []tables.Row {
	if a == nil {
		return nil
	}
	return a.shown
}

// seen is what the prompt's texts see beside a row: the scope, and before it
// what was stored with the prompt.
func (a *Asking) seen(scope map[string]any) map[string]any {
	if a == nil || len(a.scope) == 0 {
		return scope
	}
	all := maps.Clone(scope)
	maps.Copy(all, a.scope)
	return all
}

// shows is how many of its own examples a prompt shows, and how many bytes one has
// at most.
func (a *Asking) shows(scope map[string]any) (n, longest int64, err error) {
	for _, row := range a.shown {
		fields, err := datasets.Fields(row.Fields)
		if err != nil {
			return 0, 0, err
		}
		asked, err := a.user(fields, scope)
		if err != nil {
			return 0, 0, err
		}
		answer, _ := fields["output"].(string)
		longest = max(longest, textBytes(asked)+textBytes(answer))
	}
	return int64(min(a.Prompt.Examples.Count, len(a.shown))), longest, nil
}

// restored is a stored prompt, ready to ask.
func (c *Compiler) restored(text string) (*Asking, error) {
	var s storedPrompt
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return nil, fmt.Errorf("its prompt cannot be read: %w", err)
	}
	vars, _ := s.Scope["vars"].(map[string]any)
	p, err := c.Ask(s.System, s.User, s.Extract, vars)
	if err != nil {
		return nil, err
	}
	a := &Asking{Prompt: p, said: c.said("prompt", p, new(specs.Prompt)), scope: s.Scope, text: text}
	if s.Examples == nil {
		return a, nil
	}
	a.seed = s.Examples.Seed
	p.Examples = &specs.Examples{Count: s.Examples.Count, Choose: s.Examples.Choose}
	for _, r := range s.Examples.Rows {
		fields, err := datasets.Canonical(r.Fields)
		if err != nil {
			return nil, err
		}
		a.shown = append(a.shown, tables.Row{RowKey: r.Key, Fields: fields})
	}
	return a, nil
}

// lacks names the first variable that a restored prompt reads and rows with
// these columns do not have.
func (a *Asking) lacks(columns []string) (string, bool) {
	if a == nil || a.text == "" || columns == nil {
		return "", false
	}
	for _, t := range []*specs.Template{a.System, a.User} {
		if t == nil {
			continue
		}
		for _, name := range t.Required() {
			if _, stored := a.scope[name]; !stored && !slices.Contains(columns, name) {
				return name, true
			}
		}
	}
	return "", false
}

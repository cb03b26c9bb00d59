package steps

import (
	"encoding/json"
	"fmt"

	"idiolect/backends"
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
	Limits   *backends.Limits
	Price    *specs.Price // nil: not known, or nothing
	path     string
	again    int       // a method's `replicate`: which of several equal policies this is
	drafts   *drafts   // best_of_n: an answer is one of these; nil: of one call
	variants []variant // of a mix, which is several policies and none itself
	choice   []*Policy // of a select whose candidates differ in how they are asked: in the order of its table
}

// drafts are the completions behind one answer, of which a judge picks.
type drafts struct {
	n     int
	judge specs.JudgeRef
}

// wearing is the policy asked by another prompt.
func (p *Policy) wearing(a *Asking) *Policy {
	own := *p
	if a != nil && a.worn != "" {
		bare := *a
		bare.worn = ""
		a = &bare
	}
	own.Prompt = a
	own.variants, own.choice = nil, nil
	for _, v := range p.variants {
		v.policy = v.policy.wearing(a)
		own.variants = append(own.variants, v)
	}
	if !alike(p.choice) {
		for _, q := range p.choice {
			own.choice = append(own.choice, q.wearing(a))
		}
	}
	return &own
}

// longest is how many tokens a completion of the policy may have.
func (p *Policy) longest() int64 {
	most := int64(0)
	for _, v := range p.variants {
		most = max(most, v.policy.longest())
	}
	for _, q := range p.choice {
		most = max(most, q.longest())
	}
	if p.variants == nil && p.choice == nil {
		most = int64(*merge(p.Sampling, nil).MaxTokens)
	}
	return most
}

// extracts says whether what is judged of every completion is what a prompt
// extracts.
func (p *Policy) extracts() bool {
	for _, v := range p.variants {
		if !v.policy.extracts() {
			return false
		}
	}
	for _, q := range p.choice {
		if !q.extracts() {
			return false
		}
	}
	return p.variants != nil || p.choice != nil || p.Prompt.extracts()
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

func mustJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// Package reports is THE ANSWERS: what a run found, told by rule from its artifacts.
//
// [Build] reads the tables of a finished, or partly failed, run and never calls a model. The [Report] it
// gives is written to a terminal, as report.md, and as tables in Markdown and CSV. Every figure comes with
// its n, its errors and its interval; what cannot be claimed is said in words, and a step that failed
// leaves a hole with a name.
//
//	about.go load.go               what a run keeps of its spec for this; artifacts by step
//	places.go lineage.go           a step by where it stands on the axes; which step made what
//	evaluation.go                  an eval with its tables, and how to look figures up
//	main_table.go differences.go   how often each method was accepted; every two methods compared
//	sweep.go curve.go persons.go   all cells of a sweep; how a method moves along it; every person alone
//	criteria.go training.go        what moved; what was trained, on what
//	budget.go                      what each method saw and took, with every step that leads to it
//	rates.go                       win rates at equal lengths, strengths
//	panel.go overoptimization.go   what no judge was asked about; proxies against others
//	hacked.go                      completions on which they disagree
//	skipped.go making.go           rows of data that were left out; what became of those that steps made
//	findings.go rounds.go          sentences made from the numbers
//	agreement.go                   how well judges agree with labels
//	chosen.go mixed.go             which candidate was taken; policies watched in training; who of a mix answered
//	claims.go                      the spec's expect, with verdicts
//	examples.go appendix.go        completions chosen by rule; settings, keys, times
//	writeup.go writeup_how.go      the run's answers in prose; how it was done
//	values.go template.go          what a template of one's own is filled with
//	page.go markdown.go            what a report consists of; report.md
//	files.go csv.go                what a run directory gets; the tables as raw numbers
//	diff.go diff_spec.go           two runs compared, and their specs value by value
//	soundness.go                   how sound judges are
//	outcomes.go                    verdicts of different evals, cells or runs compared
//	terminal.go terminal_table.go  what a terminal shows of it
//	beside.go                      texts next to each other
//	format.go text.go              numbers and other people's text, written one way everywhere
//
// Text that a model or a service wrote is data: nothing in it can end a code block, start a tag or move a
// cursor. It knows no backends. Statistics it reads; only what no step compared (cells, evals and runs with each
// other, P over a whole sweep) it asks of internal/stats.
package reports

import (
	"fmt"
	"slices"

	"idiolect/runner"
)

// Input says which run a report is about.
type Input struct {
	About
	Dir       string          // run directory, for its run.json and events.jsonl; empty: none is read
	Plan      *runner.Plan    // what was run
	Artifacts Artifacts       // what its steps made
	Result    *runner.Result  // how the steps ended; nil: run.json of Dir says it
	End       runner.RunState // of a run that is not recorded as ended yet; zero: run.json of Dir says it
	Spec      []byte          // the spec as it was read; it goes into the appendix

	// Fill fills a template with the report's values; it is needed where the spec has one.
	Fill func(text string, values map[string]any) (string, error)
}

// Artifacts finds what a step made, by its key: a store, or what a run directory has of one.
type Artifacts interface {
	Has(runner.Key) bool
	Open(runner.Key) (*runner.Artifact, error)
}

// Report is what a run found. It is not changed after [Build], and safe for several goroutines.
type Report struct {
	in         Input
	src        *source
	evals      []*evaluation // of a swept eval one for each cell in which it differs
	trained    []*trained
	agreements []agreed
	holes      []hole
	outcomes   []Outcome
	needs      []*budget // what each method took
	sections   []section
}

// Build reads what the report needs. What a failed step did not write is told in the report; an error
// means that nothing can be told: a table of another schema, a disk that cannot be read.
func Build(in Input) (*Report, error) {
	if in.Plan == nil || in.Artifacts == nil {
		return nil, fmt.Errorf("report of %s: it needs a plan and artifacts", in.Name)
	}
	src := newSource(in)
	r := &Report{in: in, src: src}
	var err error
	if r.evals, err = src.evaluations(); err != nil {
		return nil, fmt.Errorf("report of %s: %w", in.Name, err)
	}
	if r.trained, err = src.allTrained(); err != nil {
		return nil, fmt.Errorf("report of %s: %w", in.Name, err)
	}
	if r.agreements, err = src.agreements(); err != nil {
		return nil, fmt.Errorf("report of %s: %w", in.Name, err)
	}
	if r.holes, err = src.holes(); err != nil {
		return nil, fmt.Errorf("report of %s: %w", in.Name, err)
	}
	if r.needs, err = r.budgets(); err != nil {
		return nil, fmt.Errorf("report of %s: %w", in.Name, err)
	}
	r.outcomes = r.judgeClaims()
	if r.sections, err = r.compose(); err != nil {
		return nil, fmt.Errorf("report of %s: %w", in.Name, err)
	}
	return r, nil
}

// Claims are the spec's claims with their verdicts, in the order of Input.Claims.
func (r *Report) Claims() []Outcome { return slices.Clone(r.outcomes) }

// compose puts the sections in the order in which people read them.
func (r *Report) compose() ([]section, error) {
	sections := []section{r.missing(), r.claims()}
	var examples []section
	for _, group := range r.groups() {
		told, err := r.group(group)
		if err != nil {
			return nil, err
		}
		sections = append(sections, told...)
		shown, err := r.examples(group)
		if err != nil {
			return nil, err
		}
		examples = append(examples, shown...)
		disputed, err := r.disputed(highest(group))
		if err != nil {
			return nil, err
		}
		examples = append(examples, disputed)
	}
	skipped, err := r.skipped()
	if err != nil {
		return nil, err
	}
	choices, err := r.src.choices()
	if err != nil {
		return nil, err
	}
	far, err := r.overoptimized()
	if err != nil {
		return nil, err
	}
	choices = append(choices, far)
	told, err := r.writeUp()
	if err != nil {
		return nil, err
	}
	sections = slices.Concat(sections, r.judges(), r.training(), []section{r.costs()}, choices, []section{skipped}, examples, []section{told})
	appendix, err := r.appendix()
	if err != nil {
		return nil, err
	}
	sections = append(sections, appendix...)
	return slices.DeleteFunc(sections, func(s section) bool { return len(s.blocks) == 0 }), nil
}

// groups are the evals that are told, in the spec's order, each with all its cells.
func (r *Report) groups() [][]*evaluation {
	var ids []string
	by := map[string][]*evaluation{}
	for _, e := range r.evals {
		if e.Untold {
			continue
		}
		if by[e.ID] == nil {
			ids = append(ids, e.ID)
		}
		by[e.ID] = append(by[e.ID], e)
	}
	out := make([][]*evaluation, len(ids))
	for i, id := range ids {
		out[i] = by[id]
	}
	return out
}

// group tells an eval: all cells in one table, and each cell alone as a detail of it.
func (r *Report) group(cells []*evaluation) ([]section, error) {
	var sections []section
	if len(cells) > 1 {
		all, err := r.sweep(cells)
		if err != nil {
			return nil, err
		}
		sections = append(sections, all)
	}
	for _, e := range cells {
		for _, s := range r.cell(e) {
			s.detail = s.detail || len(cells) > 1
			sections = append(sections, s)
		}
	}
	return sections, nil
}

// cell tells an eval in one cell of the sweep.
func (r *Report) cell(e *evaluation) []section {
	if e.scores == nil {
		hole := para("It has no figures, because not all of its steps came to their end; see what is missing.")
		return []section{{title: e.title(), blocks: []block{hole}}}
	}
	return []section{r.mainTables(e), e.persons(), r.pairs(e), r.criteria(e), r.panel(e)}
}

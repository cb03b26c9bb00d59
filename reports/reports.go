// Package reports is THE ANSWERS: what a run found, told by rule from its artifacts.
//
// [Build] reads the tables of a finished, or partly failed, run and never calls a model. The [Report] it
// gives is written to a terminal, as report.md, and as tables in Markdown and CSV. Every figure comes with
// its n, its errors and its interval; what cannot be claimed is said in words, and a step that failed
// leaves a hole with a name.
//
//	load.go lineage.go             artifacts by step; which step made what
//	evaluation.go                  an eval with its tables, and how to look figures up
//	main_table.go differences.go   how often each method was accepted; every two methods compared
//	criteria.go training.go        what moved; what was trained, on what
//	skipped.go                     rows of data that were left out
//	findings.go rounds.go          sentences made from the numbers
//	claims.go                      the spec's expect, with verdicts
//	examples.go appendix.go        completions chosen by rule; settings, keys, times
//	page.go markdown.go csv.go     what a report consists of; report.md, and the tables as files
//	terminal.go terminal_table.go  what a terminal shows of it
//	format.go text.go              numbers and other people's text, written one way everywhere
//
// Text that a model or a service wrote is data: nothing in it can end a code block, start a tag or move a
// cursor. It knows no backends, and no statistics beyond reading them.
package reports

import (
	"fmt"
	"slices"

	"idiolect/runner"
)

// Input says which run a report is about.
type Input struct {
	Name   string          // the experiment's
	Dir    string          // run directory, for its run.json and events.jsonl; empty: none is read
	Plan   *runner.Plan    // what was run
	Store  *runner.Store   // holds its artifacts, by the keys of the plan's actions
	Result *runner.Result  // how the steps ended; nil: run.json of Dir says it
	End    runner.RunState // of a run that is not recorded as ended yet; zero: run.json of Dir says it

	Evals  []EvalInfo // in the spec's order
	Claims []Claim    // the spec's expect
	Spec   []byte     // the spec as it was read; it goes into the appendix

	Release  string // of idiolect; empty: not told
	Hardware string // the machine, in words; empty: not told. It may differ between equal runs
}

// EvalInfo is what the spec says of an eval. An eval without methods is passed over.
type EvalInfo struct {
	ID       string
	Baseline string   // the method that the others are compared with; empty: the first
	Methods  []string // in the spec's order
	Judges   []string
	Pairs    string // baseline, or all: every two methods get a row
	Samples  int    // completions per row and repeat
	Data     string // the reference, such as topics.test
}

// Report is what a run found. It is not changed after [Build], and safe for several goroutines.
type Report struct {
	in       Input
	evals    []*evaluation
	trained  []*trained
	holes    []hole
	outcomes []Outcome
	sections []section
}

// Build reads what the report needs. What a failed step did not write is told in the report; an error
// means that nothing can be told: a table of another schema, a disk that cannot be read.
func Build(in Input) (*Report, error) {
	if in.Plan == nil || in.Store == nil {
		return nil, fmt.Errorf("report of %s: it needs a plan and a store", in.Name)
	}
	in.Evals = slices.DeleteFunc(slices.Clone(in.Evals), func(e EvalInfo) bool { return len(e.Methods) == 0 })
	r := &Report{in: in}
	src := &source{in: in}
	src.readEnd()
	for _, info := range in.Evals {
		e, err := src.evaluation(info)
		if err != nil {
			return nil, fmt.Errorf("report of %s: eval %s: %w", in.Name, info.ID, err)
		}
		r.evals = append(r.evals, e)
	}
	var err error
	if r.trained, err = src.allTrained(); err != nil {
		return nil, fmt.Errorf("report of %s: %w", in.Name, err)
	}
	if r.holes, err = src.holes(); err != nil {
		return nil, fmt.Errorf("report of %s: %w", in.Name, err)
	}
	r.outcomes = r.judgeClaims()
	if r.sections, err = r.compose(src); err != nil {
		return nil, fmt.Errorf("report of %s: %w", in.Name, err)
	}
	return r, nil
}

// Claims are the spec's claims with their verdicts, in the order of Input.Claims.
func (r *Report) Claims() []Outcome { return slices.Clone(r.outcomes) }

// compose puts the sections in the order in which people read them.
func (r *Report) compose(src *source) ([]section, error) {
	sections := []section{r.missing(), r.claims()}
	for _, e := range r.evals {
		if e.scores == nil {
			hole := para("It has no figures, because not all of its steps came to their end; see what is missing.")
			sections = append(sections, section{title: "Eval " + e.ID, blocks: []block{hole}})
			continue
		}
		sections = append(sections, r.mainTables(e), r.pairs(e), r.criteria(e))
	}
	skipped, err := r.skipped(src)
	if err != nil {
		return nil, err
	}
	sections = append(sections, r.training(), skipped)
	for _, e := range r.evals {
		s, err := r.examples(src, e)
		if err != nil {
			return nil, err
		}
		sections = append(sections, s...)
	}
	appendix, err := r.appendix(src)
	if err != nil {
		return nil, err
	}
	sections = append(sections, appendix...)
	return slices.DeleteFunc(sections, func(s section) bool { return len(s.blocks) == 0 }), nil
}

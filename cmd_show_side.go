package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"idiolect/reports"
	"idiolect/runner"
	"idiolect/runner/tables"
)

// besideSample and besideVerdict are the columns of two tables that are shown.
type besideSample struct {
	ID         string  `parquet:"id"`
	RowKey     string  `parquet:"row_key"`
	Replicate  int64   `parquet:"replicate"`
	Messages   string  `parquet:"messages"`
	Completion *string `parquet:"completion,optional"`
	Error      *string `parquet:"error,optional"`
}

type besideVerdict struct {
	SampleID string   `parquet:"sample_id"`
	Accepted *bool    `parquet:"accepted,optional"`
	Score    *float64 `parquet:"score,optional"`
	Reason   *string  `parquet:"reason,optional"`
	Error    *string  `parquet:"error,optional"`
}

// column is what of a verdict can be asked for: accepted or the score.
func (v besideVerdict) column() any {
	switch {
	case v.Score != nil:
		return *v.Score
	case v.Accepted != nil:
		return *v.Accepted
	}
	return nil
}

func (v besideVerdict) String() string {
	why := ""
	if v.Reason != nil {
		why = ": " + *v.Reason
	}
	switch {
	case v.Error != nil:
		return "no verdict: " + *v.Error
	case v.Score != nil:
		return "scores " + strconv.FormatFloat(*v.Score, 'g', 3, 64) + why
	case v.Accepted != nil && *v.Accepted:
		return "accepted" + why
	}
	return "rejected" + why
}

// besideRow is one prompt with what several methods answered.
type besideRow struct {
	values map[string]any // by column: row_key, replicate, asked, METHOD, METHOD_JUDGE
	heads  []string       // a method with its verdicts
	texts  []string
}

// showBeside prints the completions of several methods of an eval next to each
// other, those of the same row and replicate.
func (a *app) showBeside(dir, eval string, f showFlags) error {
	recorded, err := runner.ReadPlan(dir)
	if err != nil {
		return err
	}
	plan, err := recorded.Plan()
	if err != nil {
		return err
	}
	eval = "evals." + strings.TrimPrefix(eval, "evals.")
	columns := []string{"row_key", "replicate", "asked"}
	var rows []*besideRow
	methods := wholeIDs(f.beside)
	for i, m := range methods {
		more, err := readBeside(dir, plan, eval, m, i, &rows)
		if err != nil {
			return err
		}
		columns = append(columns, more...)
	}
	rows = slices.DeleteFunc(rows, func(r *besideRow) bool { return len(r.heads) < len(methods) })
	byValues := make([]map[string]any, len(rows))
	for i, r := range rows {
		r.values[rowNumber] = i
		byValues[i] = r.values
	}
	if f.asJSON || len(f.columns) > 0 {
		return a.printTable(columns, byValues, f)
	}
	kept, total, err := f.chosen(columns, byValues)
	if err != nil {
		return usage(err)
	}
	for i, values := range kept {
		r := rows[values[rowNumber].(int)]
		fmt.Fprintf(a.stdout, "-- row %d: %s\n", i+1, reports.Visible(strings.ReplaceAll(fmt.Sprint(values["asked"]), "\n", " ")))
		if err := reports.Beside(a.stdout, width(a.stdout), r.heads, r.texts); err != nil {
			return err
		}
	}
	a.tellMore(len(kept), total)
	return nil
}

// rowNumber is where among all of them a row stands; no column is called so.
const rowNumber = "#"

// wholeIDs puts together what a comma cut within an id: sft@epochs=2,rank=4.
func wholeIDs(list []string) []string {
	var out []string
	for _, s := range list {
		if n := len(out); n > 0 && strings.Contains(s, "=") && !strings.Contains(s, "@") {
			out[n-1] += "," + s
			continue
		}
		out = append(out, s)
	}
	return out
}

// readBeside adds the completions of the i-th method, tuned or tuned@2, to the
// rows, and names its columns. Without an @ the first of its kind is meant: the
// first cell, person and repeat.
func readBeside(dir string, plan *runner.Plan, eval, method string, i int, rows *[]*besideRow) (columns []string, err error) {
	name, at, _ := strings.Cut(method, "@")
	id := eval + "." + name + ".samples"
	if at != "" {
		id += "@" + at
	}
	found := plan.Match(id)
	if len(found) == 0 {
		return nil, usage(fmt.Errorf("%s has no completions of %s in %s - it has %s", dir, method, eval, strings.Join(sampled(plan), ", ")))
	}
	samples, err := readPublished[besideSample](dir, found[0])
	if err != nil {
		return nil, err
	}
	judges, err := besideJudges(dir, plan, eval+"."+name+".", found[0])
	if err != nil {
		return nil, err
	}
	column := strings.NewReplacer("@", "_", "=", "_", ",", "_", ".", "_", "-", "_").Replace(method)
	columns = append(columns, column)
	for _, j := range judges {
		columns = append(columns, column+"_"+j.name)
	}
	have := map[string]*besideRow{}
	for _, r := range *rows {
		have[r.place()] = r
	}
	for _, s := range samples {
		fresh := &besideRow{values: map[string]any{"row_key": s.RowKey, "replicate": s.Replicate, "asked": lastMessage(s.Messages)}}
		r := have[fresh.place()]
		switch {
		case r == nil && i > 0:
			continue
		case r == nil:
			r = fresh
			*rows = append(*rows, r)
		}
		r.add(method, column, s, judges)
	}
	return columns, nil
}

func (r *besideRow) place() string {
	return fmt.Sprint(r.values["row_key"], " ", r.values["replicate"])
}

// add puts a completion with its verdicts beside the others.
func (r *besideRow) add(method, column string, s besideSample, judges []besideJudge) {
	text, head := "", method
	r.values[column] = nil
	switch {
	case s.Error != nil:
		text = "(no completion: " + *s.Error + ")"
	case s.Completion != nil:
		text, r.values[column] = *s.Completion, *s.Completion
	}
	for _, j := range judges {
		v := j.verdicts[s.ID]
		r.values[column+"_"+j.name] = v.column()
		head += ", " + v.String()
	}
	r.heads, r.texts = append(r.heads, head), append(r.texts, text)
}

// readPublished reads the main table of a step from a run's directory.
func readPublished[T any](dir string, a *runner.Action) ([]T, error) {
	return tables.Read[T](filepath.Join(dir, "artifacts", a.ID+".parquet"))
}

// besideJudge is a judge's verdicts by sample.
type besideJudge struct {
	name     string
	verdicts map[string]besideVerdict
}

// besideJudges reads what was said of some completions, by steps whose ids have a
// prefix.
func besideJudges(dir string, plan *runner.Plan, prefix string, samples *runner.Action) ([]besideJudge, error) {
	var out []besideJudge
	for _, a := range plan.Actions {
		if !slices.ContainsFunc(a.Inputs, func(in runner.Input) bool { return in.Name == "samples" && in.From == samples }) {
			continue
		}
		ids := append([]string{a.ID}, a.Aliases...)
		at := slices.IndexFunc(ids, func(id string) bool { return strings.HasPrefix(id, prefix) })
		if at < 0 {
			continue
		}
		list, err := readPublished[besideVerdict](dir, a)
		if err != nil {
			return nil, err
		}
		judge, _, _ := strings.Cut(strings.TrimPrefix(ids[at], prefix), "@")
		j := besideJudge{judge, make(map[string]besideVerdict, len(list))}
		for _, v := range list {
			j.verdicts[v.SampleID] = v
		}
		out = append(out, j)
	}
	return out, nil
}

// sampled lists what can be shown side by side, as eval.method.
func sampled(plan *runner.Plan) []string {
	var out []string
	for _, a := range plan.Actions {
		for _, id := range append([]string{a.ID}, a.Aliases...) {
			base, _, _ := strings.Cut(id, "@")
			if name, ok := strings.CutSuffix(strings.TrimPrefix(base, "evals."), ".samples"); ok && strings.HasPrefix(base, "evals.") && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// lastMessage is the last turn of a prompt.
func lastMessage(messages string) string {
	var ms []struct{ Content string }
	if json.Unmarshal([]byte(messages), &ms) != nil || len(ms) == 0 {
		return messages
	}
	return ms[len(ms)-1].Content
}

package main

import (
	"fmt"
	"runtime"
	"slices"
	"strconv"

	"idiolect/backends/local/engine/kernel"
	"idiolect/reports"
	"idiolect/specs"
	"idiolect/steps"
)

// about is what the report of a run has to know of its spec.
func (p *project) about() reports.About {
	exp := p.exp
	a := reports.About{Name: exp.Name, Release: version, Hardware: hardware(), Formats: exp.Report.Formats}
	if name, err := reports.TemplateName(exp.Report.Template); exp.Report.Template != "" && err == nil {
		a.Template = &reports.Template{Name: name, Text: p.template}
	}
	for _, axis := range exp.Sweep {
		a.Sweep = append(a.Sweep, sweptAxis(axis))
	}
	for _, cell := range exp.Cells {
		for id, e := range cell.Evals.All() {
			info := evalInfo(id, e)
			info.Cell = cell.At
			info.Untold = len(exp.Report.Tables) > 0 && !slices.Contains(exp.Report.Tables, id)
			a.Evals = append(a.Evals, info)
		}
	}
	for id, m := range exp.Methods.All() {
		if judges := steps.Pleases(exp, m); len(judges) > 0 {
			if a.Pleases == nil {
				a.Pleases = map[string][]string{}
			}
			a.Pleases[id] = judges
		}
	}
	for _, c := range exp.Expect {
		a.Claims = append(a.Claims, reports.Claim{
			Text: c.Text, Op: c.Op, Within: c.Within, Holds: c.Holds, Where: c.Where,
			Left:  reports.Quantity{Eval: c.Left.Eval, Method: c.Left.Method, Judge: c.Left.Judge, Stat: c.Left.Stat, Number: c.Left.Number},
			Right: reports.Quantity{Eval: c.Right.Eval, Method: c.Right.Method, Judge: c.Right.Judge, Stat: c.Right.Stat, Number: c.Right.Number},
		})
	}
	return a
}

func evalInfo(id string, e *specs.Eval) reports.EvalInfo {
	info := reports.EvalInfo{ID: id, Baseline: e.Baseline.ID, Pairs: e.Pairs, Samples: e.Samples, Data: e.Data.String(), Swap: e.Swap, Seen: e.Seen}
	for _, m := range e.Methods {
		info.Methods = append(info.Methods, m.ID)
	}
	for _, j := range e.Judges {
		info.Judges = append(info.Judges, j.ID)
	}
	return info
}

// sweptAxis is an axis with its values as numbers, where all of them are.
func sweptAxis(s specs.Axis) reports.Axis {
	axis := reports.Axis{Path: s.Path, Name: s.Name}
	for _, v := range s.Values {
		axis.Values = append(axis.Values, v.Label)
		if x, err := strconv.ParseFloat(fmt.Sprint(v.Value), 64); err == nil {
			axis.Number = append(axis.Number, x)
		}
	}
	if len(axis.Number) != len(axis.Values) {
		axis.Number = nil
	}
	return axis
}

// hardware says where a run was made; it stands beside the times, which may differ.
func hardware() string {
	return fmt.Sprintf("%s/%s, %d cores, kernels %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), kernel.Best().Name())
}

// readTemplate reads the write-up of the user's own, and what is wrong with it.
func (p *project) readTemplate() error {
	path := p.exp.Report.Template
	if path == "" {
		return nil
	}
	if _, err := reports.TemplateName(path); err != nil {
		return specs.Errors{p.exp.Errorf("report.template", "", "%v", err)}
	}
	text, wrong := p.exp.ReportTemplate(reports.Values())
	if len(wrong) > 0 {
		return wrong
	}
	p.template = text
	return nil
}

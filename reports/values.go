package reports

import (
	"bytes"
	"strings"
)

// Values are the variables of a template, with what they hold; docs/language.md tells them with their members.
func Values() []string {
	return []string{"name", "eval_ids", "evals", "method_ids", "methods", "claims", "examples", "tables", "writeup", "how"}
}

// values fill a template. What people or models wrote stands in them as Markdown that it cannot leave.
func (r *Report) values() (map[string]any, error) {
	v := map[string]any{
		"name":     escape(r.in.Name),
		"examples": r.exampleValues(), "tables": r.tableValues(), "how": escape(r.how()), "writeup": "",
	}
	var ids, claims, methods []any
	evals, about := map[string]any{}, map[string]any{}
	for _, group := range r.groups() {
		for _, e := range group {
			ids = append(ids, e.name())
			one, err := r.evalValues(e)
			if err != nil {
				return nil, err
			}
			evals[e.name()] = one
		}
	}
	for _, b := range r.needs {
		methods = append(methods, b.method)
		about[b.method] = b.values()
	}
	for _, o := range r.outcomes {
		claims = append(claims, map[string]any{"text": o.Text, "verdict": o.Verdict, "why": escape(o.Why), "as_expected": o.OK})
	}
	v["eval_ids"], v["evals"], v["method_ids"], v["methods"], v["claims"] = ids, evals, methods, about, claims
	for _, s := range r.sections {
		if s.file == "writeup" {
			v["writeup"] = markdownOfBlocks(s.blocks)
		}
	}
	return v, nil
}

// evalValues are an eval's: evals.voice.methods.tuned.rules.mean.
func (r *Report) evalValues(e *evaluation) (map[string]any, error) {
	methods := map[string]any{}
	for _, m := range e.Methods {
		one := map[string]any{}
		for _, judge := range e.Judges {
			one[judge] = e.scoreValues(m, judge)
		}
		told, err := r.tellMethod(e, m)
		if err != nil {
			return nil, err
		}
		var alarms []any
		for _, p := range e.panel {
			if p.Method == m && p.Alarm {
				alarms = append(alarms, escape(alarm(p)))
			}
		}
		one["text"], one["alarms"] = escape(told), alarms
		methods[m] = one
	}
	return map[string]any{
		"id": e.ID, "title": escape(e.title()), "data": e.Data, "baseline": e.Baseline, "samples": e.Samples, "repeats": e.repeats,
		"method_ids": anys(e.Methods), "judge_ids": anys(e.Judges), "methods": methods, "text": escape(r.overall(e)),
	}, nil
}

// scoreValues are what a judge says of a method: numbers as shares from 0 to 1, and texts as tables have them.
func (e *evaluation) scoreValues(m, judge string) map[string]any {
	out := map[string]any{"score": none, "difference": none, "p": none, "mean": nil, "low": nil, "high": nil, "n": 0, "errors": 0}
	if s := e.score(m, judge, "", 0); s != nil {
		out["score"], out["n"], out["errors"] = share(s.Mean, s.Low, s.High), int(s.N), int(s.Errors)
		out["mean"], out["low"], out["high"] = orNil(s.Mean), orNil(s.Low), orNil(s.High)
	}
	if d := e.difference(m, e.Baseline, judge, 0); d != nil && m != e.Baseline {
		out["difference"], out["p"] = points(d.Difference, d.Low, d.High), pValue(settled(d), d.Test)
	}
	out["at_equal_lengths"] = none
	if w := e.rate(m, judge); w != nil {
		out["at_equal_lengths"] = e.lengthCell(m, judge)
	}
	criteria := map[string]any{}
	for _, c := range e.criteriaOf(judge) {
		criteria[c] = criterionCell(e.score(m, judge, c, 0))
	}
	out["criteria"] = criteria
	return out
}

// values are what a method needed, all its trainings together.
func (b *budget) values() map[string]any {
	tokens := b.usage.planned.Tokens()
	return map[string]any{
		"information": b.information(), "trained_on": span(b.trained, func(x float64) string { return count(int64(x)) }), "drawn": int(b.drawn),
		"calls": int(b.usage.used.Calls), "tokens": int(b.tokens()), "predicted": int(tokens[0]), "at_most": int(tokens[1]), "dollars": b.usage.paid(),
	}
}

// exampleValues are the completions that the report shows, each as Markdown.
func (r *Report) exampleValues() []any {
	var out []any
	for _, s := range r.sections {
		title, asked := s.title, ""
		for _, b := range s.blocks {
			switch b := b.(type) {
			case heading:
				title = string(b)
			case items:
				if len(b) > 0 && strings.HasPrefix(b[0].text, "asked: ") {
					asked = code(b[0].data)
				}
			case quote:
				out = append(out, map[string]any{"section": escape(s.title), "title": escape(title), "asked": asked, "text": strings.TrimSpace(markdownOfBlocks([]block{b}))})
			}
		}
	}
	return out
}

// tableValues are the files of tables/*.md, by name: scores, criteria, costs.
func (r *Report) tableValues() map[string]any {
	out := map[string]any{}
	for _, s := range r.sections {
		if _, told := out[s.file]; told || s.file == "" || s.file == "writeup" {
			continue
		}
		var b bytes.Buffer
		if err := r.tables(&b, s.file); err == nil { // a buffer takes all
			out[s.file] = strings.TrimSpace(b.String())
		}
	}
	return out
}

func markdownOfBlocks(blocks []block) string {
	var b bytes.Buffer
	m := newMarkdown(&b)
	for _, one := range blocks {
		m.block(one)
	}
	_ = m.Flush() // a buffer takes all
	return strings.TrimSpace(b.String())
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

func orNil(x *float64) any {
	if x == nil {
		return nil
	}
	return *x
}

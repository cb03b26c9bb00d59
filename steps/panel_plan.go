package steps

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"idiolect/runner"
	"idiolect/specs"
)

// panel adds the step that measures what judges were not asked about, to an eval of
// which a method was trained; other evals have none.
func (c *Compiler) panel(path string, e *specs.Eval, s *panelStep, inputs []runner.Input, trained map[string]bool) {
	s.against = e.Baseline.ID
	for _, m := range e.Methods {
		if s.against == "" && !trained[m.ID] {
			s.against = m.ID
		}
	}
	if s.against == "" {
		s.against = e.Methods[0].ID
	}
	measured := false
	for _, m := range e.Methods {
		if m.ID != s.against {
			s.methods = append(s.methods, m.ID)
			measured = measured || trained[m.ID]
		}
	}
	if !measured {
		return
	}
	s.proxies = map[string][]string{}
	lines := []runner.Line{line("eval", s.eval), line("order", strings.Join(s.methods, " ")), line("against", s.against), c.seed()}
	for _, m := range s.methods {
		pleases := c.pleases("methods", m)
		s.proxies[m] = slices.DeleteFunc(slices.Clone(s.judges), func(j string) bool { return !slices.Contains(pleases, j) })
		if len(s.proxies[m]) > 0 {
			lines = append(lines, line("proxies."+m, strings.Join(s.proxies[m], " ")))
		}
	}
	for _, ref := range e.Judges {
		s.rubric = append(s.rubric, c.worded(ref)...)
	}
	for i, said := range s.rubric {
		lines = append(lines, line(fmt.Sprintf("rubric.%d", i), mustJSON(said)))
	}
	c.add(runner.Action{
		ID: path + ".panel", Kind: "panel", Version: 3, Step: s, Inputs: inputs, Lines: lines, Pos: c.Pos(path),
		Says: fmt.Sprintf("what else changed from %s", s.against),
	})
}

// worded is what a judge's rubric says to people and models.
func (c *Compiler) worded(ref specs.JudgeRef) []string {
	j, _ := c.Judges.Get(ref.ID)
	if j == nil {
		return nil
	}
	rubric, ok := c.Rubrics.Get(j.Rubric.ID)
	if !ok {
		return nil
	}
	var said []string
	for _, s := range append([]string{rubric.Text}, criteriaSay(rubric)...) {
		if s != "" {
			said = append(said, s)
		}
	}
	return said
}

func criteriaSay(r *specs.Rubric) []string {
	var said []string
	for _, k := range r.Criteria {
		said = append(said, k.Says)
	}
	return said
}

// see takes a method's samples in the unit into the panel.
func (s *panelStep) see(c *Compiler, method string, samples *runner.Action, cells []cell, verdicts []*runner.Action) []runner.Input {
	in := panelInput{method: method, repeat: c.repeat, verdicts: cells}
	if c.person != nil {
		in.user = c.person.label
	}
	inputs := []runner.Input{{Name: in.name("samples"), From: samples}}
	for i, k := range cells {
		inputs = append(inputs, runner.Input{Name: "verdicts." + k.input(), From: verdicts[i]})
		if !slices.Contains(s.judges, k.Judge) {
			s.judges = append(s.judges, k.Judge)
		}
	}
	if p := trainer(inputOf(samples, "policy")); p != nil {
		in.trained = true
		inputs = append(inputs, runner.Input{Name: in.name("policy"), From: p})
	}
	s.drawn = append(s.drawn, in)
	return inputs
}

// trainer is the step that trained a policy, through ways of asking it otherwise; nil
// when none did.
func trainer(a *runner.Action) *runner.Action {
	for a != nil && a.Kind == "policy" {
		a = inputOf(a, "base")
	}
	return a
}

// wasTrained says whether samples are of a policy that was trained, here or before.
func wasTrained(samples *runner.Action) bool {
	if p := inputOf(samples, "policy"); p != nil {
		return isTrained(p)
	}
	return slices.ContainsFunc(samples.Inputs, func(in runner.Input) bool { return strings.HasPrefix(in.Name, "samples.") && wasTrained(in.From) })
}

func isTrained(p *runner.Action) bool {
	p = trainer(p)
	if p == nil || p.Kind != "select" {
		return p != nil
	}
	return slices.ContainsFunc(p.Inputs, func(in runner.Input) bool { return strings.HasPrefix(in.Name, "policy.") && isTrained(in.From) })
}

func inputOf(a *runner.Action, name string) *runner.Action {
	for _, in := range a.Inputs {
		if in.Name == name {
			return in.From
		}
	}
	return nil
}

// pleases names the judges that had a hand in an entry of models, methods or data: who
// decided what was kept, rewarded or chosen, for it or for what it begins with.
func (c *Compiler) pleases(section, id string) []string {
	w := &hands{e: c.Experiment, seen: map[string]bool{}}
	w.entry(section, id)
	slices.Sort(w.judges)
	return slices.Compact(w.judges)
}

// Pleases names the judges that a method is trained to please: those of its settings
// and of what it begins with, and not who chose among what came of it.
func Pleases(e *specs.Experiment, m *specs.Method) []string {
	w := &hands{e: e, seen: map[string]bool{}}
	w.value(reflect.ValueOf(m.Settings))
	slices.Sort(w.judges)
	return slices.Compact(w.judges)
}

// hands goes through the references of entries.
type hands struct {
	e      *specs.Experiment
	seen   map[string]bool
	judges []string
}

func (w *hands) entry(section, id string) {
	if id == "" || w.seen[section+"."+id] {
		return
	}
	w.seen[section+"."+id] = true
	if section == "data" {
		if d, ok := w.e.Data.Get(id); ok {
			w.value(reflect.ValueOf(d.Source))
		}
		return
	}
	if m, ok := w.e.Methods.Get(id); ok {
		w.value(reflect.ValueOf(m.Settings))
		w.value(reflect.ValueOf(m.Checkpoint))
	}
}

func (w *hands) value(v reflect.Value) {
	if !v.IsValid() {
		return
	}
	switch ref := v.Interface().(type) {
	case specs.JudgeRef:
		if ref.ID != "" {
			w.judges = append(w.judges, ref.ID)
		}
		return
	case specs.ModelRef:
		w.entry("methods", ref.ID)
		return
	case specs.MethodRef:
		w.entry("methods", ref.ID)
		return
	case specs.DataRef:
		w.entry("data", ref.ID)
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			w.value(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			w.value(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				w.value(v.Field(i))
			}
		}
	}
}

package specs

import (
	"maps"
	"slices"
	"strings"
)

// compile compiles all expressions, parses all templates and takes claims apart.
func (d *decoder) compile() {
	words := newVocabulary(d.lang.Words, d.exp.Vars)
	for i := range d.exprs {
		u := &d.exprs[i]
		x, uses, wrong := words.compile(u.n.text, u.result)
		if wrong != nil {
			if u.n.cut {
				wrong.hint = "YAML ends a plain value at ` #`: quote the expression"
			}
			d.fail(u.n.within(wrong.from, wrong.width), wrong.hint, "%s", wrong.message)
			continue
		}
		u.x.take(x)
		u.uses = uses
	}
	templates := newJinja()
	for i := range d.templates {
		u := &d.templates[i]
		t, uses, wrong := templates.parse(u.n.text, d.exp.Vars)
		if wrong != nil {
			d.fail(u.n.within(wrong.from, wrong.width), wrong.hint, "%s", wrong.message)
			continue
		}
		*u.t = *t
		u.uses = uses
		known := slices.Sorted(maps.Keys(d.exp.Vars))
		for _, use := range uses {
			if use.name == "vars" && use.member != "" && !use.optional && !slices.Contains(known, use.member) && d.faults.sound("vars") {
				d.fail(u.n.within(use.from, use.width), didYouMean(use.member, known), "unknown variable: vars.%s - vars holds %s", use.member, among(known))
			}
		}
	}
	for _, u := range d.claims {
		d.claim(u)
	}
}

// check asks what the values of each entry demand of each other.
func (d *decoder) check() {
	for id, m := range d.exp.Models.All() {
		d.model("models."+id, m)
	}
	for id, r := range d.exp.Rubrics.All() {
		d.rubric("rubrics."+id, r)
	}
	for id, j := range d.exp.Judges.All() {
		d.judge("judges."+id, j)
	}
	for id, e := range d.exp.Evals.All() {
		d.eval("evals."+id, e)
	}
	d.whole()
	d.variables()
	for _, s := range d.settings {
		if c, ok := s.value.(checker); ok && d.faults.sound(s.path) {
			*d.errs = append(*d.errs, c.Check(d.exp, s.path)...)
		}
	}
}

// What one of several sets of keys makes whole, for the schema: the functions
// below say it in the words of a message.

func (*Model) alternatives() [][]string {
	return [][]string{{"backend", "name"}, {"backend", "checkpoint"}, {"run", "method"}}
}
func (*Rubric) alternatives() [][]string    { return [][]string{{"text"}, {"criteria"}} }
func (*Criterion) alternatives() [][]string { return [][]string{{"says"}, {"expr"}} }
func (*Judge) alternatives() [][]string     { return [][]string{{"rubric"}, {"model"}} }

func (d *decoder) model(path string, m *Model) {
	switch {
	case !d.faults.sound(path):
	case m.Run != "" && m.Checkpoint != "":
		d.fail(d.exp.place(path+".checkpoint"), "", "%s is a policy of a run and has a checkpoint - a run's policy brings its own", path)
	case m.Run != "" && m.Method == "":
		d.fail(d.exp.place(path), "", "missing key: %s needs %q - the method of run %s", path, "method", m.Run)
	case m.Run != "":
	case m.Method != "":
		d.fail(d.exp.place(path+".method"), "", "%s has a method but no run - `method` names a policy of a finished `run`", path)
	case m.Backend == "":
		d.fail(d.exp.place(path), "", "missing key: %s needs %q - one of %s", path, "backend", among(d.lang.Backends))
	case !slices.Contains(d.lang.Backends, m.Backend):
		d.fail(d.exp.place(path+".backend"), didYouMean(m.Backend, d.lang.Backends), "unknown backend: %q - one of %s", m.Backend, among(d.lang.Backends))
	case m.Name == "" && m.Checkpoint == "":
		d.fail(d.exp.place(path), "", "missing key: %s needs %q - the model's name at %s", path, "name", m.Backend)
	}
}

func (d *decoder) rubric(path string, r *Rubric) {
	if r.Text == "" && len(r.Criteria) == 0 && d.faults.sound(path) {
		d.fail(d.exp.place(path), "", "an empty rubric: %s needs text or criteria", path)
	}
	seen := map[string]bool{}
	for i, c := range r.Criteria {
		at := item(path+".criteria", i)
		if seen[c.Name] && c.Name != "" {
			d.fail(d.exp.place(at+".name"), "", "duplicate criterion: %q", c.Name)
		}
		seen[c.Name] = true
		if c.Says == "" && c.Expr == nil && d.faults.sound(at) {
			d.fail(d.exp.place(at), "", "an empty criterion: %q needs says (for a model) or expr (for a program)", c.Name)
		}
		d.constant(at+".expr", c)
	}
}

// constant tries a criterion's expression that reads no row: what it answers with
// can be told from its scale now.
func (d *decoder) constant(path string, c Criterion) {
	if c.Expr == nil || c.Expr.program == nil || slices.ContainsFunc(c.Expr.names, func(name string) bool { return name != "vars" }) {
		return // it reads something, or did not compile
	}
	got, err := c.Expr.Eval(nil)
	if err != nil {
		d.fail(d.exp.place(path), "", "%v", err)
		return
	}
	low, high, hint := c.Scale.Low, c.Scale.High, ""
	if c.Scale == (Scale{}) {
		low, high, hint = 0, 1, "give it a `scale:`, or compare: expr: \"len(words(output)) < 20\""
	}
	if x, ok := asNumber(got); ok && !(x >= low && x <= high) {
		d.fail(d.exp.place(path), hint, "always %v: criterion %q takes true, false or a number from %g to %g", got, c.Name, low, high)
	}
}

func asNumber(v any) (float64, bool) {
	switch x := v.(type) {
	case int:
		return float64(x), true
	case float64:
		return x, true
	}
	return 0, false
}

// judge checks that a judge without a model can be a program.
func (d *decoder) judge(path string, j *Judge) {
	if j.MinAgreement > 0 && j.Labels.ID == "" {
		d.fail(d.exp.place(path+".min_agreement"), "", "min_agreement without labels - `labels` names the rows to agree with")
	}
	rubric, ok := d.exp.Rubrics.Get(j.Rubric.ID)
	switch {
	case j.Kind == "" || d.exp.Pos(path+".model") != d.exp.Pos(path):
		return // broken already, or a model judges
	case !d.faults.sound(path) || !d.faults.sound("rubrics."+j.Rubric.ID):
	case j.Rubric.ID == "" && d.exp.Pos(path+".rubric") == d.exp.Pos(path):
		d.fail(d.exp.place(path), "", "missing key: %s needs a rubric for the program, or a model", path)
	case ok:
		for _, c := range rubric.Criteria {
			if c.Expr == nil {
				d.fail(d.exp.place(path+".rubric"), "give it an expr, or the judge a model", "no program: criterion %q of rubric %s has no expr", c.Name, j.Rubric.ID)
			}
		}
		if len(rubric.Criteria) == 0 && rubric.Text != "" {
			d.fail(d.exp.place(path+".rubric"), "give it criteria with an expr, or the judge a model", "no program: rubric %s is text only", j.Rubric.ID)
		}
	}
}

func (d *decoder) eval(path string, e *Eval) {
	methods := idsOf(e.Methods)
	_, known := d.exp.Methods.Get(e.Baseline.ID)
	if known && !slices.Contains(methods, e.Baseline.ID) && d.faults.sound(path+".methods") {
		d.fail(d.exp.place(path+".baseline"), didYouMean(e.Baseline.ID, methods), "baseline %q is not compared - methods has %s", e.Baseline.ID, among(methods))
	}
	d.repeated(path+".methods", methods)
	d.repeated(path+".judges", idsOf(e.Judges))
}

// repeated refuses a list that names something twice.
func (d *decoder) repeated(path string, ids []string) {
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			d.fail(d.exp.place(item(path, i)), "", "duplicate in %s: %q", strings.TrimPrefix(path, owner(path)+"."), id)
		}
	}
}

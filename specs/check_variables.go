package specs

import (
	"errors"
	"reflect"
	"slices"
	"strings"
)

// variables checks every expression and template against the columns of the
// rows that it will meet. Columns that nobody can know before the run (a source
// that makes rows) are not checked against.
func (d *decoder) variables() {
	c := &columnCheck{
		decoder: d, columns: map[string][]string{}, prompts: map[string][]string{},
		exprs: map[*Expr]exprUse{}, templates: map[*Template]templateUse{}, refs: map[string]string{},
	}
	for _, u := range d.exprs {
		c.exprs[u.x] = u
	}
	for _, u := range d.templates {
		c.templates[u.t] = u
	}
	for _, r := range d.refs {
		c.refs[r.path] = r.text
	}
	c.users()
	for id := range d.exp.Data.All() {
		c.of(id)
		path := "data." + id
		asks := []string{c.refs[path+".prompt"]}
		if model := c.refs[path+".model"]; asks[0] == "" {
			asks = c.promptsOf(model)
		}
		c.askedAbout(path+".data", asks)
	}
	for id := range d.exp.Methods.All() {
		path := "methods." + id
		asks := c.promptsOf(id)
		c.askedAbout(path+".monitor.data", asks)
		if worn := c.refs[path+".train_prompt"]; worn != "" {
			asks = []string{worn}
		}
		c.askedAbout(path+".data", asks)
	}
	d.exp.columns = c.columns
	c.training()
	for id, e := range d.exp.Evals.All() {
		c.eval("evals."+id, e)
	}
	for id := range d.exp.Judges.All() {
		if data, columns := c.rows("judges." + id + ".labels"); columns != nil {
			c.judged(id, unlabelled(columns), data)
		}
	}
	for _, p := range d.exp.Prompts.All() {
		c.expr(p.Extract, []string{"output"}, "extract reads")
	}
}

// columnCheck knows what each entry of data has for columns.
type columnCheck struct {
	*decoder
	columns   map[string][]string // by id of data, nil when not known
	prompts   map[string][]string // by id of method
	exprs     map[*Expr]exprUse
	templates map[*Template]templateUse
	refs      map[string]string // by path
	later     Assigns           // columns that are set further down
}

// of is the columns of an entry of data after its pipeline; nil when not known.
func (c *columnCheck) of(id string) []string {
	if known, ok := c.columns[id]; ok {
		return known
	}
	c.columns[id] = nil // a cycle, reported elsewhere, ends here
	data, ok := c.exp.Data.Get(id)
	if !ok || data.Source == nil {
		return nil
	}
	path := "data." + id
	columns := c.source(path, data)
	if columns == nil {
		return nil
	}
	columns = slices.Clone(columns)
	for _, r := range data.Columns {
		i := slices.Index(columns, r.Old)
		if i < 0 {
			hint := didYouMean(r.Old, columns)
			if slices.Contains(columns, r.New) {
				hint = "the new name stands first: `" + r.Old + ": " + r.New + "`"
			}
			c.fail(c.exp.place(path+".columns."+r.New), hint, "unknown column: %q - the rows have %s", r.Old, among(columns))
			columns = append(columns, r.New)
			continue
		}
		columns[i] = r.New
	}
	for _, name := range columns {
		renamed := slices.ContainsFunc(data.Columns, func(r Rename) bool { return r.New == name }) // told where it is written
		if c.isWord(name) && !renamed {
			c.fail(c.exp.place(path), "columns: {my_"+name+": "+name+"}", "column %q of the rows has the name of a word of expressions - rename it", name)
		}
	}
	for i, a := range data.Set {
		c.later = data.Set[i+1:]
		c.expr(a.Expr, columns, "the rows have")
		c.later = nil
		if !slices.Contains(columns, a.Name) {
			columns = append(columns, a.Name)
		}
	}
	c.expr(data.Where, columns, "the rows have")
	c.columns[id] = columns
	return columns
}

// source is the columns that a source yields.
func (c *columnCheck) source(path string, data *Data) []string {
	switch s := data.Source.(type) {
	case columner:
		for _, f := range fieldsOf(reflect.TypeOf(s).Elem()) {
			if !c.faults.sound(join(path, f.name)) {
				return nil
			}
		}
		columns, err := s.Columns(c.exp.Dir)
		var bad interface{ BadRow() }
		if skipped := errors.As(err, &bad) && columns != nil && data.BadRows == "skip"; err != nil && !skipped {
			key := "path"
			if about := (interface{ Key() string })(nil); errors.As(err, &about) {
				key = about.Key()
			}
			c.fail(c.exp.place(join(path, key)), c.exp.nearFile(path+".path", err), "%s", err)
		}
		return columns
	case derived:
		return s.ColumnsFrom(func(r DataRef) []string { return c.of(r.ID) })
	}
	return nil
}

// training checks the judges that methods, their monitors and sources name beside
// data.
func (c *columnCheck) training() {
	for _, r := range c.decoder.refs {
		if r.sections[0] != "judges" || !strings.HasPrefix(r.path, "methods.") && !strings.HasPrefix(r.path, "data.") {
			continue
		}
		at, _, _ := strings.Cut(strings.TrimSuffix(r.path, ".keep"), ".judge")
		if data, columns := c.rows(at + ".data"); columns != nil {
			c.judged(r.text, columns, data)
		}
	}
}

// askedAbout checks prompts against the rows that a path refers to.
func (c *columnCheck) askedAbout(path string, prompts []string) {
	data, columns := c.rows(path)
	for _, prompt := range prompts {
		if columns != nil {
			c.prompt(prompt, columns, data)
		}
	}
}

func (c *columnCheck) eval(path string, e *Eval) {
	data, columns := c.rows(path + ".data")
	if columns == nil {
		return
	}
	for i, m := range e.Methods {
		if _, known := c.exp.Methods.Get(m.ID); !known {
			continue
		}
		for _, prompt := range c.promptsOf(m.ID) {
			c.prompt(prompt, columns, data)
			p, _ := c.exp.Prompts.Get(prompt)
			if plain := prompt == "" && !c.takenOver(m.ID) || p != nil && p.User == nil; !plain || slices.Contains(columns, "input") {
				continue
			}
			c.fail(c.exp.place(item(path+".methods", i)), "give the method a prompt whose `user` asks about the rows, or rename a column",
				"nothing to ask: %s asks with {{ input }}, but the rows of %s have %s", m.ID, data, among(columns))
			break
		}
	}
	if len(e.Methods) == 0 {
		columns = unlabelled(columns)
	}
	for _, j := range e.Judges {
		c.judged(j.ID, columns, data)
	}
}

// unlabelled is what a judge sees of rows that hold labels.
func unlabelled(columns []string) []string {
	return slices.DeleteFunc(slices.Clone(columns), func(name string) bool { return slices.Contains(LabelColumns(), name) })
}

// rows is the data that a path refers to, whichever split of it, and the columns;
// nil when they are not known.
func (c *columnCheck) rows(path string) (data string, columns []string) {
	data, _, _ = strings.Cut(c.refs[path], ".")
	return data, c.columns[data]
}

// promptsOf are the prompts that a method may be asked with: its own, or those of
// what it builds on; "" is the row's input as it stands. A method that chooses its
// prompt has none that is known.
func (c *columnCheck) promptsOf(method string) []string {
	if _, ok := c.exp.Methods.Get(method); !ok {
		return []string{""}
	}
	if known, ok := c.prompts[method]; ok {
		return known
	}
	path := "methods." + method
	c.prompts[method] = nil // a cycle, reported elsewhere, ends here
	if own := c.refs[path+".prompt"]; own != "" {
		c.prompts[method] = []string{own}
		return c.prompts[method]
	}
	if _, tried := c.exp.places[path+".over.prompt"]; tried {
		return nil
	}
	var all []string
	for _, base := range c.buildsOn(path) {
		all = append(all, c.promptsOf(base)...)
	}
	c.prompts[method] = sortedCopy(all)
	return c.prompts[method]
}

// buildsOn names what decides how a method without a prompt is asked: the variants
// of a mix, the method whose candidates are tried, the model that is trained or
// asked.
func (c *columnCheck) buildsOn(path string) []string {
	var variants []string
	for _, r := range c.decoder.refs {
		if strings.HasPrefix(r.path, path+".weights.") {
			variants = append(variants, r.text)
		}
	}
	if base := c.refs[path+".method"]; base != "" {
		return []string{base}
	}
	if own := c.refs[path+".train.model"]; own != "" {
		if _, isMethod := c.exp.Methods.Get(own); isMethod {
			return []string{own}
		}
	}
	if variants != nil {
		return variants
	}
	return []string{c.refs[path+".model"]}
}

// takenOver says whether a method without a prompt asks as a policy of a finished
// run was asked, which this spec does not tell.
func (c *columnCheck) takenOver(method string) bool {
	seen := map[string]bool{} // a cycle, reported elsewhere, ends here
	for id := method; !seen[id]; id = c.refs["methods."+id+".model"] {
		seen[id] = true
		if m, ok := c.exp.Models.Get(id); ok {
			return m.Run != ""
		}
	}
	return false
}

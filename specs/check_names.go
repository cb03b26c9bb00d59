package specs

// What check_variables.go found of columns, held against the names that texts read.

import (
	"slices"
	"strconv"
)

func (c *columnCheck) prompt(id string, columns []string, data string) {
	p, ok := c.exp.Prompts.Get(id)
	if !ok {
		return
	}
	says := "the rows of " + data + " have"
	c.template(p.System, columns, says)
	c.template(p.User, columns, says)
}

// judged checks the program and the prompt of a judge against rows it reads.
func (c *columnCheck) judged(id string, columns []string, data string) {
	j, ok := c.exp.Judges.Get(id)
	if !ok {
		return
	}
	says := "the rows of " + data + ", judged by " + id + ", have"
	if r, ok := c.exp.Rubrics.Get(j.Rubric.ID); ok && j.Model.ID == "" { // a model reads what a criterion says
		for i := range r.Criteria {
			c.expr(r.Criteria[i].Expr, with(columns, "output"), says)
		}
	}
	if p, ok := c.exp.Prompts.Get(j.Prompt.ID); ok {
		names := with(columns, "output", "a", "b", "rubric", "criteria", "criterion", "says")
		c.template(p.System, names, says)
		c.template(p.User, names, says)
	}
}

func (c *columnCheck) expr(x *Expr, columns []string, says string) {
	if u, ok := c.exprs[x]; ok && x != nil {
		c.names(u.n, u.uses, columns, says)
	}
}

func (c *columnCheck) template(t *Template, columns []string, says string) {
	if u, ok := c.templates[t]; ok && t != nil {
		c.names(u.n, u.uses, columns, says)
	}
}

// names checks each variable of a text.
func (c *columnCheck) names(n *node, uses []nameUse, columns []string, says string) {
	for _, u := range uses {
		if u.name == "profile" {
			c.profile(n, u)
			continue
		}
		if u.optional || u.name == "vars" || slices.Contains(columns, u.name) {
			continue
		}
		hint := didYouMean(u.name, columns)
		_, isVar := c.exp.Vars[u.name]
		switch plain := map[string]string{"None": "nil", "null": "nil", "NULL": "nil", "True": "true", "False": "false"}[u.name]; {
		case isVar:
			hint = "write vars." + u.name
		case slices.ContainsFunc(c.later, func(a Assign) bool { return a.Name == u.name }):
			hint = "it is set further down: each column of `set` sees those above it"
		case plain != "":
			hint = "did you mean " + plain + "?"
		}
		c.fail(n.within(u.from, u.width), hint, "unknown variable: %q - %s %s", u.name, says, among(columns))
	}
}

// profile checks what is read of a person.
func (c *columnCheck) profile(n *node, u nameUse) {
	if c.exp.Users == nil {
		c.fail(n.within(u.from, u.width), "users: {data: people, id: name}", "unknown variable: \"profile\" - it is a person's row, and the experiment has no users")
		return
	}
	people := c.exp.Users.Data.ID
	if known := c.columns[people]; known != nil && u.member != "" && !slices.Contains(known, u.member) {
		c.fail(n.within(u.from, u.width), didYouMean(u.member, known), "unknown variable: profile.%s - the rows of %s have %s", u.member, people, among(known))
	}
}

// users checks the column that names the persons.
func (c *columnCheck) users() {
	u := c.exp.Users
	if u == nil || u.Data.ID == "" {
		return
	}
	if known := c.of(u.Data.ID); known != nil && u.ID != "" && !slices.Contains(known, u.ID) {
		c.fail(c.exp.place("users.id"), didYouMean(u.ID, known), "unknown column: %q - the rows of %s have %s", u.ID, u.Data.ID, among(known))
	}
}

// with is names and those of some more that are not among them.
func with(names []string, more ...string) []string {
	out := slices.Clone(names)
	for _, name := range more {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// item is the path of an item of a list.
func item(path string, i int) string { return path + "." + strconv.Itoa(i) }

package main

import (
	"fmt"
	"slices"
	"strings"

	"idiolect/reports"
	"idiolect/runner"
)

// planGroup is steps that are told together: one, or several that are the same
// but for where on the axes of the experiment they stand.
type planGroup struct {
	steps  []*runner.Action
	cached bool
	why    []string // one each
	takes  runner.Estimate
}

// alike groups the steps of a plan in the order of each group's first.
func alike(p *runner.Plan, states map[*runner.Action]runner.State, all bool) []*planGroup {
	type class struct {
		id     string
		cached bool
	}
	at := map[class]*planGroup{}
	var groups []*planGroup
	for _, a := range p.Actions {
		s := states[a]
		c := class{a.ID, s.Cached}
		if !all {
			c.id = runner.SpecID(a.ID)
		}
		g := at[c]
		if g == nil {
			g = &planGroup{cached: s.Cached}
			at[c], groups = g, append(groups, g)
		}
		g.steps, g.why, g.takes = append(g.steps, a), append(g.why, s.Why), g.takes.Add(s.Takes)
	}
	return groups
}

// name is the step's id, or that which several have in common.
func (g *planGroup) name() string {
	if len(g.steps) == 1 {
		return g.steps[0].ID
	}
	return fmt.Sprintf("%s ×%d", runner.SpecID(g.steps[0].ID), len(g.steps))
}

// reason is why the group runs, "" where there is nothing to say.
func (g *planGroup) reason() string {
	if g.cached {
		return ""
	}
	at := func(i int) string { return strings.TrimPrefix(g.steps[i].ID, runner.SpecID(g.steps[i].ID)) }
	why := g.why[0]
	for i, other := range g.why {
		if other == g.why[0] {
			continue
		}
		// The cause of methods.tuned@2 is in methods.tuned.kept@2.
		if why = strings.ReplaceAll(g.why[0], at(0)+":", ":"); why != strings.ReplaceAll(other, at(i)+":", ":") {
			return fmt.Sprintf("%s: %s (the others: plan --all)", at(0), g.why[0])
		}
	}
	if why == runner.NotMade {
		return ""
	}
	return why
}

// aliases are further ids of the group's steps.
func (g *planGroup) aliases() string {
	var ids []string
	for _, a := range g.steps {
		for _, id := range a.Aliases {
			if id = runner.SpecID(id); len(g.steps) == 1 || !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) == 0 {
		return ""
	}
	if more := len(ids) - 4; more > 0 {
		ids = append(ids[:4], fmt.Sprintf("%d more", more))
	}
	return "also " + strings.Join(ids, ", ")
}

// cells are the columns of a group; a cached one takes nothing.
func (g *planGroup) cells() []string {
	row := []string{"run", g.name(), reports.Visible(g.steps[0].Says), "", "", "", ""}
	if g.cached {
		row[0] = "cached"
		return row
	}
	e := g.takes
	if e.Calls[1] > 0 {
		row[3] = span(e.Calls)
	}
	if e.Tokens()[1] > 0 {
		row[4] = volume(e.Tokens())
		row[6] = "-"
		if !e.Untimed {
			row[6] = period(e.Seconds)
		}
	}
	if e.Unpriced {
		row[5] = "-"
	} else if e.USD[1] > 0 {
		row[5] = money(e.USD)
	}
	if e.Open && row[4] == "" {
		row[4] = "?"
	}
	for i := 4; e.Open && i < len(row); i++ { // and more: texts whose length nobody knows
		if row[i] != "" && row[i] != "-" && row[i] != "?" {
			row[i] += "+"
		}
	}
	return row
}

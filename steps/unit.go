package steps

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"idiolect/datasets"
	"idiolect/internal/rng"
	"idiolect/runner"
	"idiolect/specs"
)

// An experiment is unrolled along axes: the sweep's settings, the persons, the
// repeats. A unit is where on them lowering is.
type unit struct {
	at     []int
	person *person // nil when there are no users
	repeat int     // from 1
}

// person is a row of users.
type person struct {
	label  string // a plain file name
	value  any    // of the column that names the person
	fields map[string]any
	at     int
}

// axes are those along which the plan's steps differ. One value is no axis.
func (c *Compiler) axes() []runner.Axis {
	var axes []runner.Axis
	for _, a := range c.Sweep {
		axis := runner.Axis{Name: a.Name}
		for _, v := range a.Values {
			axis.Values = append(axis.Values, v.Label)
		}
		axes = append(axes, axis)
	}
	if c.Users != nil {
		axis := runner.Axis{}
		for _, p := range c.people {
			axis.Values = append(axis.Values, p.label)
		}
		axes = append(axes, axis)
	}
	if c.Repeats > 1 {
		axis := runner.Axis{}
		for r := range c.Repeats {
			axis.Values = append(axis.Values, strconv.Itoa(r+1))
		}
		axes = append(axes, axis)
	}
	return axes
}

// units yields every person in every repeat of the cell.
func (c *Compiler) units() iter.Seq[unit] {
	people := c.people
	if len(people) == 0 {
		people = []*person{nil}
	}
	return func(yield func(unit) bool) {
		for repeat := 1; repeat <= c.Repeats; repeat++ {
			for _, p := range people {
				if !yield(c.place(p, repeat)) {
					return
				}
			}
		}
	}
}

// place is the unit of a person in a repeat of the cell; no person and repeat 0
// stand for all of them.
func (c *Compiler) place(p *person, repeat int) unit {
	u := unit{at: slices.Clone(c.here.At), person: p, repeat: repeat}
	if c.Users != nil {
		who := runner.All
		if p != nil {
			who = p.at
		}
		u.at = append(u.at, who)
	}
	if c.Repeats > 1 {
		which := runner.All
		if repeat > 0 {
			which = repeat - 1
		}
		u.at = append(u.at, which)
	}
	return u
}

// memo names something of the unit.
func (u unit) memo(id string) string { return fmt.Sprint(u.at, id) }

// readPeople reads the rows of users, in the order of their source.
func (c *Compiler) readPeople() ([]*person, error) {
	if c.Users == nil {
		return nil, nil
	}
	id := c.Users.Data.ID
	d, _ := c.Data.Get(id)
	src, ok := d.Source.(datasets.Source)
	if !ok {
		return nil, c.Errorf("users.data", "read them from a file", "persons are known before the plan is made - %s is made by a step", id)
	}
	rows, err := datasets.Entry{Records: src.Read(c.Dir), Data: d, Seed: c.Seed, Scope: map[string]any{"vars": c.Vars}}.Load(c.ctx)
	if err != nil {
		return nil, c.Errorf("data."+id+"."+keyOf(err), "", "%v", err)
	}
	rows = slices.DeleteFunc(rows, func(r datasets.Row) bool { return !inSplit(c.Users.Data.Split, r.Split) })
	slices.SortStableFunc(rows, func(a, b datasets.Row) int { return cmp.Compare(number(a.Place), number(b.Place)) })
	var people []*person
	for _, row := range rows {
		p := &person{value: row.Fields[c.Users.ID], fields: row.Fields, at: len(people)}
		p.label = specs.FileLabel(fmt.Sprint(p.value))
		if p.value == nil || p.label == "" {
			return nil, c.Errorf("users.id", "", "%s: nothing stands in the column %s, which names the person", row.Place, c.Users.ID)
		}
		if slices.ContainsFunc(people, func(o *person) bool { return o.label == p.label }) {
			return nil, c.Errorf("users.id", "", "%s: a second row for the person %s", row.Place, p.label)
		}
		people = append(people, p)
	}
	if len(people) == 0 {
		return nil, c.Errorf("users.data", "", "no persons: %s has no rows", c.Users.Data)
	}
	return people, nil
}

// number is the one that a place ends in: file:12, file: row 12.
func number(place string) int {
	n, _ := strconv.Atoi(place[strings.LastIndexAny(place, ": ")+1:])
	return n
}

// stranger is another person, for controls: each is that of exactly one.
func (c *Compiler) stranger(p *person) *person {
	order := slices.Clone(c.people)
	draw := func(p *person) uint64 { return rng.Seed(c.Seed, rng.Shuffle, p.label, "swap") }
	slices.SortFunc(order, func(a, b *person) int { return cmp.Or(cmp.Compare(draw(a), draw(b)), cmp.Compare(a.label, b.label)) })
	return order[(slices.Index(order, p)+1)%len(order)]
}

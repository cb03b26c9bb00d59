package reports

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// curve is a method along the one axis of numbers that a sweep has.
type curve struct {
	name   string // the method, and where it stands on the other axes
	axis   Axis
	points []point
}

type point struct {
	x float64
	*line
}

// curves draws how each method moves along the axis of numbers, and says it in words. A sweep over no number,
// or over two, has none.
func (r *Report) curves(list []*line, judge string) (drawn []block, told items, err error) {
	axis := r.numeric()
	if axis < 0 {
		return nil, nil, nil
	}
	all := r.curvesAlong(axis, list, judge)
	if len(all) == 0 {
		return nil, nil, nil
	}
	for _, c := range all {
		i, err := r.rises(c, judge)
		if err != nil {
			return nil, nil, err
		}
		told = append(told, i)
	}
	return []block{r.chart(all, list, judge)}, told, nil
}

// numeric is the axis whose values are numbers, -1 unless there is just one.
func (r *Report) numeric() int {
	found := -1
	for k, a := range r.in.Sweep {
		if len(a.Number) > 1 {
			if found >= 0 {
				return -1
			}
			found = k
		}
	}
	return found
}

func (r *Report) curvesAlong(axis int, list []*line, judge string) []*curve {
	var all []*curve
	byName := map[string]*curve{}
	for _, l := range list {
		at := l.cells[0][axis]
		if s := l.mean(judge); s == nil || s.Mean == nil || slices.ContainsFunc(l.cells, func(c []int) bool { return c[axis] != at }) {
			continue
		}
		name := l.method
		for k, a := range r.in.Sweep {
			if value := r.in.along(k, l.cells); k != axis && value != "all" && len(a.Values) > 1 {
				name += ", " + a.Name + "=" + value
			}
		}
		if byName[name] == nil {
			byName[name] = &curve{name: name, axis: r.in.Sweep[axis]}
			all = append(all, byName[name])
		}
		byName[name].points = append(byName[name].points, point{r.in.Sweep[axis].Number[at], l})
	}
	for _, c := range all {
		slices.SortStableFunc(c.points, func(a, b point) int { return cmp.Compare(a.x, b.x) })
	}
	return slices.DeleteFunc(all, func(c *curve) bool { return len(c.points) < 2 })
}

// rises says where a curve goes. Its ends are compared completion by completion: they answer the same rows.
func (r *Report) rises(c *curve, judge string) (item, error) {
	first, last := c.points[0], c.points[len(c.points)-1]
	var values, means []string
	for _, p := range c.points {
		values = append(values, bare(p.x))
		means = append(means, percent(p.mean(judge).Mean))
	}
	told := fmt.Sprintf("over %s %s: %s", c.axis.Name, enumerate(values, 12), strings.Join(means, ", "))
	s, err := r.between(first.line, last.line, judge)
	if errors.Is(err, errAbsent) {
		return item{text: fmt.Sprintf("%s, %s.", c.name, told)}, nil
	}
	if err != nil {
		return item{}, err
	}
	ends := fmt.Sprintf("; from %s to %s %s", bare(first.x), bare(last.x), s)
	switch up, down := c.steady(judge); {
	case s.up():
		return item{text: fmt.Sprintf("%s rises%s %s%s.", c.name, ifTrue(up, " at every step"), told, ends), mark: good}, nil
	case s.down():
		return item{text: fmt.Sprintf("%s falls%s %s%s.", c.name, ifTrue(down, " at every step"), told, ends), mark: bad}, nil
	}
	return item{text: fmt.Sprintf("That %s moves is not shown %s%s.", c.name, told, ends)}, nil
}

func ifTrue(yes bool, text string) string {
	if yes {
		return text
	}
	return ""
}

// steady says whether every mean is above the one before, and whether every mean is below it.
func (c *curve) steady(judge string) (up, down bool) {
	up, down = true, true
	for i := 1; i < len(c.points); i++ {
		d := *c.points[i].mean(judge).Mean - *c.points[i-1].mean(judge).Mean
		up, down = up && d > 0, down && d < 0
	}
	return up, down
}

// bare is a number with the digits it needs.
func bare(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// chart is means with their intervals, one above the other on one scale.
type chart struct {
	caption string
	head    string // over the labels
	bars    []bar
	mark    *float64 // a line through all of them: the baseline where it is the same everywhere
}

type bar struct {
	name, label     string
	mean, low, high *float64
}

func (r *Report) chart(all []*curve, list []*line, judge string) chart {
	first := list[0].evaluation
	c := chart{caption: fmt.Sprintf("%s along %s, with 95%% intervals", first.measure(judge), all[0].axis.Name), head: all[0].axis.Name}
	base := slices.DeleteFunc(slices.Clone(list), func(l *line) bool { return l.method != l.Baseline })
	if len(base) == 1 && base[0].mean(judge) != nil && base[0].mean(judge).Mean != nil {
		c.mark = base[0].mean(judge).Mean
		c.caption += fmt.Sprintf("; the dotted line is %s, %s", base[0].method, percent(c.mark))
	}
	c.caption += ":"
	for _, one := range all {
		for i, p := range one.points {
			s := p.mean(judge)
			b := bar{label: bare(p.x), mean: s.Mean, low: s.Low, high: s.High}
			if i == 0 {
				b.name = one.name
			}
			c.bars = append(c.bars, b)
		}
	}
	return c
}

// draw gives the chart's lines, each of at most width columns where its labels leave room for a scale.
func (c chart) draw(width int) []string {
	name, label := 0, columns(c.head)
	top := 0.0
	for _, b := range c.bars {
		name, label = max(name, columns(b.name)), max(label, columns(b.label))
		top = max(top, *b.mean)
		if b.high != nil {
			top = max(top, *b.high)
		}
	}
	if c.mark != nil {
		top = max(top, *c.mark)
	}
	top = min(max(math.Ceil(top*20)/20, .05), 1)
	wide := min(max(width-name-label-13, 12), 60)
	lead := func(b bar) string {
		return fmt.Sprintf("%s  %s  %7s  ", b.name+strings.Repeat(" ", name-columns(b.name)), strings.Repeat(" ", label-columns(b.label))+b.label, percent(b.mean))
	}
	blank := strings.Repeat(" ", name+label+13)
	scale := decimalWhole(top)
	lines := []string{strings.Repeat(" ", name+2) + c.head}
	for _, b := range c.bars {
		lines = append(lines, strings.TrimRight(lead(b)+c.bar(b, wide, top), " "))
	}
	return append(lines, blank+"0%"+strings.Repeat("─", max(wide-2-columns(scale), 1))+scale)
}

func decimalWhole(x float64) string { return strconv.FormatFloat(x*100, 'f', 0, 64) + "%" }

// bar is one interval on a scale from 0 to top.
func (c chart) bar(b bar, wide int, top float64) string {
	at := func(x float64) int { return min(max(int(math.Round(x/top*float64(wide-1))), 0), wide-1) }
	cells := []rune(strings.Repeat(" ", wide))
	if c.mark != nil {
		cells[at(*c.mark)] = '┊'
	}
	if b.low != nil && b.high != nil {
		for i := at(*b.low); i <= at(*b.high); i++ {
			cells[i] = '─'
		}
		cells[at(*b.low)], cells[at(*b.high)] = '├', '┤'
	}
	cells[at(*b.mean)] = '●'
	return string(cells)
}

package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"idiolect/runner"
)

// rounds says of methods that are one expert iteration stopped after different numbers of rounds whether
// another round still helps, and if not, at which it stopped.
func (r *Report) rounds(e *evaluation, judge string) items {
	var list items
	for _, series := range r.series(e) {
		list = append(list, e.rising(series, judge))
	}
	return list
}

// stage is a method with the number of its rounds.
type stage struct {
	method string
	rounds int
	step   *runner.Action
}

// series finds those methods in the plan: the policy of the shorter one is a round of the longer one.
func (r *Report) series(e *evaluation) [][]stage {
	var stages []stage
	for _, m := range e.Methods {
		if s := r.stage(e, m); s.rounds > 0 {
			stages = append(stages, s)
		}
	}
	slices.SortStableFunc(stages, func(a, b stage) int { return cmp.Compare(b.rounds, a.rounds) })
	var all [][]stage
	used := map[string]bool{}
	for _, longest := range stages {
		if used[longest.method] {
			continue
		}
		one := []stage{longest}
		for _, s := range stages {
			if s.step != nil && s.rounds < one[0].rounds && !used[s.method] && r.made(e, longest.method, s.rounds) == s.step {
				one = append([]stage{s}, one...)
				used[s.method] = true
			}
		}
		if len(one) > 1 {
			all = append(all, one)
		}
	}
	return all
}

// stage counts the rounds of a method: each has kept rows of its own. Methods that are not iterated have none.
func (r *Report) stage(e *evaluation, method string) stage {
	s := stage{method: method}
	for {
		if r.find(e, fmt.Sprintf("methods.%s.round%d.kept", method, s.rounds+1)) == nil {
			break
		}
		s.rounds++
	}
	s.step = r.find(e, "methods."+method)
	return s
}

// made is the step that trained a method's policy of a round before its last.
func (r *Report) made(e *evaluation, method string, round int) *runner.Action {
	return r.find(e, fmt.Sprintf("methods.%s.round%d", method, round))
}

// find is a step of the eval's cell, for its first person and in its first repeat. It may be nil.
func (r *Report) find(e *evaluation, id string) *runner.Action {
	person := ""
	if len(e.people) > 0 {
		person = e.people[0]
	}
	return r.src.find(id, e.cells[0], person, 1)
}

// rising walks from the start through the rounds, up to the first step whose interval does not lie above zero.
func (e *evaluation) rising(series []stage, judge string) item {
	names := make([]string, len(series))
	for i, s := range series {
		names[i] = s.method
	}
	if start := input(series[0].step, "start"); start != nil && len(e.policies[e.Baseline]) > 0 && e.policies[e.Baseline][0].step == start {
		series = append([]stage{{method: e.Baseline}}, series...)
	}
	means := make([]string, len(series))
	for i, s := range series {
		means[i] = none
		if row := e.score(s.method, judge, "", 0); row != nil {
			means[i] = percent(row.Mean)
		}
		means[i] = fmt.Sprintf("%s after %s", means[i], of(int64(s.rounds), "round"))
	}
	told := fmt.Sprintf("Rounds (%s): %s.", enumerate(names, 8), strings.Join(means, ", "))
	for i := 1; i < len(series); i++ {
		d := e.difference(series[i].method, series[i-1].method, judge, 0)
		if d == nil || d.Difference == nil {
			return item{text: told}
		}
		step := fmt.Sprintf("from %s to %d is %s", of(int64(series[i-1].rounds), "round"), series[i].rounds, pointsIn(d))
		switch iv := (bounds{d.Low, d.High}); {
		case iv.below():
			return item{text: told + " It falls: the step " + step + "."}
		case !iv.above():
			return item{text: told + fmt.Sprintf(" Beyond %s no further gain is shown: the step %s%s.", of(int64(series[i-1].rounds), "round"), step, e.needed(d))}
		case i == len(series)-1:
			return item{text: told + " It keeps rising: the last step, " + strings.Replace(step, " is ", ", is ", 1) + "."}
		}
	}
	return item{text: told}
}

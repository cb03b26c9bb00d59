package reports

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"idiolect/runner"
	"idiolect/runner/tables"
)

// Files of the steps that choose, watch or mix.
const (
	candidatesFile = "candidates.parquet"
	monitorFile    = "monitor.parquet"
)

// choices are the sections about what was decided on the way: which candidate was
// taken, how a policy fared while it trained, who of a mix answered, what became of
// rows that were made.
func (s *source) choices() ([]section, error) {
	chosen, err := s.chosen()
	if err != nil {
		return nil, err
	}
	watched, err := s.watched()
	if err != nil {
		return nil, err
	}
	mixed, err := s.mixed()
	if err != nil {
		return nil, err
	}
	made, err := s.making()
	return []section{chosen, watched, mixed, made}, err
}

// chosen tells what every select chose from, and how far the winner's figure is to be trusted.
func (s *source) chosen() (section, error) {
	t := table{columns: []column{
		{name: "candidate", left: true}, {name: "mean\n[95% interval]"}, {name: "n", drop: 2}, {name: "errors", drop: 3}, {name: "", left: true},
	}}
	var list items
	for _, a := range s.in.Plan.Actions {
		if a.Kind != "select" {
			continue
		}
		rows, err := read[tables.Candidate](s, a, candidatesFile)
		if errors.Is(err, errAbsent) {
			continue
		}
		if err != nil {
			return section{}, err
		}
		name := methodOf(a)
		for _, c := range rows {
			mark := ""
			if c.Chosen {
				mark = "chosen"
				list = append(list, item{text: luck(name, a, c, len(rows))})
			}
			t.rows = append(t.rows, []string{name + "." + c.Name, share(c.Mean, c.Low, c.High), count(c.N), count(c.Errors), mark})
		}
	}
	if len(t.rows) == 0 {
		return section{}, nil
	}
	t.notes = []string{"Of equals the first is chosen. Expected to be luck: by how much the best of so many is better on these rows than it is, by bootstrap over the rows."}
	return section{title: "What was chosen", file: "candidates", blocks: []block{list, t}}, nil
}

// luck says what the winner's figure is worth.
func luck(name string, a *runner.Action, c tables.Candidate, of int) string {
	text := fmt.Sprintf("%s is %s: the best of %d by %s on %s with %s", name, c.Name, of, c.Judge, label(a, "data"), percent(c.Mean))
	if c.Inflation != nil && of > 1 {
		text += fmt.Sprintf(", of which %s points are expected to be luck", decimal(*c.Inflation))
	}
	return text + "."
}

// methodOf is a step's path without its section.
func methodOf(a *runner.Action) string { return strings.TrimPrefix(a.ID, "methods.") }

// mostLooks is how many evaluations of a training are told; all are in its table.
const mostLooks = 12

// watched tells how policies fared while they trained.
func (s *source) watched() (section, error) {
	t := table{columns: []column{
		{name: "policy", left: true}, {name: "judge", left: true}, {name: "after\nstep"}, {name: "mean\n[95% interval]"}, {name: "over the\nstart, points"}, {name: "n", drop: 2}, {name: "errors", drop: 3}, {name: "", left: true},
	}}
	thinned, chosen := false, false
	for _, a := range s.in.Plan.Actions {
		if label(a, "monitor.every") == "" {
			continue
		}
		rows, err := read[tables.Monitor](s, a, monitorFile)
		if errors.Is(err, errAbsent) {
			continue
		}
		if err != nil {
			return section{}, err
		}
		for _, judge := range judgesOf(rows) {
			curve := slices.DeleteFunc(slices.Clone(rows), func(r tables.Monitor) bool { return r.Judge != judge })
			told := thin(curve)
			thinned = thinned || len(told) < len(curve)
			for _, r := range told {
				t.rows = append(t.rows, look(methodOf(a), r))
			}
		}
		chosen = chosen || slices.ContainsFunc(rows, func(r tables.Monitor) bool { return r.Chosen })
	}
	if len(t.rows) == 0 {
		return section{}, nil
	}
	t.notes = []string{"Each evaluation is of the same rows with the same noise; step 0 is before training."}
	if chosen {
		t.notes = append(t.notes, "Chosen: the weights that the judge liked best are the policy's, of equals the earliest; its figure here is that of the best of several.")
	}
	if thinned {
		t.notes = append(t.notes, fmt.Sprintf("Of long trainings %d evaluations are told; all are in artifacts/<step>.%s.", mostLooks, monitorFile))
	}
	return section{title: "How training went", file: "monitor", blocks: []block{t}}, nil
}

func look(name string, r tables.Monitor) []string {
	row := []string{name, r.Judge, count(r.Step), share(r.Mean, r.Low, r.High), none, count(r.N), count(r.Errors), ""}
	if r.Difference != nil {
		row[4] = points(r.Difference, r.DiffLow, r.DiffHigh)
	}
	if r.Chosen {
		row[7] = "chosen"
	}
	return row
}

func judgesOf(rows []tables.Monitor) []string {
	var names []string
	for _, r := range rows {
		if !slices.Contains(names, r.Judge) {
			names = append(names, r.Judge)
		}
	}
	return names
}

// thin leaves, of a long curve, evaluations at even distances, its first and last, and what was chosen.
func thin(curve []tables.Monitor) []tables.Monitor {
	if len(curve) <= mostLooks {
		return curve
	}
	var out []tables.Monitor
	next := 0
	for i, r := range curve {
		due := i == next*(len(curve)-1)/(mostLooks-1)
		if due {
			next++
		}
		if due || r.Chosen {
			out = append(out, r)
		}
	}
	return out
}

// choosers says in which of the eval's methods a judge had a hand before it judged
// them here.
func (e *evaluation) choosers(judge string) []string {
	var names []string
	for _, m := range e.Methods {
		for _, p := range e.policies[m] {
			if what := choseFor(p.step, judge); what != "" && !p.untrained() && !slices.Contains(names, what+" of "+m) {
				names = append(names, what+" of "+m)
			}
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s also chose the %s: what was chosen to please a judge may please it more than another.", judge, strings.Join(names, ", and the "))}
}

// choseFor is what a judge chose on the way to a policy: its settings or its
// checkpoint; empty for nothing.
func choseFor(a *runner.Action, judge string) string {
	switch {
	case a == nil:
		return ""
	case a.Kind == "select" && label(a, "judge") == judge:
		return "settings"
	case label(a, "checkpoint") == "best by "+judge:
		return "checkpoint"
	}
	for _, in := range a.Inputs {
		if in.Name == "base" || in.Name == "start" || strings.HasPrefix(in.Name, "policy.") {
			if what := choseFor(in.From, judge); what != "" {
				return what
			}
		}
	}
	return ""
}

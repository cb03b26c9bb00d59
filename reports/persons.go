package reports

import "fmt"

// peopleShown is the number of persons up to which a terminal shows them one by one.
const peopleShown = 12

// persons has a row for every person: a mean over all of them hides for whom a method works.
func (e *evaluation) persons() section {
	s := section{title: "Persons of " + e.name(), detail: len(e.people) > peopleShown, file: "persons"}
	if len(e.people) == 0 {
		return s
	}
	for _, judge := range e.Judges {
		t := table{caption: fmt.Sprintf("Each person alone, %s by %s [95%% interval over that person's rows]:", map[string]string{"accepted": "accepted", "score": "scored", "win rate": "wins"}[e.measure(judge)], judge), columns: []column{{name: "person", left: true}}}
		for _, m := range e.Methods {
			t.columns = append(t.columns, column{name: m})
		}
		for _, person := range e.people {
			row := []string{person}
			for _, m := range e.Methods {
				row = append(row, criterionCell(e.scoreOf(person, m, judge, "", 0)))
			}
			t.rows = append(t.rows, row)
		}
		s.blocks = append(s.blocks, t)
		if told := e.forWhom(judge); len(told) > 0 && !e.compares(judge) {
			s.blocks = append(s.blocks, told)
		}
	}
	return s
}

// forWhom counts the persons with whom a method is above the baseline.
func (e *evaluation) forWhom(judge string) items {
	var list items
	for _, m := range e.Methods {
		if m == e.Baseline || e.isUntrained(m, 0) {
			continue
		}
		above, below, equal := 0, 0, 0
		for _, person := range e.people {
			a, b := e.scoreOf(person, e.Baseline, judge, "", 0), e.scoreOf(person, m, judge, "", 0)
			switch {
			case a == nil || b == nil || a.Mean == nil || b.Mean == nil:
			case *b.Mean > *a.Mean:
				above++
			case *b.Mean < *a.Mean:
				below++
			default:
				equal++
			}
		}
		text := fmt.Sprintf("%s is above %s for %d of %s, below for %d", m, e.Baseline, above, of(int64(above+below+equal), "person"), below)
		if equal > 0 {
			text += fmt.Sprintf(", equal for %d", equal)
		}
		list = append(list, item{text: text + "."})
	}
	return list
}

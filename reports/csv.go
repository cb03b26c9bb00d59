package reports

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"

	"idiolect/runner/tables"
)

func (r *Report) scoresCSV(w io.Writer) error {
	return r.scoreRows(w, false)
}

func (r *Report) criteriaCSV(w io.Writer) error {
	return r.scoreRows(w, true)
}

// scoreRows writes the scores of whole verdicts, or those of the criteria, of every cell of the sweep.
func (r *Report) scoreRows(w io.Writer, criteria bool) error {
	head := r.head("eval", "method", "judge", "repeat", "mean", "low", "high", "mean_successes", "n", "errors", "clusters", "interval", "note")
	people := slices.ContainsFunc(r.evals, func(e *evaluation) bool { return len(e.people) > 0 })
	if people {
		head = append(head, "person")
	}
	if criteria {
		head = append([]string{"criterion"}, head...)
	}
	rows := [][]string{head}
	for e, cell := range r.everyCell() {
		for _, s := range e.scores {
			if (s.Criterion != nil) != criteria {
				continue
			}
			row := r.row(cell, s.Eval, s.Method, s.Judge, whole(s.Repeat), raw(s.Mean), raw(s.Low), raw(s.High), raw(s.MeanSuccesses), fmt.Sprint(s.N), fmt.Sprint(s.Errors), fmt.Sprint(s.Clusters), s.Interval, text(s.Note))
			if people {
				row = append(row, text(s.User))
			}
			if criteria {
				row = append([]string{*s.Criterion}, row...)
			}
			rows = append(rows, row)
		}
	}
	return writeCSV(w, rows)
}

// everyCell yields the evals that are told in every cell of the sweep: one that is the same in several comes
// for each of them.
func (r *Report) everyCell() iter.Seq2[*evaluation, []int] {
	return func(yield func(*evaluation, []int) bool) {
		for _, group := range r.groups() {
			for _, e := range group {
				for _, cell := range e.cells {
					if !yield(e, cell) {
						return
					}
				}
			}
		}
	}
}

// head is a table's head with a column for each axis of the sweep after the first.
func (r *Report) head(columns ...string) []string {
	var axes []string
	for _, a := range r.in.Sweep {
		axes = append(axes, a.Name)
	}
	return slices.Insert(columns, 1, axes...)
}

func (r *Report) row(cell []int, columns ...string) []string {
	var at []string
	for k, a := range r.in.Sweep {
		at = append(at, a.Values[cell[k]])
	}
	return slices.Insert(columns, 1, at...)
}

// differencesCSV holds every difference; of a sweep, those of its tables also with the P that is corrected over
// the whole table.
func (r *Report) differencesCSV(w io.Writer) error {
	head := r.head("eval", "method", "against", "judge", "repeat", "difference", "low", "high", "p", "p_holm", "test", "n", "clusters", "relative", "relative_low", "relative_high", "more_clusters", "note")
	if len(r.in.Sweep) > 0 {
		head = append(head, "p_holm_sweep")
	}
	rows := [][]string{head}
	corrected := r.corrected()
	for e, cell := range r.everyCell() {
		for i, d := range e.differences {
			row := r.row(cell,
				d.Eval, d.Method, d.Against, d.Judge, whole(d.Repeat), raw(d.Difference), raw(d.Low), raw(d.High), raw(d.P), raw(d.PHolm), d.Test,
				fmt.Sprint(d.N), fmt.Sprint(d.Clusters), raw(d.Relative), raw(d.RelLow), raw(d.RelHigh), whole(d.MoreRows), text(d.Note),
			)
			if len(r.in.Sweep) > 0 {
				row = append(row, raw(corrected[&e.differences[i]]))
			}
			rows = append(rows, row)
		}
	}
	return writeCSV(w, rows)
}

// corrected is P of the pooled differences to the baseline as the sweeps' tables have it.
func (r *Report) corrected() map[*tables.Difference]*float64 {
	out := map[*tables.Difference]*float64{}
	for _, group := range r.groups() {
		if len(group) < 2 {
			continue
		}
		for _, judge := range group[0].Judges {
			list := r.lines(group, judge)
			for _, e := range group {
				for i, d := range e.differences {
					if d.Judge == judge && d.Repeat == nil {
						out[&e.differences[i]] = e.correctedIn(list, d, judge)
					}
				}
			}
		}
	}
	return out
}

func (e *evaluation) correctedIn(list []*line, d tables.Difference, judge string) *float64 {
	method := d.Method
	if method == e.Baseline {
		method = d.Against
	} else if d.Against != e.Baseline {
		return nil
	}
	for _, l := range list {
		if l.method == method && slices.ContainsFunc(l.cells, func(c []int) bool { return slices.Equal(c, e.cells[0]) }) {
			return l.p
		}
	}
	return nil
}

func (r *Report) trainingCSV(w io.Writer) error {
	rows := [][]string{{"policy", "sampled", "finished", "accepted", "kept", "rows", "steps", "learning_rate", "first_loss", "last_loss", "note"}}
	for _, t := range r.trained {
		row := []string{t.step.ID, "", "", "", t.keep, fmt.Sprint(t.Rows), fmt.Sprint(len(t.log)), t.settings()["learning_rate"], "", "", text(t.Note)}
		if t.keep != "" {
			row[1], row[2], row[3] = fmt.Sprint(t.funnel.sampled), fmt.Sprint(t.funnel.finished), fmt.Sprint(t.funnel.accepted)
		}
		if n := len(t.log); n > 0 {
			row[8], row[9] = raw(&t.log[0].Loss), raw(&t.log[n-1].Loss)
		}
		rows = append(rows, row)
	}
	return writeCSV(w, rows)
}

func writeCSV(w io.Writer, rows [][]string) error {
	c := csv.NewWriter(w)
	if err := c.WriteAll(rows); err != nil {
		return err
	}
	return c.Error()
}

// raw writes a number with all its digits; missing is empty.
func raw(x *float64) string {
	if x == nil {
		return ""
	}
	return strconv.FormatFloat(*x, 'g', -1, 64)
}

func whole(x *int64) string {
	if x == nil {
		return ""
	}
	return strconv.FormatInt(*x, 10)
}

func (r *Report) agreementCSV(w io.Writer) error {
	rows := [][]string{{
		"step", "eval", "judge", "data", "label", "accuracy", "low", "high", "interval", "base", "kappa", "kappa_low", "kappa_high", "n", "errors", "clusters",
		"decided", "decided_accuracy", "adjacent", "pearson", "spearman", "min_agreement", "confusion", "note",
	}}
	for _, a := range r.agreements {
		for _, x := range a.rows {
			rows = append(rows, []string{
				a.step.ID, text(x.Eval), x.Judge, x.Data, x.Label, raw(x.Accuracy), raw(x.Low), raw(x.High), x.Interval, raw(x.Base), raw(x.Kappa), raw(x.KappaLow), raw(x.KappaHigh),
				fmt.Sprint(x.N), fmt.Sprint(x.Errors), fmt.Sprint(x.Clusters), whole(x.Decided), raw(x.DecidedRight), raw(x.Adjacent), raw(x.Pearson), raw(x.Spearman),
				raw(x.MinAgreement), x.Confusion, text(x.Note),
			})
		}
	}
	return writeCSV(w, rows)
}

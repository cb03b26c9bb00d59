package reports

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"idiolect/runner/tables"
)

// confusion is how often each verdict fell on each label.
func confusion(x tables.Agreement) map[string]map[string]int64 {
	var counts map[string]map[string]int64
	if err := json.Unmarshal([]byte(x.Confusion), &counts); err != nil {
		return nil
	}
	return counts
}

func confusionTable(x tables.Agreement) table {
	counts := confusion(x)
	var words []string
	for label, row := range counts {
		words = append(words, label)
		for verdict := range row {
			words = append(words, verdict)
		}
	}
	slices.SortFunc(words, byPlace)
	words = slices.Compact(words)
	t := table{caption: fmt.Sprintf("How often %s says what, by label:", x.Judge), columns: []column{{name: "label", left: true}}}
	for _, w := range words {
		t.columns = append(t.columns, column{name: w})
	}
	for _, label := range words {
		if counts[label] == nil {
			continue
		}
		row := []string{label}
		for _, verdict := range words {
			row = append(row, count(counts[label][verdict]))
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// byPlace orders labels: numbers by size, ties between a and b, no verdict last.
func byPlace(a, b string) int {
	place := func(s string) (int, float64) {
		if x, err := strconv.ParseFloat(s, 64); err == nil {
			return 0, x
		}
		return 1 + slices.Index([]string{"accepted", "rejected", "a", "tie", "b", "no verdict"}, s), 0
	}
	ga, xa := place(a)
	gb, xb := place(b)
	switch {
	case ga != gb:
		return ga - gb
	case xa < xb:
		return -1
	case xa > xb:
		return 1
	}
	return 0
}

// commonest is the label that most rows have, the first of several.
func commonest(x tables.Agreement) string {
	counts := confusion(x)
	best, most := "", int64(0)
	for label, row := range counts {
		n := int64(0)
		for _, c := range row {
			n += c
		}
		if n > most || n == most && byPlace(label, best) < 0 {
			best, most = label, n
		}
	}
	return best
}

func kappaCell(x tables.Agreement) string {
	if x.Kappa == nil {
		return none
	}
	return hundredths(x.Kappa) + " " + interval(x.KappaLow, x.KappaHigh, func(v float64) string { return hundredths(&v) })
}

// hundredths writes a coefficient: 0.64, -0.10.
func hundredths(x *float64) string {
	if x == nil {
		return none
	}
	if s := strconv.FormatFloat(*x, 'f', 2, 64); s != "-0.00" {
		return s
	}
	return "0.00"
}

// agreementQuantity is one side of a claim about an eval of judges: accuracy, the
// share of labels that it agrees with, unless kappa is asked for.
func (r *Report) agreementQuantity(q Quantity, cell []int) measured {
	name := q.Eval + "." + q.Judge
	x := r.agreement(r.src.find("evals."+q.Eval, cell, "", 0), q.Judge)
	if x == nil {
		return measured{missing: name + " has no figures"}
	}
	value, iv := x.Accuracy, bounds{x.Low, x.High}
	if q.Stat == "kappa" {
		value, iv = x.Kappa, bounds{x.KappaLow, x.KappaHigh}
	}
	if value == nil {
		return measured{missing: name + " has no " + cmp.Or(q.Stat, "accuracy") + ": " + text(x.Note)}
	}
	return measured{value: *value, interval: iv, bare: q.Stat == "kappa"}
}

// subject is what a claim speaks of in a cell: cells that share it share the
// claim's outcome.
func (r *Report) subject(q Quantity, cell []int) any {
	if q.Eval != "" && q.Method == "" {
		return r.src.find("evals."+q.Eval, cell, "", 0)
	}
	return r.eval(q.Eval, cell)
}

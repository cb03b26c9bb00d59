package reports

import (
	"fmt"
	"slices"
	"strings"

	"idiolect/runner/tables"
)

// compares says whether a judge compares two answers.
func (e *evaluation) compares(judge string) bool { return e.kinds[judge] == "pairwise" }

// headed is the measure as a column is headed: a win rate says against whom.
func (e *evaluation) headed(judge string) string {
	switch {
	case !e.compares(judge):
		return e.measure(judge)
	case e.Pairs == "all":
		return "win rate\nagainst all others"
	}
	return "win rate\nagainst " + e.Baseline
}

// told is a method whose row says how the figures of a judge were made: under one
// that compares the baseline has none.
func (e *evaluation) told(judge string) string {
	for _, m := range e.Methods {
		if s := e.score(m, judge, "", 0); s != nil && s.N > 0 {
			return m
		}
	}
	return e.Methods[0]
}

// soundness says how a judge came to its verdicts, and loudly when they are not to
// be believed.
func (e *evaluation) soundness(judge string) []string {
	notes := soundness(judge, e.health)
	if e.compares(judge) {
		notes = append([]string{"A tie is half a win; of a pair that a model saw in both orders the mean counts."}, notes...)
	}
	return notes
}

func soundness(judge string, health []tables.Health) []string {
	says := map[string]string{
		"unread": "%s of its answers were no verdict", "failed": "%s of the questions had no answer", "ties": "%s of the pairs were ties",
		"first": "what it saw first won %s of the decided", "changed": "exchanging the two changed %s of its verdicts", "cyclic_triads": "%s of the triads went round",
		"ece": "its probabilities are off by %s",
	}
	var parts, broken []string
	for _, h := range health {
		if h.Judge != judge || h.Part != nil || h.Value == nil {
			continue
		}
		if form, known := says[h.Metric]; known && !(h.Metric == "failed" && *h.Value == 0) {
			parts = append(parts, fmt.Sprintf(form, percent(h.Value)))
		}
		if h.Broken != nil {
			broken = append(broken, fmt.Sprintf("THE JUDGE %s IS NOT TO BE BELIEVED: %s.", judge, *h.Broken))
		}
	}
	if len(parts) == 0 {
		return nil
	}
	return append(broken, fmt.Sprintf("Judge %s: %s.", judge, strings.Join(parts, ", ")))
}

// partsTable tells where a judge that is a model agrees with labels; without parts
// it has no rows.
func partsTable(judge string, health []tables.Health) table {
	t := table{caption: fmt.Sprintf("Where %s agrees:", judge), columns: []column{{name: "rows", left: true}, {name: "agrees\n[95% interval]"}, {name: "n"}}}
	for _, h := range health {
		if h.Judge == judge && h.Part != nil {
			name := *h.Part
			if gap, ok := strings.CutPrefix(name, "gap "); ok {
				name = "scores " + gap + " apart"
			}
			if name == "flipped" {
				name = "rubric turned round"
			}
			t.rows = append(t.rows, []string{name, share(h.Value, h.Low, h.High), count(h.N)})
		}
	}
	slices.SortFunc(t.rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	return t
}

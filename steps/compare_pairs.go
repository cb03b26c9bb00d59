package steps

import (
	"maps"
	"slices"

	"idiolect/internal/stats"
	"idiolect/runner"
	"idiolect/runner/tables"
)

// How verdicts on two methods become figures. Of each pair of answers a method has
// a share of the win: 1, 0, one half for a tie and for an error, and what lies
// between when the two orders disagree. Its win rate is their mean: against the
// baseline, or under pairs: all against all others. The baseline's own is one half,
// so that the difference to it is the win rate over a half; two others are compared
// by their win rates against the baseline on the same rows, or under pairs: all by
// their own games. What else is made of games: compare_rates.go.

// meet reads the comparisons, and puts what each method wins among the verdicts.
func (t *comparison) meet(r *runner.Run) error {
	for _, m := range t.met {
		vs, err := readTable[tables.Verdict](r.In(m.in), "verdicts.parquet")
		if err != nil {
			return err
		}
		first := outcomes{m.cell, vs}
		other := m.cell
		other.Method = m.against
		second := outcomes{other, turned(vs)}
		t.played(m.Judge, m.Method, m.against, first)
		t.played(m.Judge, m.against, m.Method, second)
		t.all = append(t.all, first)
		if t.pairs == "all" {
			t.all = append(t.all, second)
		}
	}
	return nil
}

func (t *comparison) played(judge, method, against string, o outcomes) {
	name := gameName(judge, method, against)
	t.games[name] = append(t.games[name], o)
}

func gameName(judge, method, against string) string { return judge + " " + method + " " + against }

// turned are verdicts from the other side.
func turned(vs []tables.Verdict) []tables.Verdict {
	out := slices.Clone(vs)
	for i := range out {
		if out[i].Score != nil {
			rest := 1 - *out[i].Score
			out[i].Score = &rest
		}
		if p := out[i].Prefers; p != nil {
			word := map[string]string{saysA: saysB, saysB: saysA, saysTie: saysTie}[*p]
			out[i].Prefers = &word
		}
		m, err := decodeCriteria(out[i])
		if err != nil || len(m) == 0 {
			continue
		}
		for name, x := range m {
			m[name] = 1 - x
		}
		out[i].Criteria = mustJSON(m)
	}
	return out
}

// compares says whether a judge is pairwise.
func (t *comparison) compares(judge string) bool {
	return slices.ContainsFunc(t.met, func(m meeting) bool { return m.Judge == judge })
}

// between are the verdicts on a method's games against another.
func (t *comparison) between(method, against, judge string, repeat int) []tables.Verdict {
	own := *t
	own.all = t.games[gameName(judge, method, against)]
	return own.pick(method, judge, repeat)
}

// sides are what is compared of two methods, by row: what each was judged, or of
// a pairwise judge what the one wins against a half.
func (t *comparison) sides(method, against, judge string, repeat int) (a, b []stats.Cluster, err error) {
	direct := t.compares(judge) && (t.pairs == "all" || method == t.baseline || against == t.baseline)
	if !direct {
		if a, err = clusters(t.pick(against, judge, repeat), whole); err != nil {
			return nil, nil, err
		}
		b, err = clusters(t.pick(method, judge, repeat), whole)
		return a, b, err
	}
	if b, err = clusters(t.between(method, against, judge, repeat), whole); err != nil {
		return nil, nil, err
	}
	for _, c := range b {
		half := stats.Cluster{Key: c.Key, Values: make([]float64, len(c.Values))}
		for i := range half.Values {
			half.Values[i] = .5
		}
		a = append(a, half)
	}
	return a, b, nil
}

// heldAgainst is the row of the baseline under a pairwise judge: a half, which is no
// finding.
func (t *comparison) heldAgainst(judge string, repeat int) {
	half := .5
	t.scores = append(t.scores, tables.Score{
		ID: tables.ID(t.key, "", int64(len(t.scores))), Replicate: int64(len(t.scores)), Eval: t.eval, Method: t.baseline, Judge: judge,
		Repeat: repeatColumn(repeat), Mean: &half, Low: &half, High: &half, Interval: "none", Note: optional("what the others are held against"),
	})
}

// Health metrics, by name in their table.
const (
	metricUnread  = "unread"        // questions whose answer was no verdict
	metricFailed  = "failed"        // questions without an answer
	metricTies    = "ties"          // pairs
	metricFirst   = "first"         // of the pairs that were shown and decided, those for what was shown first
	metricChanged = "changed"       // of the pairs shown in both orders, those decided otherwise after the swap
	metricCyclic  = "cyclic_triads" // of three answers of which every two were decided, those that go round
)

// writeHealth writes how sound the judges are that are models or compare; an eval
// without any has no such table.
func (t *comparison) writeHealth(r *runner.Run) error {
	var rows []tables.Health
	for _, judge := range t.judgeIDs {
		var all tally
		judged := false
		for _, in := range t.readBy(judge) {
			one, asked, err := tallied(r, in)
			if err != nil {
				return err
			}
			all, judged = all.plus(one), judged || asked
		}
		if !judged && !t.compares(judge) {
			continue
		}
		rows = append(rows, all.health(judge)...)
		if cyclic, n := t.cyclic(judge); n > 0 {
			rows = append(rows, healthRow(judge, metricCyclic, cyclic, n))
		}
	}
	if rows == nil {
		return nil
	}
	for i := range rows {
		rows[i].ID, rows[i].Replicate, rows[i].Eval = tables.ID(t.key, "health", int64(i)), int64(i), &t.eval
	}
	return writeTable(r, "health.parquet", rows)
}

// readBy are the inputs with the verdicts of a judge.
func (t *comparison) readBy(judge string) (names []string) {
	for _, c := range t.cells {
		if c.Judge == judge {
			names = append(names, c.input())
		}
	}
	for _, m := range t.met {
		if m.Judge == judge {
			names = append(names, m.in)
		}
	}
	return names
}

// cyclic counts the triads of answers to one row of which every two were decided,
// and those of them in which each wins once: a better than b, b than c, c than a.
func (t *comparison) cyclic(judge string) (cyclic, n int) {
	type place struct {
		row, user         string
		replicate, repeat int64
	}
	wins := map[place]map[[2]int]bool{}
	for i, m := range t.methodIDs {
		for k, o := range t.methodIDs {
			for _, g := range t.games[gameName(judge, m, o)] {
				for _, v := range g.verdicts {
					at := place{v.RowKey, g.User, v.Replicate, int64(g.Repeat)}
					if wins[at] == nil {
						wins[at] = map[[2]int]bool{}
					}
					if v.Prefers != nil && *v.Prefers == saysA {
						wins[at][[2]int{i, k}] = true
					}
				}
			}
		}
	}
	for w := range maps.Values(wins) {
		for a := range t.methodIDs {
			for b := range a {
				for c := range b {
					won := func(x, y int) bool { return w[[2]int{x, y}] }
					if !(won(a, b) || won(b, a)) || !(won(b, c) || won(c, b)) || !(won(a, c) || won(c, a)) {
						continue
					}
					n++
					if won(a, b) == won(b, c) && won(b, c) == won(c, a) {
						cyclic++
					}
				}
			}
		}
	}
	return cyclic, n
}

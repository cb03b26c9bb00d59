package steps

import (
	"fmt"
	"math/rand/v2"
	"unicode/utf8"

	"idiolect/internal/rng"
	"idiolect/internal/stats"
	"idiolect/runner"
	"idiolect/runner/tables"
)

// What is made of games, beside the win rates of the scores: the rate that would be
// left were all texts equally long, and, where every two of three or more methods
// met, how strong each is. The repeats are pooled. A game without a verdict is left
// out here, where the win rate counts it as a tie.

// textLengths are the characters of what was judged, by sample.
func (t *comparison) textLengths(r *runner.Run) (map[string]int, error) {
	lengths := map[string]int{}
	for _, in := range t.texts {
		rows, err := readTable[struct {
			ID         string  `parquet:"id"`
			Completion *string `parquet:"completion,optional"`
			Extracted  *string `parquet:"extracted,optional"`
		}](r.In(in), "samples.parquet")
		if err != nil {
			return nil, err
		}
		for _, x := range rows {
			said := x.Completion
			if x.Extracted != nil {
				said = x.Extracted
			}
			lengths[x.ID] = utf8.RuneCountInString(deref(said))
		}
	}
	return lengths, nil
}

// writeRates writes win rates at equal lengths, and strengths; an eval without a
// judge that compares has neither table.
func (t *comparison) writeRates(r *runner.Run) error {
	lengths, err := t.textLengths(r)
	if err != nil {
		return err
	}
	var rates []tables.WinRate
	var strengths []tables.Strength
	for _, judge := range t.judgeIDs {
		if !t.compares(judge) {
			continue
		}
		for _, m := range t.methodIDs {
			if t.pairs == "all" || m != t.baseline {
				rates = append(rates, t.winRate(m, judge, lengths))
			}
		}
		strengths = append(strengths, t.strengths(judge)...)
	}
	if rates == nil {
		return nil
	}
	for i := range rates {
		rates[i].ID, rates[i].Replicate, rates[i].Eval = tables.ID(t.key, "rate", int64(i)), int64(i), t.eval
	}
	if err := writeTable(r, "rates.parquet", rates); err != nil || strengths == nil {
		return err
	}
	for i := range strengths {
		strengths[i].ID, strengths[i].Replicate, strengths[i].Eval = tables.ID(t.key, "strength", int64(i)), int64(i), t.eval
	}
	return writeTable(r, "strengths.parquet", strengths)
}

// winRate is a method's share of its games with a verdict: against the baseline, or
// under pairs: all against all others.
func (t *comparison) winRate(method, judge string, lengths map[string]int) tables.WinRate {
	row := tables.WinRate{Judge: judge, Method: method}
	if t.pairs != "all" {
		row.Against = &t.baseline
	}
	var duels []stats.Duel
	keys := map[string]bool{}
	for _, other := range t.methodIDs {
		if t.pairs != "all" && other != t.baseline {
			continue
		}
		for _, g := range t.decided(method, other, judge) {
			mine, its := lengths[g.SampleID], lengths[deref(g.OtherID)]
			if t.isSecond(method, other, judge) {
				mine, its = its, mine
			}
			duels = append(duels, stats.Duel{Key: g.RowKey, Won: verdictValue(g), Length: mine, Other: its})
			keys[g.RowKey] = true
		}
	}
	row.N, row.Clusters = int64(len(duels)), int64(len(keys))
	if len(duels) == 0 {
		return row
	}
	draw := rng.New(t.seed, rng.Bootstrap, "lengths "+t.eval, method+" "+judge)
	lc := stats.LengthControl(duels, confidence, resamples, rand.New(draw))
	alike := int64(lc.Alike)
	row.Rate, row.Controlled, row.Low, row.High = &lc.Rate, &lc.Controlled, finite(lc.Interval.Low), finite(lc.Interval.High)
	row.Uneven, row.Longer = longerWins(duels)
	row.Slope, row.Alike, row.AlikeRate = finite(lc.Slope), &alike, finite(lc.AlikeRate)
	return row
}

// longerWins is how often the longer of two texts wins, where one is longer by more
// than a tenth; null where none is.
func longerWins(duels []stats.Duel) (uneven *int64, share *float64) {
	n, won := int64(0), 0.0
	for _, d := range duels {
		switch {
		case 10*d.Length > 11*d.Other:
			won += d.Won
		case 10*d.Other > 11*d.Length:
			won += 1 - d.Won
		default:
			continue
		}
		n++
	}
	if n == 0 {
		return &n, nil
	}
	won /= float64(n)
	return &n, &won
}

// decided are the verdicts on a method's games against another, all repeats together.
func (t *comparison) decided(method, against, judge string) []tables.Verdict {
	var out []tables.Verdict
	for _, v := range t.between(method, against, judge, 0) {
		if v.Error == nil {
			out = append(out, v)
		}
	}
	return out
}

// isSecond says whether a method's games against another were judged from the
// other's side, so that the samples of their verdicts stand the other way round.
func (t *comparison) isSecond(method, against, judge string) bool {
	for _, m := range t.met {
		if m.Judge == judge && m.Method == against && m.against == method {
			return true
		}
	}
	return false
}

// strengths ranks three or more methods of which every two met, by Bradley and Terry.
func (t *comparison) strengths(judge string) []tables.Strength {
	if t.pairs != "all" || len(t.methodIDs) < 3 {
		return nil
	}
	var games []stats.Game
	played := map[string]int64{}
	for i, a := range t.methodIDs {
		for _, b := range t.methodIDs[i+1:] {
			for _, g := range t.decided(a, b, judge) {
				games = append(games, stats.Game{Key: g.RowKey, A: a, B: b, Won: verdictValue(g)})
				played[a]++
				played[b]++
			}
		}
	}
	draw := rng.New(t.seed, rng.Bootstrap, "strengths "+t.eval, judge)
	ranked, err := stats.BradleyTerry(games, confidence, resamples, rand.New(draw))
	if err != nil { // some never met a verdict: all are told, without a strength
		var rows []tables.Strength
		for _, m := range t.methodIDs {
			rows = append(rows, tables.Strength{Judge: judge, Method: m, N: played[m], Note: optional(fmt.Sprint(err))})
		}
		return rows
	}
	rows := make([]tables.Strength, len(ranked))
	for i, s := range ranked {
		rows[i] = tables.Strength{Judge: judge, Method: s.Player, N: played[s.Player], Theta: &s.Theta, Low: finite(s.Interval.Low), High: finite(s.Interval.High)}
	}
	return rows
}

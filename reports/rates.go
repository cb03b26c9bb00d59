package reports

import (
	"fmt"
	"math"

	"idiolect/internal/stats"
	"idiolect/runner/tables"
)

// rate is a method's win rate with and without what length wins; it may be nil.
func (e *evaluation) rate(method, judge string) *tables.WinRate {
	for i, w := range e.rates {
		if w.Method == method && w.Judge == judge {
			return &e.rates[i]
		}
	}
	return nil
}

func (e *evaluation) lengthColumn() column {
	return column{name: "at equal lengths\n[95% interval]", drop: 2, note: "At equal lengths: the win rate that is left when a logistic regression takes out what the difference in length wins, as in AlpacaEval 2; games without a verdict are left out."}
}

func (e *evaluation) lengthCell(method, judge string) string {
	w := e.rate(method, judge)
	if w == nil {
		return ""
	}
	return share(w.Controlled, w.Low, w.High)
}

// lengthNotes say where the win rate at equal lengths moved far, or is an extrapolation.
func (e *evaluation) lengthNotes(judge string) (notes []string) {
	for _, m := range e.Methods {
		w := e.rate(m, judge)
		if w == nil || w.Rate == nil || w.Controlled == nil || w.Alike == nil {
			continue
		}
		told := ""
		if d := *w.Controlled - *w.Rate; math.Abs(d) > .1 {
			told = fmt.Sprintf("length is worth %s points of %s's win rate", signed(-d), m)
		}
		if alike := float64(*w.Alike) / float64(w.N); alike < .2 {
			if told != "" {
				told += "; "
			}
			told += fmt.Sprintf("only %s of %s's games are between texts whose lengths differ by less than a fifth", percent(&alike), m)
			if w.AlikeRate != nil {
				told += fmt.Sprintf(" (it wins %s of those)", percent(w.AlikeRate))
			}
			told += ": at equal lengths is an extrapolation"
		}
		if told != "" {
			notes = append(notes, "Lengths, "+judge+": "+told+".")
		}
	}
	return notes
}

// lengthAlarms tell, of a method that was trained to please a judge who compares, when much of what that judge
// gives is for length: its win rate falls by more than five points at equal lengths, or it takes the longer of two
// texts a tenth more often than a judge who compares and was held out. Neither counts within the noise.
func (e *evaluation) lengthAlarms(method string, proxies, held []string) (rows []tables.Panel) {
	apart, above := "more than 5 points apart", "10 points above"
	for _, j := range proxies {
		w := e.rate(method, j)
		if w == nil || w.Rate == nil || w.Controlled == nil {
			continue
		}
		if w.High != nil && *w.Rate > *w.High && *w.Rate-*w.Controlled > .05 {
			rows = append(rows, tables.Panel{Method: method, Against: "texts as long", Says: "win rate by " + j + ", and at equal lengths", Form: "share",
				Start: w.Controlled, Value: w.Rate, Alarm: true, Rule: &apart})
		}
		for _, other := range held {
			o := e.rate(method, other)
			if o == nil || o.Longer == nil || w.Longer == nil {
				continue
			}
			gap, noise := *w.Longer-*o.Longer, math.Sqrt(variance(w)+variance(o))
			if gap > .1 && gap > 3*noise {
				rows = append(rows, tables.Panel{Method: method, Against: other, Says: "longer texts that " + j + " takes, and that " + other + " does", Form: "share",
					Start: o.Longer, Value: w.Longer, Spread: &noise, Alarm: true, Rule: &above})
			}
		}
	}
	return rows
}

// variance is that of the share of longer texts that win, were the games of a cluster one.
func variance(w *tables.WinRate) float64 {
	n := float64(*w.Uneven) * float64(w.Clusters) / float64(w.N)
	return *w.Longer * (1 - *w.Longer) / math.Max(n, 1)
}

// strengthTable ranks methods of which every two met; it has no rows where they did not.
func (e *evaluation) strengthTable(judge string) table {
	t := table{caption: "All games under " + judge + " together (Bradley and Terry), the strongest first:", columns: []column{
		{name: "method", left: true}, {name: "Elo\n[95% interval]"}, {name: "beats an average\none with"}, {name: "games"},
	}}
	for _, s := range e.strengths {
		if s.Judge != judge {
			continue
		}
		row := []string{s.Method, none, none, count(s.N)}
		if s.Theta != nil {
			p := 1 / (1 + math.Exp(-*s.Theta))
			row[1], row[2] = elo(s.Theta)+" "+interval(s.Low, s.High, func(x float64) string { return elo(&x) }), percent(&p)
		} else if len(t.notes) == 0 && s.Note != nil {
			t.notes = append(t.notes, oneLine(*s.Note)+".")
		}
		t.rows = append(t.rows, row)
	}
	if len(t.rows) > 0 {
		t.notes = append(t.notes, "Elo: 1000 is the mean of these methods, 400 points are odds of ten to one. Intervals: bootstrap over the "+e.thing()+"s.")
	}
	return t
}

func elo(theta *float64) string { return fmt.Sprintf("%.0f", stats.Elo(*theta)) }

package reports

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// writeUp answers what a write-up is asked, with this run's numbers: for all methods, for each alone, with
// examples, and how it was done. An eval is told in the cell of the sweep with the highest mean.
func (r *Report) writeUp() (section, error) {
	s := section{title: "Write-up", detail: true, file: "writeup"}
	for _, group := range r.groups() {
		e := highest(group)
		if e.scores == nil || len(e.Judges) == 0 {
			continue
		}
		s.blocks = append(s.blocks, heading("Eval "+e.name()+": all methods"), para(r.overall(e)))
		for _, m := range e.Methods {
			if m == e.Baseline {
				continue
			}
			told, err := r.tellMethod(e, m)
			if err != nil {
				return section{}, err
			}
			s.blocks = append(s.blocks, heading("Eval "+e.name()+": "+m), para(told))
		}
		shown, err := r.typical(e)
		if err != nil {
			return section{}, err
		}
		s.blocks = append(s.blocks, shown...)
	}
	if len(s.blocks) == 0 {
		return section{}, nil
	}
	s.blocks = append(s.blocks, heading("How it was done"), para(r.how()))
	return s, nil
}

// overall says which method wins, how sure that is, and whether other judges agree.
func (r *Report) overall(e *evaluation) string {
	judge := e.Judges[0]
	told := []string{fmt.Sprintf("On %s, judged by %s:", e.Data, judge)}
	switch best := e.best(judge); {
	case best != "":
		told = append(told, best)
	case len(e.Methods) == 2:
		other := e.Methods[0]
		if other == e.Baseline {
			other = e.Methods[1]
		}
		told = append(told, e.against(other, e.Baseline, judge).text)
	default:
		told = append(told, "there is one method, so nothing is compared.")
	}
	if top := e.byMean(judge); len(top) > 1 {
		var same, others []string
		for _, o := range e.Judges[1:] {
			switch ranked := e.byMean(o); {
			case len(ranked) == 0:
			case ranked[0] == top[0]:
				same = append(same, o)
			default:
				others = append(others, fmt.Sprintf("under %s it is %s with %s", o, ranked[0], percent(e.score(ranked[0], o, "", 0).Mean)))
			}
		}
		if len(same) > 0 {
			told = append(told, fmt.Sprintf("It is also first under %s.", enumerate(same, 6)))
		}
		if len(others) > 0 {
			told = append(told, fmt.Sprintf("Judges disagree about who is first: %s.", enumerate(others, 6)))
		}
	}
	return strings.Join(told, " ")
}

// tellMethod is a method's paragraph: what it is, by how much it wins and how sure that is, what moved, where
// it helps beyond a prompt, whether it pleased a judge more than the truth, and what it took.
func (r *Report) tellMethod(e *evaluation, m string) (string, error) {
	judge := e.Judges[0]
	if m == e.Baseline {
		return r.recipe(e, m) + " The others are compared with it.", nil
	}
	told := []string{r.recipe(e, m), e.against(m, e.Baseline, judge).text}
	if name, d := e.farthest(judge, m, e.Baseline); name != "" {
		told = append(told, fmt.Sprintf("Of the criteria of %s, %s moved most (%s points).", judge, name, signed(d)))
	}
	beyond, err := r.beyondPrompt(e, m)
	if err != nil {
		return "", err
	}
	told = append(told, beyond, r.pleased(e, m), r.spending(m))
	return strings.Join(slices.DeleteFunc(told, func(s string) bool { return s == "" }), " "), nil
}

// recipe says how a method was made.
func (r *Report) recipe(e *evaluation, m string) string {
	told := m + " is asked as it is, without training"
	if ps := e.policies[m]; len(ps) > 0 && e.wasTrained(m) {
		told = fmt.Sprintf("%s was trained (%s) on %s", m, ps[0].Method, of(ps[0].Rows, "row"))
		if n := len(ps); n > 1 {
			told += fmt.Sprintf(" in the first of its %s", e.trainings(m))
		}
	}
	if b := r.need(m); b != nil && len(b.seen) > 0 {
		told += "; with the steps that lead to it, it saw " + b.information()
	}
	return told + "."
}

// beyondPrompt says where a trained method does better than the best one that only asks, and where worse.
func (r *Report) beyondPrompt(e *evaluation, m string) (string, error) {
	judge := e.Judges[0]
	at := slices.IndexFunc(e.byMean(judge), func(o string) bool { return !e.wasTrained(o) && o != m })
	if at < 0 || !e.wasTrained(m) || e.isUntrained(m, 0) {
		return "", nil
	}
	asked := e.byMean(judge)[at]
	before, err := r.src.judged(e, asked, judge)
	if err == nil {
		var after []judgedSample
		if after, err = r.src.judged(e, m, judge); err == nil {
			gained, lost := changed(before, after)
			told := fmt.Sprintf("Against %s, the best that only asks, it is better on %s and worse on %d (the first answers that differ, by %s)", asked, of(int64(len(gained)), "row"), len(lost), judge)
			if name, d := e.farthest(judge, m, asked); name != "" {
				told += fmt.Sprintf("; most in %s (%s points)", name, signed(d))
			}
			return told + ".", nil
		}
	}
	if errors.Is(err, errAbsent) {
		err = nil
	}
	return "", err
}

// pleased says whether a method came to please the judge it was trained by more than one that was held out, and
// what the panel has to say.
func (r *Report) pleased(e *evaluation, m string) string {
	if len(e.panel) == 0 || !e.wasTrained(m) || e.isUntrained(m, 0) {
		return ""
	}
	var said []string
	proxies, held := r.src.proxies(e, m)
	if len(proxies) > 0 && len(held) > 0 && m != e.Baseline {
		p, h := e.difference(m, e.Baseline, proxies[0], 0), e.difference(m, e.Baseline, held[0], 0)
		if p != nil && h != nil && p.Difference != nil && h.Difference != nil {
			text := fmt.Sprintf("%s, which it was trained to please, gives it %s over %s, and %s, held out, %s", proxies[0], pointsIn(p), e.Baseline, held[0], pointsIn(h))
			switch up := (bounds{p.Low, p.High}).above(); {
			case up && (bounds{h.Low, h.High}).below():
				text += ": it pleases its judge at the cost of the other, which is reward hacking"
			case up && !(bounds{h.Low, h.High}).above():
				text += ": that it is better for others than its judge is not shown"
			}
			said = append(said, text+".")
		}
	}
	var alarms []string
	for _, p := range e.panel {
		if p.Method == m && p.Alarm {
			told := p.Says + " (" + formed(p.Form, p.Value)
			if p.Start != nil {
				told += ", of " + p.Against + " " + formed(p.Form, p.Start)
			}
			alarms = append(alarms, told+")")
		}
	}
	if len(alarms) == 0 {
		return strings.Join(append(said, "The panel has no alarm."), " ")
	}
	return strings.Join(append(said, fmt.Sprintf("The panel has %s: %s.", of(int64(len(alarms)), "alarm"), strings.Join(alarms, "; "))), " ")
}

// need is what a method needed; it may be nil.
func (r *Report) need(m string) *budget {
	for _, b := range r.needs {
		if b.method == m {
			return b
		}
	}
	return nil
}

func (r *Report) spending(m string) string {
	b := r.need(m)
	if b == nil || b.usage.planned.Tokens()[1] == 0 {
		return ""
	}
	told := "It took " + of(b.tokens(), "token")
	if b.drawn > 0 {
		told += " and " + of(b.drawn, "completion") + " drawn for it"
	}
	if b.usage.used.Priced {
		told += ", " + b.usage.paid()
	}
	return told + ", with every step that leads to it."
}

// typical shows the best, the median and the worst completion of the trained method with the highest mean. What
// is most in dispute between judges has a section of its own.
func (r *Report) typical(e *evaluation) ([]block, error) {
	judge := e.Judges[0]
	at := slices.IndexFunc(e.byMean(judge), func(m string) bool { return e.wasTrained(m) && !e.isUntrained(m, 1) && e.controls[m] == "" })
	if at < 0 {
		return nil, nil
	}
	m := e.byMean(judge)[at]
	list, err := r.src.judged(e, m, judge)
	if errors.Is(err, errAbsent) || err == nil && len(list) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(list, func(a, b judgedSample) int {
		switch {
		case a.value > b.value:
			return -1
		case a.value < b.value:
			return 1
		}
		return 0
	})
	show := &showing{src: r.src, told: map[string]bool{}}
	blocks := []block{heading("Eval " + e.name() + ": examples"), para(fmt.Sprintf("Of %s, the first repeat: by %s the best, the median and the worst; of equals the first in the order of row keys.", m, judge))}
	for _, c := range []struct {
		name string
		at   int
	}{{"best", 0}, {"median", (len(list) - 1) / 2}, {"worst", len(list) - 1}} {
		if show.told[list[c.at].name()] {
			continue
		}
		asked, q := show.quote(c.name+", "+m, list[c.at])
		blocks = append(blocks, items{{text: "asked: ", data: asked}}, q)
	}
	return blocks, show.err
}

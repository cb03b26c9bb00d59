package steps

import (
	"fmt"
	"slices"

	"idiolect/internal/stats"
	"idiolect/runner"
	"idiolect/runner/tables"
)

// tally is the health of a judge: how sound its verdicts were so far. The zero
// tally is of nobody.
type tally struct {
	Questions int // to a model
	Unread    int // of them whose answer was no verdict
	Failed    int // of them that had no answer
	Pairs     int // with a verdict
	Ties      int // of them
	Decided   int // pairs shown to a model, in one order, of which one was preferred
	First     int // of them, the one that was shown first
	Swapped   int // pairs that were shown in both orders
	Changed   int // of them, otherwise decided after the swap
}

// Bounds of a sound judge, as tournaments of rollouts bear them: what is beyond is
// noise or the place in the question, and no preference.
const (
	mostUnread = .05
	mostPlaced = .2 // of the share that says first, from a half
)

// take counts a ruling on a pair, or on one text.
func (t *tally) take(g ruling, pair bool) {
	for _, q := range g.questions {
		t.question(q)
	}
	if !g.valid {
		return
	}
	if pair {
		t.Pairs++
	}
	if pair && g.prefers() == saysTie {
		t.Ties++
	}
	if len(g.ordered) == 2 {
		t.Swapped++
		if preferred(-g.ordered[0], 0, 0) != preferred(-g.ordered[1], 0, 0) {
			t.Changed++
		}
	}
}

// question counts one question to a model.
func (t *tally) question(q tables.Question) {
	t.Questions++
	switch {
	case q.Value == nil && q.Raw == nil && q.Probabilities == nil:
		t.Failed++
	case q.Value == nil:
		t.Unread++
	case q.Order != nil && *q.Value != 0:
		t.Decided++
		if *q.Value < 0 {
			t.First++
		}
	}
}

// broken says why the verdicts of a judge are not to be trained on, nil when they
// may be. A training that it rewards stops with it.
func (t *tally) broken() error {
	if _, why := t.fault(); why != "" {
		return fmt.Errorf("%s - hint: give it another prompt or model, or `feedback: true`", why)
	}
	return nil
}

// fault says why the verdicts of a judge are not to be believed: nothing while there
// are too few to tell it from chance. More than 5% cannot be read, or what is shown
// first is preferred in more than 70% or less than 30% of the pairs that are shown
// in both orders, or in one that was drawn.
func (t *tally) fault() (metric, why string) {
	if share, iv := t.share(t.Unread, t.Questions); share > mostUnread && iv.Low > mostUnread {
		return metricUnread, fmt.Sprintf("%d of %d answers of the judge were no verdict - at most %g%% may be", t.Unread, t.Questions, 100*mostUnread)
	}
	if share, iv := t.share(t.First, t.Decided); share > .5+mostPlaced && iv.Low > .5 || share < .5-mostPlaced && iv.High < .5 {
		return metricFirst, fmt.Sprintf("the judge prefers what it is shown first in %d of %d pairs (%.0f%%) - from 30%% to 70%% is sound", t.First, t.Decided, 100*share)
	}
	return "", ""
}

func (t tally) plus(o tally) tally {
	return tally{
		t.Questions + o.Questions, t.Unread + o.Unread, t.Failed + o.Failed, t.Pairs + o.Pairs, t.Ties + o.Ties,
		t.Decided + o.Decided, t.First + o.First, t.Swapped + o.Swapped, t.Changed + o.Changed,
	}
}

// tallied counts the verdicts of an input, and says whether a model was asked.
func tallied(r *runner.Run, in string) (t tally, asked bool, err error) {
	verdicts, err := readTable[tables.Verdict](r.In(in), "verdicts.parquet")
	if err != nil {
		return t, false, err
	}
	ordered := map[[2]string]map[string][]float64{}
	if asked = slices.Contains(r.In(in).Files(), "questions.parquet"); asked {
		for q, err := range eachRow[tables.Question](r.In(in), "questions.parquet") {
			if err != nil {
				return t, asked, err
			}
			t.question(q)
			if q.Order == nil || q.Value == nil {
				continue
			}
			pair := [2]string{q.SampleID, deref(q.OtherID)}
			if pair[1] == pair[0] { // a and b of one row
				pair[1] = ""
			}
			if ordered[pair] == nil {
				ordered[pair] = map[string][]float64{}
			}
			ordered[pair][*q.Order] = append(ordered[pair][*q.Order], *q.Value)
		}
	}
	for _, v := range verdicts {
		if v.Prefers == nil {
			continue
		}
		t.Pairs++
		if *v.Prefers == saysTie {
			t.Ties++
		}
		both := ordered[[2]string{v.SampleID, deref(v.OtherID)}]
		if ab, ba := both["ab"], both["ba"]; len(ab) > 0 && len(ba) > 0 {
			t.Swapped++
			if preferred(sumOf(ab), 0, 0) != preferred(-sumOf(ba), 0, 0) {
				t.Changed++
			}
		}
	}
	return t, asked, nil
}

func sumOf(xs []float64) (sum float64) {
	for _, x := range xs {
		sum += x
	}
	return sum
}

// health is the tally as rows of a table, of all that there was any of.
func (t tally) health(judge string) []tables.Health {
	var rows []tables.Health
	for _, m := range []struct {
		metric string
		k, n   int
	}{
		{metricUnread, t.Unread, t.Questions}, {metricFailed, t.Failed, t.Questions}, {metricTies, t.Ties, t.Pairs},
		{metricFirst, t.First, t.Decided}, {metricChanged, t.Changed, t.Swapped},
	} {
		if m.n == 0 {
			continue
		}
		row := healthRow(judge, m.metric, m.k, m.n)
		if metric, why := t.fault(); metric == m.metric {
			row.Broken = &why
		}
		rows = append(rows, row)
	}
	return rows
}

// healthRow is k of n.
func healthRow(judge, metric string, k, n int) tables.Health {
	value, iv := float64(k)/float64(n), stats.Wilson(k, n, stats.ZQuantile(confidence))
	return tables.Health{Judge: judge, Metric: metric, N: int64(n), Value: &value, Low: &iv.Low, High: &iv.High}
}

func (t *tally) share(k, n int) (float64, stats.Interval) {
	if n == 0 {
		return .5, stats.Interval{Low: 0, High: 1}
	}
	return float64(k) / float64(n), stats.Wilson(k, n, stats.ZQuantile(confidence))
}

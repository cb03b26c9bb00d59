package steps

import (
	"fmt"

	"idiolect/internal/stats"
	"idiolect/runner/tables"
)

// tally is the health of a judge: how sound its verdicts were so far. The zero
// tally is of nobody.
type tally struct {
	Questions int // to a model
	Unread    int // of them whose answer was no verdict
	Failed    int // of them that had no answer
	Verdicts  int // on pairs or texts
	Ties      int // of pairs
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
	t.Verdicts++
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

// broken says why the verdicts of a judge are not to be trained on: nil while there
// are too few to tell it from chance. More than 5% cannot be read, or what is shown
// first is preferred in more than 70% or less than 30% of the pairs that are shown
// in both orders, or in one that was drawn.
func (t *tally) broken() error {
	if share, iv := t.share(t.Unread, t.Questions); share > mostUnread && iv.Low > mostUnread {
		return fmt.Errorf("%d of %d answers of the judge were no verdict - at most %g%% may be", t.Unread, t.Questions, 100*mostUnread)
	}
	if share, iv := t.share(t.First, t.Decided); share > .5+mostPlaced && iv.Low > .5 || share < .5-mostPlaced && iv.High < .5 {
		return fmt.Errorf("the judge prefers what it is shown first in %d of %d pairs (%.0f%%) - from 30%% to 70%% is sound", t.First, t.Decided, 100*share)
	}
	return nil
}

func (t *tally) share(k, n int) (float64, stats.Interval) {
	if n == 0 {
		return .5, stats.Interval{Low: 0, High: 1}
	}
	return float64(k) / float64(n), stats.Wilson(k, n, stats.ZQuantile(confidence))
}

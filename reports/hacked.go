package reports

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// disputed shows, of the first method that was trained to please one judge of the eval
// and not another, four completions of the first repeat chosen by rule: the one that
// the first judge ranks highest above the other, and by the other the best, the median
// and the worst.
func (r *Report) disputed(e *evaluation) (section, error) {
	for _, m := range e.byMean(e.Judges[0]) {
		proxies, held := r.src.proxies(e, m)
		if len(proxies) == 0 || len(held) == 0 || e.isUntrained(m, 1) {
			continue
		}
		s, err := r.dispute(e, m, proxies[0], held[0])
		if err != nil || len(s.blocks) > 0 {
			return s, err
		}
	}
	return section{}, nil
}

func (r *Report) dispute(e *evaluation, method, proxy, held string) (section, error) {
	pleased, err := r.src.judged(e, method, proxy)
	if err == nil {
		var others []judgedSample
		if others, err = r.src.judged(e, method, held); err == nil {
			return r.showDispute(e, method, proxy, held, pleased, others)
		}
	}
	if errors.Is(err, errAbsent) {
		err = nil
	}
	return section{}, err
}

func (r *Report) showDispute(e *evaluation, method, proxy, held string, pleased, others []judgedSample) (section, error) {
	both := disputes(pleased, others)
	if len(both) == 0 {
		return section{}, nil
	}
	show := &showing{src: r.src, told: map[string]bool{}}
	s := section{title: fmt.Sprintf("Where %s and %s disagree, %s", proxy, held, e.name()), detail: true, blocks: []block{para(fmt.Sprintf(
		"Of %s, which was trained to please %s: the completion that %s ranks highest above %s, and by %s the best, the median and the worst; of equals the first in the order of row keys.", method, proxy, proxy, held, held))}}
	told := map[place]bool{}
	for _, c := range []struct {
		name string
		of   dispute
	}{{"most in dispute", mostDisputed(both)}, {"best", both[0]}, {"median", both[(len(both)-1)/2]}, {"worst", both[len(both)-1]}} {
		if told[c.of.other.place] {
			continue
		}
		told[c.of.other.place] = true
		_, a := show.quote(method+", "+proxy, c.of.pleased)
		asked, b := show.quote(held, c.of.other)
		a.label += "; " + b.label
		if b.reason != "" && b.reason != a.reason {
			a.reason += "; " + b.reason
		}
		s.blocks = append(s.blocks, heading(method+", "+c.name), items{{text: "asked: ", data: asked}}, a)
	}
	return s, show.err
}

// dispute is a completion under two judges, with how much higher the first ranks it
// among all.
type dispute struct {
	pleased, other judgedSample
	above          float64
}

// disputes pairs the verdicts of two judges, the best by the second first.
func disputes(pleased, others []judgedSample) []dispute {
	var both []dispute
	at := 0
	for _, o := range others { // both are sorted by place
		for at < len(pleased) && pleased[at].compare(o.place) < 0 {
			at++
		}
		if at < len(pleased) && pleased[at].place == o.place {
			both = append(both, dispute{pleased: pleased[at], other: o})
		}
	}
	first := ranked(both, func(d dispute) float64 { return d.pleased.value })
	second := ranked(both, func(d dispute) float64 { return d.other.value })
	for i := range both {
		both[i].above = first[i] - second[i]
	}
	slices.SortStableFunc(both, func(a, b dispute) int { return cmp.Compare(b.other.value, a.other.value) })
	return both
}

// ranked gives every dispute the share of all that lie below it, those equal to it half.
func ranked(ds []dispute, value func(dispute) float64) []float64 {
	values := make([]float64, len(ds))
	for i, d := range ds {
		values[i] = value(d)
	}
	slices.Sort(values)
	out := make([]float64, len(ds))
	for i, d := range ds {
		from, _ := slices.BinarySearch(values, value(d))
		to, _ := slices.BinarySearchFunc(values, value(d), func(x, v float64) int {
			if x <= v {
				return -1
			}
			return 1
		})
		out[i] = float64(from+to) / 2 / float64(len(ds))
	}
	return out
}

func mostDisputed(ds []dispute) dispute {
	best := ds[0]
	for _, d := range ds[1:] {
		if d.above > best.above || d.above == best.above && d.other.compare(best.other.place) < 0 {
			best = d
		}
	}
	return best
}

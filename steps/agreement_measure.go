package steps

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"idiolect/internal/rng"
	"idiolect/internal/stats"
	"idiolect/runner/tables"
)

// resamples of the bootstrap: they settle a 95% interval.
const resamples = 2000

// measure fills a judge's row.
func (s *agreementStep) measure(row *tables.Agreement, js []judgement) {
	draw := rand.New(rng.New(s.seed, rng.Bootstrap, "agreement "+s.data, row.Judge))
	row.N = int64(len(js))
	for _, j := range js {
		if j.failed {
			row.Errors++
		}
	}
	if row.Label == scoreLabel {
		s.scores(row, js, draw)
	} else {
		s.words(row, js, draw)
	}
	if row.Errors > 0 && row.Note == nil {
		row.Note = optional(fmt.Sprintf("%d of %d rows have no verdict, which agrees with no label", row.Errors, row.N))
	}
}

// words compares labels that are one of a few words. No verdict is a word of its
// own, which no label is.
func (s *agreementStep) words(row *tables.Agreement, js []judgement, draw *rand.Rand) {
	byCluster := map[string]*stats.Ratings[string]{}
	decided, right := int64(0), 0.0
	for _, j := range js {
		r := byCluster[j.cluster]
		if r == nil {
			r = &stats.Ratings[string]{Key: j.cluster}
			byCluster[j.cluster] = r
		}
		r.A, r.B = append(r.A, j.label.word), append(r.B, j.judged.word)
		if j.label.word != saysTie && j.judged.word != saysTie && !j.failed {
			decided++
			right += indicator(j.label.word == j.judged.word)
		}
	}
	s.accuracy(row, js, func(j judgement) bool { return j.label.word == j.judged.word }, func(o opinion) string { return o.word })
	k, iv := stats.Kappa(byName(byCluster), confidence, resamples, draw)
	row.Kappa, row.KappaLow, row.KappaHigh = finite(k), finite(iv.Low), finite(iv.High)
	if row.Label == preferenceLabel {
		row.Decided = &decided
		row.DecidedRight = finite(right / float64(decided))
	}
	if row.Kappa == nil && row.N > 0 {
		row.Note = optional("labels and verdicts are all one word: agreement beyond chance cannot be told")
	}
}

// scores compares numbers. Kappa and the correlations are of the numbers as they
// are; a verdict is right when the level nearest to it, of those that the labels
// are on, is the label's.
func (s *agreementStep) scores(row *tables.Agreement, js []judgement, draw *rand.Rand) {
	byCluster := map[string]*stats.Ratings[float64]{}
	var labels, verdicts []float64
	for _, j := range js {
		if j.failed {
			continue
		}
		r := byCluster[j.cluster]
		if r == nil {
			r = &stats.Ratings[float64]{Key: j.cluster}
			byCluster[j.cluster] = r
		}
		r.A, r.B = append(r.A, j.label.score), append(r.B, j.judged.score)
		labels, verdicts = append(labels, j.label.score), append(verdicts, j.judged.score)
	}
	k, iv := stats.QuadraticKappa(byName(byCluster), confidence, resamples, draw)
	row.Kappa, row.KappaLow, row.KappaHigh = finite(k), finite(iv.Low), finite(iv.High)
	row.Pearson, row.Spearman = finite(stats.Pearson(labels, verdicts)), finite(stats.Spearman(labels, verdicts))
	levels := levelsOf(js)
	if len(levels) > maxLevels {
		row.Note = optional(fmt.Sprintf("the labels are on %d levels: nothing is said of equal scores", len(levels)))
		row.Clusters = clusterCount(js)
		return
	}
	level := func(o opinion) int { return nearest(levels, o.score) }
	near := 0.0
	for _, j := range js {
		near += indicator(!j.failed && max(level(j.label), level(j.judged))-min(level(j.label), level(j.judged)) <= 1)
	}
	row.Adjacent = finite(near / float64(len(js)))
	s.accuracy(row, js, func(j judgement) bool { return !j.failed && level(j.label) == level(j.judged) }, func(o opinion) string {
		if o.word != "" {
			return o.word
		}
		return strconv.FormatFloat(levels[level(o)], 'g', -1, 64)
	})
	if row.Kappa == nil && row.N > 0 {
		row.Note = optional("labels and verdicts are all one number: agreement beyond chance cannot be told")
	}
}

// maxLevels is the number of different labels up to which scores count as graded
// on levels: 0 to 10, and no measurements.
const maxLevels = 11

func levelsOf(js []judgement) []float64 {
	seen := map[float64]bool{}
	for _, j := range js {
		seen[j.label.score] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// nearest is the level next to a score; the lower of two that are equally near.
func nearest(levels []float64, x float64) int {
	at := 0
	for i, l := range levels {
		if math.Abs(l-x) < math.Abs(levels[at]-x) {
			at = i
		}
	}
	return at
}

// accuracy is the share of verdicts that are right, with the counts of each label
// and verdict by name.
func (s *agreementStep) accuracy(row *tables.Agreement, js []judgement, right func(judgement) bool, name func(opinion) string) {
	byCluster := map[string][]float64{}
	confusion, said := map[string]map[string]int{}, map[string]int{}
	for _, j := range js {
		byCluster[j.cluster] = append(byCluster[j.cluster], indicator(right(j)))
		label := name(j.label)
		if confusion[label] == nil {
			confusion[label] = map[string]int{}
		}
		confusion[label][name(j.judged)]++
		said[label]++
	}
	row.Confusion = mustJSON(confusion)
	row.Clusters = int64(len(byCluster))
	if len(js) == 0 {
		return
	}
	var cs []stats.Cluster
	for _, key := range slices.Sorted(maps.Keys(byCluster)) {
		cs = append(cs, stats.Cluster{Key: key, Values: byCluster[key]})
	}
	mean, iv := stats.MeanClustered(cs, confidence)
	row.Accuracy, row.Low, row.High, row.Interval = &mean, finite(iv.Low), finite(iv.High), intervalName(cs)
	row.Base = finite(float64(slices.Max(slices.Collect(maps.Values(said)))) / float64(len(js)))
}

func clusterCount(js []judgement) int64 {
	seen := map[string]bool{}
	for _, j := range js {
		seen[j.cluster] = true
	}
	return int64(len(seen))
}

func byName[T any](byCluster map[string]*stats.Ratings[T]) []stats.Ratings[T] {
	var out []stats.Ratings[T]
	for _, r := range byCluster {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b stats.Ratings[T]) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

func indicator(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

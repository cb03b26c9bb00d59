package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"idiolect/internal/rng"
	"idiolect/internal/stats"
	"idiolect/runner"
	"idiolect/runner/tables"
)

const confidence = .95

// compareStep turns the verdicts of an eval into its tables: scores for every
// method, judge and repeat and pooled over the repeats, and the paired
// difference of every two methods. What was drawn at random is the row (the
// topic), so rows are the clusters of all intervals and tests; the repeats are
// fixed, and told one by one.
type compareStep struct {
	eval            string
	cells           []cell
	met             []meeting // comparisons of two methods
	texts           []string  // inputs with the samples that were compared
	methodIDs       []string  // in the spec's order, as are the judges
	judgeIDs        []string
	repeats         int
	seed            int64
	baseline, pairs string
}

// Run reads all verdicts and writes scores and differences.
func (s *compareStep) Run(ctx context.Context, r *runner.Run) error {
	all := make([]outcomes, len(s.cells))
	for i, c := range s.cells {
		v, err := readTable[tables.Verdict](r.In(c.input()), "verdicts.parquet")
		if err != nil {
			return err
		}
		all[i] = outcomes{c, v}
	}
	t := &comparison{compareStep: s, key: string(r.Key()), all: all, games: map[string][]outcomes{}}
	if err := t.meet(r); err != nil {
		return err
	}
	for _, judge := range s.judgeIDs {
		for repeat := range s.lines() {
			for _, m := range s.methodIDs {
				if t.compares(judge) && t.pairs != "all" && m == t.baseline {
					t.heldAgainst(judge, repeat)
					continue
				}
				if err := t.score(m, judge, repeat); err != nil {
					return err
				}
			}
			if err := t.compare(judge, repeat); err != nil {
				return err
			}
		}
	}
	if err := writeTable(r, "scores.parquet", t.scores); err != nil {
		return err
	}
	if err := writeTable(r, "differences.parquet", t.differences); err != nil {
		return err
	}
	if err := t.writeRates(r); err != nil {
		return err
	}
	return t.writeHealth(r)
}

// lines is how many lines a method has in the tables: line 0 is pooled, the
// others are the repeats; one repeat alone is told once, as pooled.
func (s *compareStep) lines() int {
	if s.repeats == 1 {
		return 1
	}
	return s.repeats + 1
}

type comparison struct {
	*compareStep
	key         string
	all         []outcomes
	games       map[string][]outcomes // of two methods under a pairwise judge: what the first wins of each
	scores      []tables.Score
	differences []tables.Difference
}

// pick gathers the verdicts of a method under a judge; repeat 0 means all. In an
// experiment with persons these are what was drawn at random, and take the place
// of the rows.
func (t *comparison) pick(method, judge string, repeat int) []tables.Verdict {
	var vs []tables.Verdict
	for _, o := range t.all {
		if o.Method != method || o.Judge != judge || repeat != 0 && o.Repeat != repeat {
			continue
		}
		for _, v := range o.verdicts {
			if o.User != "" {
				v.RowKey = "person " + o.User
			}
			vs = append(vs, v)
		}
	}
	return vs
}

// persons adds each person's own mean, over the rows as clusters.
func (t *comparison) persons(method, judge string) error {
	seen := map[string]bool{}
	for _, o := range t.all {
		if o.User == "" || seen[o.User] || o.Method != method || o.Judge != judge {
			continue
		}
		seen[o.User] = true
		var vs []tables.Verdict
		for _, x := range t.all {
			if x.User == o.User && x.Method == method && x.Judge == judge {
				vs = append(vs, x.verdicts...)
			}
		}
		if err := t.scoreRow(method, judge, "", 0, vs, whole); err != nil {
			return err
		}
		t.scores[len(t.scores)-1].User = &o.User
	}
	return nil
}

// clusters are the values by row; an error counts as a failure, and on a pair as a
// tie.
func clusters(vs []tables.Verdict, value func(tables.Verdict) (float64, error)) ([]stats.Cluster, error) {
	byKey := map[string][]float64{}
	for _, v := range vs {
		x := failure(v)
		if v.Error == nil {
			var err error
			if x, err = value(v); err != nil {
				return nil, err
			}
		}
		byKey[v.RowKey] = append(byKey[v.RowKey], x)
	}
	out := make([]stats.Cluster, 0, len(byKey))
	for _, k := range slices.Sorted(maps.Keys(byKey)) {
		out = append(out, stats.Cluster{Key: k, Values: byKey[k]})
	}
	return out, nil
}

// failure is what a judgement without a verdict counts as.
func failure(v tables.Verdict) float64 {
	if v.Kind == "pairwise" {
		return .5
	}
	return 0
}

func whole(v tables.Verdict) (float64, error) { return verdictValue(v), nil }

// score adds the whole verdict's row, and when pooled each criterion's.
func (t *comparison) score(method, judge string, repeat int) error {
	vs := t.pick(method, judge, repeat)
	if err := t.scoreRow(method, judge, "", repeat, vs, whole); err != nil {
		return err
	}
	if repeat != 0 {
		return nil
	}
	names, err := criteria(vs)
	if err != nil {
		return err
	}
	for _, name := range names {
		err := t.scoreRow(method, judge, name, repeat, vs, func(v tables.Verdict) (float64, error) {
			m, err := decodeCriteria(v)
			return m[name], err
		})
		if err != nil {
			return err
		}
	}
	return t.persons(method, judge)
}

func (t *comparison) scoreRow(method, judge, criterion string, repeat int, vs []tables.Verdict, value func(tables.Verdict) (float64, error)) error {
	cs, err := clusters(vs, value)
	if err != nil {
		return err
	}
	row := tables.Score{
		ID: tables.ID(t.key, "", int64(len(t.scores))), Replicate: int64(len(t.scores)), Eval: t.eval, Method: method, Judge: judge,
		Criterion: optional(criterion), Repeat: repeatColumn(repeat), N: int64(len(vs)), Clusters: int64(len(cs)), Interval: intervalName(cs),
	}
	lost := 0.0
	for _, v := range vs {
		if v.Error != nil {
			row.Errors++
			lost += failure(v)
		}
	}
	if len(vs) > 0 {
		mean, iv := stats.MeanClustered(cs, confidence)
		// Values lie in [0, 1], and so does their mean; a t interval may reach further.
		row.Mean, row.Low, row.High = &mean, finite(max(iv.Low, 0)), finite(min(iv.High, 1))
		if ok := row.N - row.Errors; ok > 0 {
			m := (mean*float64(row.N) - lost) / float64(ok)
			row.MeanSuccesses = &m
		}
	}
	t.scores = append(t.scores, row)
	return nil
}

// intervalName says which interval [stats.MeanClustered] gives: Wilson's for one
// yes or no per row, else the clustered one.
func intervalName(cs []stats.Cluster) string {
	single := func(c stats.Cluster) bool { return len(c.Values) == 1 && (c.Values[0] == 0 || c.Values[0] == 1) }
	if slices.ContainsFunc(cs, func(c stats.Cluster) bool { return !single(c) }) {
		return "clustered"
	}
	return "wilson"
}

// compare adds the paired difference of every two methods.
func (t *comparison) compare(judge string, repeat int) error {
	first := len(t.differences)
	methods := t.methodIDs
	for i, against := range methods {
		for _, method := range methods[i+1:] {
			if err := t.difference(method, against, judge, repeat); err != nil {
				return err
			}
		}
	}
	t.holm(t.differences[first:])
	return nil
}

func (t *comparison) difference(method, against, judge string, repeat int) error {
	a, b, err := t.sides(method, against, judge, repeat)
	if err != nil {
		return err
	}
	row := tables.Difference{
		ID: tables.ID(t.key, "difference", int64(len(t.differences))), Replicate: int64(len(t.differences)),
		Eval: t.eval, Judge: judge, Method: method, Against: against, Repeat: repeatColumn(repeat),
	}
	draw := rng.New(t.seed, rng.Bootstrap, "compare "+t.eval, fmt.Sprintf("%s %s %s %d", method, against, judge, repeat))
	p, err := stats.PairedClustered(a, b, confidence, rand.New(draw))
	if err != nil {
		row.Test, row.Note = "none", optional(err.Error())
		t.differences = append(t.differences, row)
		return nil
	}
	row.Difference, row.Low, row.High, row.P, row.Test = &p.Difference, finite(p.Interval.Low), finite(p.Interval.High), &p.P, p.Test
	row.N, row.Clusters = int64(p.N), int64(p.Clusters)
	gain, iv, ok := stats.RelativeGain(a, b, confidence)
	if t.compares(judge) { // a win rate has no gain: it is one already
	} else if ok {
		row.Relative, row.RelLow, row.RelHigh = &gain, finite(iv.Low), finite(iv.High)
	} else {
		row.Note = optional("no relative gain can be claimed: a mean is zero")
	}
	if more := stats.NeededClusters(a, b, .8, 1-confidence); more > 0 {
		n := int64(more)
		row.MoreRows = &n
	}
	t.differences = append(t.differences, row)
	return nil
}

// holm corrects the p values of the family's differences of one eval, judge and
// repeat; the others keep their bare p.
func (t *comparison) holm(rows []tables.Difference) {
	var at []int
	var ps []float64
	family := t.family()
	for i, r := range rows {
		if r.P != nil && (family == "all" || r.Method == family || r.Against == family) {
			at, ps = append(at, i), append(ps, *r.P)
		}
	}
	for i, p := range stats.Holm(ps) {
		rows[at[i]].PHolm = &p
	}
}

func repeatColumn(repeat int) *int64 {
	if repeat == 0 {
		return nil
	}
	r := int64(repeat)
	return &r
}

// finite is null for an end that nothing bounds.
func finite(x float64) *float64 {
	if x-x != 0 {
		return nil
	}
	return &x
}

// criteria names the criteria of a judge, sorted.
func criteria(vs []tables.Verdict) ([]string, error) {
	names := map[string]bool{}
	for _, v := range vs {
		m, err := decodeCriteria(v)
		if err != nil {
			return nil, err
		}
		for k := range m {
			names[k] = true
		}
	}
	return slices.Sorted(maps.Keys(names)), nil
}

func decodeCriteria(v tables.Verdict) (map[string]float64, error) {
	var m map[string]float64
	err := json.Unmarshal([]byte(v.Criteria), &m)
	return m, err
}

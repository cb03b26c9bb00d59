package reports

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"idiolect/internal/rng"
	"idiolect/internal/stats"
)

// Comparing what two steps of different evals, cells or runs were judged needs the verdicts themselves: the
// tables compare methods of one eval alone.

// outcomeColumns are all of a verdict that is compared.
type outcomeColumns struct {
	RowKey   string   `parquet:"row_key"`
	Accepted *bool    `parquet:"accepted,optional"`
	Score    *float64 `parquet:"score,optional"`
	Error    *string  `parquet:"error,optional"`
}

// outcomes are the verdicts on a method as compare counts them: an error is a failure; the clusters are the
// rows, or the persons where there are any.
func (s *source) outcomes(e *evaluation, method, judge string) ([]stats.Cluster, error) {
	at := map[string]int{}
	var out []stats.Cluster
	for _, a := range e.arms {
		if a.method != method || a.judge != judge {
			continue
		}
		for v, err := range each[outcomeColumns](s, a.verdicts, verdictsFile) {
			if err != nil {
				return nil, err
			}
			x, key := 0.0, v.RowKey
			if e.compares(judge) { // counts as a tie
				x = .5
			}
			if v.Error == nil {
				x = value(v.Accepted, v.Score)
			}
			if a.person != "" {
				key = "person " + a.person
			}
			i, ok := at[key]
			if !ok {
				i = len(out)
				at[key] = i
				out = append(out, stats.Cluster{Key: key})
			}
			out[i].Values = append(out[i].Values, x)
		}
	}
	if len(out) == 0 {
		return nil, errAbsent
	}
	return out, nil
}

// shift is how far one mean is above another.
type shift struct {
	Difference float64
	bounds
	P      *float64 // nil unless paired
	Test   string
	Paired bool // cluster by cluster
}

func (s shift) String() string {
	text := signed(s.Difference) + " points " + interval(s.low, s.high, signed)
	if s.P != nil {
		text += ", " + pIs(s.P, s.Test)
	}
	return text
}

// up and down say that the shift is shown: interval and, where there is one, test agree.
func (s shift) up() bool   { return s.above() && (s.P == nil || *s.P <= .05) }
func (s shift) down() bool { return s.below() && (s.P == nil || *s.P <= .05) }

// between compares two lines of a sweep.
func (r *Report) between(from, to *line, judge string) (shift, error) {
	a, err := r.src.outcomes(from.evaluation, from.method, judge)
	if err != nil {
		return shift{}, err
	}
	b, err := r.src.outcomes(to.evaluation, to.method, judge)
	if err != nil {
		return shift{}, err
	}
	return shifted(a, b, fmt.Sprintf("%s %s %s, %s %s", from.name(), from.method, judge, to.name(), to.method)), nil
}

// shifted is how far b is above a, paired where both have the same clusters. name names the random numbers
// of the test.
func shifted(a, b []stats.Cluster, name string) shift {
	if sameKeys(a, b) {
		draw := rand.New(rng.New(0, rng.Bootstrap, "shift", name))
		if p, err := stats.PairedClustered(a, b, .95, draw); err == nil {
			return shift{Difference: p.Difference, bounds: ends(p.Interval), P: &p.P, Test: p.Test, Paired: true}
		}
	}
	d, iv := stats.Unpaired(a, b, .95)
	return shift{Difference: d, bounds: ends(iv)}
}

func sameKeys(a, b []stats.Cluster) bool {
	keys := func(cs []stats.Cluster) []string {
		var out []string
		for _, c := range cs {
			out = append(out, c.Key)
		}
		slices.Sort(out)
		return out
	}
	return slices.Equal(keys(a), keys(b))
}

// ends leaves out what nothing bounds.
func ends(iv stats.Interval) bounds {
	end := func(x float64) *float64 {
		if math.IsInf(x, 0) || math.IsNaN(x) {
			return nil
		}
		return &x
	}
	return bounds{end(iv.Low), end(iv.High)}
}

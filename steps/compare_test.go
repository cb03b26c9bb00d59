package steps

import (
	"testing"

	"idiolect/internal/stats"
)

// The table names the interval that its figures have: a score between 0 and 1
// has no Wilson interval, even with one a row.
func TestIntervalsAreNamed(t *testing.T) {
	for name, c := range map[string]struct {
		values [][]float64
		want   string
	}{
		"a yes or no each":     {[][]float64{{0}, {1}, {1}}, "wilson"},
		"several yes or no":    {[][]float64{{0, 1}, {1, 1}}, "clustered"},
		"a score each":         {[][]float64{{.25}, {1}}, "clustered"},
		"as many, but unequal": {[][]float64{{0, 1}, {}}, "clustered"},
	} {
		var cs []stats.Cluster
		for i, v := range c.values {
			cs = append(cs, stats.Cluster{Key: string(rune('a' + i)), Values: v})
		}
		if got := intervalName(cs); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

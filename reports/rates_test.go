package reports

import (
	"testing"

	"idiolect/runner/tables"
)

// What a judge gives for length alone is an alarm for who was trained to please it; and so is that it takes longer texts more often than
// a judge who was held out. Neither is within what so few games may show by chance.
func TestLengthAlarms(t *testing.T) {
	t.Parallel()
	of := func(judge string, rate, controlled, high, longer float64, rows int64) tables.WinRate {
		return tables.WinRate{Judge: judge, Method: "tuned", N: 2 * rows, Clusters: rows, Rate: &rate, Controlled: &controlled, High: &high, Uneven: ptr(rows), Longer: &longer}
	}
	for name, test := range map[string]struct {
		proxy, held tables.WinRate
		want        int
	}{
		"length wins":                   {of("rm", .8, .6, .66, .5, 200), of("second", .6, .6, .66, .5, 200), 1},
		"length wins, perhaps":          {of("rm", .8, .6, .85, .5, 20), of("second", .6, .6, .66, .5, 20), 0},
		"length wins a little":          {of("rm", .8, .76, .78, .5, 2000), of("second", .6, .6, .66, .5, 2000), 0},
		"the longer wins":               {of("rm", .6, .6, .66, .9, 200), of("second", .6, .6, .66, .5, 200), 1},
		"the longer wins, as elsewhere": {of("rm", .6, .6, .66, .9, 200), of("second", .6, .6, .66, .85, 200), 0},
		"the longer wins, perhaps":      {of("rm", .6, .6, .66, .7, 20), of("second", .6, .6, .66, .5, 20), 0},
		"both":                          {of("rm", .9, .6, .66, .9, 200), of("second", .6, .6, .66, .5, 200), 2},
	} {
		e := &evaluation{rates: []tables.WinRate{test.proxy, test.held}}
		if got := e.lengthAlarms("tuned", []string{"rm"}, []string{"second"}); len(got) != test.want {
			t.Errorf("%s: %+v, want %d alarms", name, got, test.want)
		}
		if got := e.lengthAlarms("tuned", nil, []string{"rm", "second"}); len(got) != 0 {
			t.Errorf("%s: %d alarms for who was trained to please nobody", name, len(got))
		}
	}
	if got := alarm((&evaluation{rates: []tables.WinRate{of("rm", .8, .6, .66, .5, 200)}}).lengthAlarms("tuned", []string{"rm"}, nil)[0]); got != "ALARM, tuned: win rate by rm, and at equal lengths: 80.0%, of texts as long 60.0%." {
		t.Error(got)
	}
}

package reports

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"idiolect/runner/tables"
)

// none stands for a number that there is not.
const none = "–"

// randomLeast is the least P that 10,000 random exchanges can give, 1/10001: what is at or below it says no
// more than that it is small.
const randomLeast = 1e-4

// bounds are the ends of a 95% interval; nil is an end that nothing bounds.
type bounds struct{ low, high *float64 }

func (b bounds) minus(x float64) bounds {
	shift := func(p *float64) *float64 {
		if p == nil {
			return nil
		}
		y := *p - x
		return &y
	}
	return bounds{shift(b.low), shift(b.high)}
}

// above says whether all of the interval lies above zero, below whether all of it lies below.
func (b bounds) above() bool { return b.low != nil && *b.low > 0 }
func (b bounds) below() bool { return b.high != nil && *b.high < 0 }

// percent writes a share with one decimal: 0.321 is 32.1%.
func percent(x *float64) string {
	if x == nil {
		return none
	}
	return decimal(*x) + "%"
}

// share is a percentage with its interval: 32.1% [29.8, 34.5].
func share(x, low, high *float64) string {
	if x == nil {
		return none
	}
	return percent(x) + " " + interval(low, high, decimal)
}

// points is a difference of shares in percentage points: +9.8 [+7.6, +12.0].
func points(x, low, high *float64) string {
	if x == nil {
		return none
	}
	return signed(*x) + " " + interval(low, high, signed)
}

// pointsIn is a difference within a sentence: +9.8 points [+7.6, +12.0].
func pointsIn(d *tables.Difference) string {
	return signed(*d.Difference) + " points " + interval(d.Low, d.High, signed)
}

// gain is a relative gain: +44.0% [+32.1, +57.3].
func gain(x, low, high *float64) string {
	if x == nil {
		return none
	}
	return signed(*x) + "% " + interval(low, high, signed)
}

func interval(low, high *float64, write func(float64) string) string {
	end := func(p *float64) string {
		if p == nil {
			return none
		}
		return write(*p)
	}
	return "[" + end(low) + ", " + end(high) + "]"
}

// decimal writes a share in percent, without the sign; what rounds to zero has no minus.
func decimal(x float64) string {
	s := strconv.FormatFloat(x*100, 'f', 1, 64)
	if s == "-0.0" {
		return "0.0"
	}
	return s
}

func signed(x float64) string {
	s := decimal(x)
	if s == "0.0" || s[0] == '-' {
		return s
	}
	return "+" + s
}

// pValue writes a P: 3e-8, .012, 1. The test says whether it was drawn at random, and so how small it can be.
func pValue(p *float64, test string) string {
	switch {
	case p == nil:
		return none
	case strings.Contains(test, "random") && *p <= randomLeast:
		return "<.0001"
	case *p < 1e-300:
		return "<1e-300"
	case *p < .001:
		s := strconv.FormatFloat(*p, 'e', 0, 64)
		return strings.Replace(s, "e-0", "e-", 1)
	case *p >= .995:
		return "1"
	case *p >= .1:
		return strconv.FormatFloat(*p, 'f', 2, 64)[1:]
	}
	return strconv.FormatFloat(*p, 'g', 2, 64)[1:] // two digits that count, no zero before the point
}

// pIs is "p = .012" or "p < .0001".
func pIs(p *float64, test string) string {
	s := pValue(p, test)
	if less, ok := strings.CutPrefix(s, "<"); ok {
		return "p < " + less
	}
	return "p = " + s
}

// count writes a whole number with commas: 12,000.
func count(n int64) string {
	if n < 0 {
		return "-" + count(-n)
	}
	if n < 1000 {
		return strconv.FormatInt(n, 10)
	}
	return fmt.Sprintf("%s,%03d", count(n/1000), n%1000)
}

// of counts things: "1 topic", "500 topics".
func of(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return count(n) + " " + thing + "s"
}

// rate writes a learning rate: 0.0012, 3e-5.
func rate(x float64) string {
	s := strconv.FormatFloat(x, 'g', 3, 64)
	return strings.Replace(s, "e-0", "e-", 1)
}

func loss(x float64) string {
	if math.IsNaN(x) {
		return none
	}
	return strconv.FormatFloat(x, 'f', 3, 64)
}

// seconds writes a duration for people: 0.4 s, 93 s, 12.5 min.
func seconds(s float64) string {
	switch {
	case s < 100:
		return strconv.FormatFloat(s, 'f', 1, 64) + " s"
	case s < 6000:
		return strconv.FormatFloat(s/60, 'f', 1, 64) + " min"
	}
	return strconv.FormatFloat(s/3600, 'f', 1, 64) + " h"
}

// Dollars writes money in two digits that count: $0.0012, $3.10, $240.
func Dollars(x float64) string {
	switch {
	case x == 0:
		return "$0"
	case x < .1:
		return "$" + strconv.FormatFloat(x, 'f', min(9, 1-int(math.Floor(math.Log10(x)))), 64)
	case x < 100:
		return "$" + strconv.FormatFloat(x, 'f', 2, 64)
	}
	return "$" + count(int64(math.Round(x)))
}

// enumerate joins names: "a, b and c"; those beyond most are counted.
func enumerate(names []string, most int) string {
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

package reports

import (
	"math"
	"strings"
	"testing"
)

func TestNumbers(t *testing.T) {
	random, exact := "sign-flip permutation, 10000 random exchanges", "exact McNemar"
	tests := map[string]struct{ got, want string }{
		"a share":                       {share(ptr(.3214), ptr(.298), ptr(.3449)), "32.1% [29.8, 34.5]"},
		"a share with no bound":         {share(ptr(1.0), nil, nil), "100.0% [–, –]"},
		"no share":                      {share(nil, nil, nil), "–"},
		"points":                        {points(ptr(.098), ptr(-.004), ptr(.2)), "+9.8 [-0.4, +20.0]"},
		"a difference that rounds to 0": {points(ptr(-.0001), ptr(-.0004), ptr(.0004)), "0.0 [0.0, 0.0]"},
		"a relative gain":               {gain(ptr(.4395), ptr(.32), ptr(.57)), "+44.0% [+32.0, +57.0]"},
		"p of a sure exact test":        {pValue(ptr(3.4e-8), exact), "3e-8"},
		"p below a thousandth":          {pValue(ptr(.00096), exact), "1e-3"},
		"p of two digits":               {pValue(ptr(.0123), exact), ".012"},
		"p of a tenth":                  {pValue(ptr(.4149), exact), ".41"},
		"p of nearly one":               {pValue(ptr(.9951), exact), "1"},
		"p below one":                   {pValue(ptr(.9949), exact), ".99"},
		"p of nothing":                  {pValue(ptr(0.0), exact), "<1e-300"},
		"the least p of random draws":   {pValue(ptr(1.0/10001), random), "<.0001"},
		"a small p of exact draws":      {pValue(ptr(1.0/10001), exact), "1e-4"},
		"the least p, Holm-corrected":   {pValue(ptr(3.0/10001), random), "3e-4"},
		"no p":                          {pValue(nil, exact), "–"},
		"p in a sentence":               {pIs(ptr(1.0/10001), random), "p < .0001"},
		"a count":                       {count(1234567), "1,234,567"},
		"a small count":                 {count(999), "999"},
		"a count with zeros":            {count(1000005), "1,000,005"},
		"one thing":                     {of(1, "topic"), "1 topic"},
		"a learning rate":               {rate(.00123456), "0.00123"},
		"a small learning rate":         {rate(3e-5), "3e-5"},
		"a loss":                        {loss(math.NaN()), "–"},
		"a short time":                  {seconds(.42), "0.4 s"},
		"a long time":                   {seconds(750), "12.5 min"},
		"names":                         {enumerate([]string{"a", "b", "c"}, 3), "a, b and c"},
		"too many names":                {enumerate([]string{"a", "b", "c"}, 1), "a and 2 more"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if test.got != test.want {
				t.Errorf("%q - want %q", test.got, test.want)
			}
		})
	}
}

func TestText(t *testing.T) {
	tests := map[string]struct{ got, want string }{
		"ordinary text stays":          {Visible("näïve 俳句 👩‍🚀"), "näïve 俳句 👩‍🚀"},
		"escape shows itself":          {Visible("\x1b[31mred\x1b[0m"), "␛[31mred␛[0m"},
		"delete and bell":              {Visible("\x7f\x07"), "␡␇"},
		"a C1 control":                 {Visible("a\u009bb"), "a<U+009B>b"},
		"an override of direction":     {Visible("a\u202eb"), "a<U+202E>b"},
		"carriage returns of CRLF go":  {Visible("a\r\nb"), "a\nb"},
		"a lone carriage return shows": {Visible("a\rb"), "a␍b"},
		"what is not UTF-8":            {Visible("a\xffb"), "a\uFFFDb"},
		"a line feed within a line":    {oneLine("a\nb"), "a␊b"},
		"a tag":                        {escape("</script> <b> a < b"), `\</script> \<b> a < b`},
		"a pipe, ticks and stars":      {escape("a|b `c` *d*"), "a\\|b \\`c\\` \\*d\\*"},
		"a link":                       {escape("[a](b) [c][d] [e]: f"), `[a]\(b) [c]\[d] [e]\: f`},
		"an interval is no link":       {escape("[1, 2]"), "[1, 2]"},
		"an entity":                    {escape("a & b &amp; &#65;"), `a & b \&amp; \&#65;`},
		"an underscore within a word":  {escape("held_out _a_"), `held_out \_a\_`},
		"a bare address":               {escape("https://x"), `https\://x`},
		"a code span":                  {code("a"), "`a`"},
		"a code span with ticks":       {code("`a``b"), "``` `a``b ```"},
		"a code span of spaces":        {code("a\nb"), "`a␊b`"},
		"no code span":                 {code(""), ""},
		"a line that is too long":      {oneLine(strings.Repeat("x", 1<<20))[maxLine:], "… [1,048,576 characters in all]"},
		"a text that is too long":      {shown(strings.Repeat("x", 1<<20))[maxRunes:], "\n[cut here: 1,048,576 characters in all]"},
		"a text with too many lines":   {shown(strings.Repeat("x\n", 100))[2*maxLines-1:], "\n[cut here: 200 characters in all]"},
		"a long text that is whole":    {shown(strings.Repeat("é", maxRunes)), strings.Repeat("é", maxRunes)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if test.got != test.want {
				t.Errorf("%q - want %q", test.got, test.want)
			}
		})
	}
}

func TestBroken(t *testing.T) {
	for _, width := range []int{3, 7, 20} {
		s := "a few words, averylongwordthatfitsnowhere and 俳句俳句俳句俳句 at the end"
		lines := broken(s, width)
		for _, l := range lines {
			if columns(l) > width {
				t.Errorf("width %d: %q has %d columns", width, l, columns(l))
			}
		}
		if strings.ReplaceAll(strings.Join(lines, ""), " ", "") != strings.ReplaceAll(s, " ", "") {
			t.Errorf("width %d: letters were lost: %q", width, lines)
		}
	}
}

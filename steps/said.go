package steps

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"idiolect/specs"
)

// parserVersion names the rules by which what a model says becomes a verdict. It
// stands in every key of such a verdict: other rules give other numbers.
const parserVersion = "verdict-text/1"

// asksFor is what a verdict is one of.
type asksFor struct {
	what  string // pair, yes, level, word
	scale specs.Scale
	word  string // of word: the one that is looked for; of yes: no, when that is
}

// What a question asks for.
const (
	forPair  = "pair"  // A or B, in a text also a tie
	forYes   = "yes"   // yes or no
	forLevel = "level" // a number on a scale
	forWord  = "word"  // whether one word is the answer
)

// level asks about a criterion by itself: for a level on its scale, or yes or no.
func level(k specs.Criterion) asksFor {
	if k.Scale == (specs.Scale{}) {
		return asksFor{what: forYes}
	}
	return asksFor{what: forLevel, scale: k.Scale}
}

// reading asks for the word that meets a criterion. Yes is held against no; of any
// other word nobody knows what else might be said.
func reading(k specs.Criterion) asksFor {
	switch answer := strings.ToLower(k.Answer); answer {
	case "", "yes", "no":
		return asksFor{what: forYes, word: answer}
	}
	return asksFor{what: forWord, word: k.Answer}
}

// maxWords bounds the levels of a scale that are weighed one by one.
const maxWords = 11

// words are all that the answer may be; nil: too many to list.
func (f asksFor) words() []string {
	switch f.what {
	case forPair:
		return []string{"A", "B"}
	case forYes:
		if f.word == "no" {
			return []string{"no", "yes"}
		}
		return []string{"yes", "no"}
	case forWord:
		return []string{f.word}
	}
	low, high := f.scale.Low, f.scale.High
	if low != float64(int(low)) || high != float64(int(high)) || high-low >= maxWords {
		return nil
	}
	var words []string
	for n := int(low); n <= int(high); n++ {
		words = append(words, strconv.Itoa(n))
	}
	return words
}

// worth is what the i-th word is worth: of a pair 1 when the second is better and
// -1 when the first is, else 0 to 1.
func (f asksFor) worth(i int) float64 {
	switch f.what {
	case forPair:
		return float64(2*i - 1)
	case forLevel:
		return float64(i) / (f.scale.High - f.scale.Low)
	}
	return float64(1 - i)
}

var (
	verdictTags = regexp.MustCompile(`(?i)\[\[\s*([^\[\]]{1,12}?)\s*\]\]|\[(?:result|verdict|score)\]\s*[:=]?\s*([a-z0-9./-]{1,12})|<(verdict|result|score|answer)>\s*([^<>]{1,12}?)\s*</(?:verdict|result|score|answer)>`)
	verdictLine = regexp.MustCompile(`(?i)^(?:(?:my |the |so )*(?:final |overall )?(?:verdict|result|answer|winner|preference|choice|score|rating)(?: is)?\s*[:=-]?\s*)?(?:(?:answer|response|output)\s+)?[\[(<]?\s*([a-z]+|-?[0-9]+(?:\.[0-9]+)?(?:\s*/\s*[0-9]+)?)\s*[\])>]?$`)
	headedLine  = regexp.MustCompile(`(?im)^[\s_>#]*(?:(?:my |the |so )*(?:final |overall )?(?:verdict|result|winner|score|rating)(?: is)?\s*[:=-]\s*)(?:(?:answer|response|output)\s+)?([a-z]+|-?[0-9]+(?:\.[0-9]+)?(?:\s*/\s*[0-9]+)?)[\s_.]*$`)
)

// unmarked takes away what Markdown puts around a verdict.
var unmarked = strings.NewReplacer("*", "", "`", "")

// parse reads the verdict that a text ends in, and the reason before it. The last
// line has to be the verdict alone, in one of these forms, or end in one of the
// first three; upper and lower case are the same:
//
//	[[A]]   [RESULT] A   <verdict>A</verdict>   A   (A)   Verdict: A   Final score: 4/5
//
// "Answer A is better than B" ends in a B and says nothing. Two different verdicts
// in one text, wherever they stand, are none; so is a number off the scale.
func (f asksFor) parse(text string) (value float64, reason string, err error) {
	body := strings.TrimRight(text, " \t\r\n")
	line := body[strings.LastIndexByte(body, '\n')+1:]
	plain := strings.TrimRight(strings.TrimLeft(unmarked.Replace(line), " \t_\"'#>"), " \t\r_\"'.!")
	said, before := "", ""
	if tags := verdictTags.FindAllStringSubmatchIndex(plain, -1); len(tags) > 0 && tags[len(tags)-1][1] == len(plain) {
		at := tags[len(tags)-1]
		said, before = group(plain, at), strings.TrimRight(plain[:at[0]], " \t:*_-")
	} else if m := verdictLine.FindStringSubmatch(plain); m != nil {
		said = m[1]
	}
	if said == "" {
		return 0, "", fmt.Errorf("no verdict at the end of what it says")
	}
	if value, err = f.read(said); err != nil {
		return 0, "", err
	}
	for _, other := range f.claims(unmarked.Replace(body)) {
		if other != value {
			return 0, "", fmt.Errorf("it says two different verdicts")
		}
	}
	reason = strings.TrimSpace(body[:len(body)-len(line)] + before)
	return value, reason, nil
}

// claims are the verdicts that stand in a text in a form that says so.
func (f asksFor) claims(text string) (values []float64) {
	for _, at := range verdictTags.FindAllStringSubmatchIndex(text, -1) {
		if v, err := f.read(group(text, at)); err == nil {
			values = append(values, v)
		}
	}
	for _, m := range headedLine.FindAllStringSubmatch(text, -1) {
		if v, err := f.read(m[1]); err == nil {
			values = append(values, v)
		}
	}
	return values
}

// group is what a tag encloses.
func group(text string, at []int) string {
	for _, k := range []int{2, 4, 8} {
		if at[k] >= 0 {
			return text[at[k]:at[k+1]]
		}
	}
	return ""
}

// read is the worth of one word.
func (f asksFor) read(word string) (float64, error) {
	low := strings.ToLower(strings.TrimSpace(word))
	switch f.what {
	case forPair:
		if low == "tie" {
			return 0, nil
		}
	case forLevel:
		return f.level(low)
	}
	for i, w := range f.words() {
		if low == strings.ToLower(w) {
			return f.worth(i), nil
		}
	}
	return 0, fmt.Errorf("%q is no verdict - want %s", shorten(word), f)
}

func (f asksFor) level(word string) (float64, error) {
	number, of, share := strings.Cut(word, "/")
	x, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil || share && strings.TrimSpace(of) != strconv.FormatFloat(f.scale.High, 'g', -1, 64) || !(x >= f.scale.Low && x <= f.scale.High) {
		return 0, fmt.Errorf("%q is no verdict - want %s", shorten(word), f)
	}
	return (x - f.scale.Low) / (f.scale.High - f.scale.Low), nil
}

// weighs is the worth that the probabilities of the words come to: the mean over
// what they are worth, normalised among each other. It is no verdict when they have
// less than half of the probability together: then something else would be said.
func (f asksFor) weighs(logprobs []float32) (value float64, err error) {
	if f.what == forWord {
		return math.Exp(float64(logprobs[0])), nil
	}
	sum := 0.0
	for i, lp := range logprobs {
		p := math.Exp(float64(lp))
		sum += p
		value += p * f.worth(i)
	}
	if sum < .5 {
		return 0, fmt.Errorf("%s have %.2g of the probability together - less than half is no verdict", f.list(), sum)
	}
	return value / sum, nil
}

func (f asksFor) list() string { return strings.Join(f.words(), " and ") }

// String says what a verdict may be.
func (f asksFor) String() string {
	switch f.what {
	case forPair:
		return "A, B or Tie"
	case forYes:
		return "yes or no"
	case forWord:
		return f.word
	}
	return fmt.Sprintf("a number from %g to %g", f.scale.Low, f.scale.High)
}

// shorten keeps a stranger's word short in a message.
func shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

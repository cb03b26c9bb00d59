package steps

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"idiolect/runner"
	"idiolect/specs"
)

// meanOf is that of the values of findings; failed is why there is none.
func meanOf(fs []finding) (value float64, failed string) {
	for _, f := range fs {
		if f.failed != "" {
			return 0, f.failed
		}
		value += f.value
	}
	return value / float64(len(fs)), ""
}

// reasons joins what the model gave as its reasons.
func reasons(fs []finding) string {
	text := ""
	for _, f := range fs {
		if f.Reason != nil {
			if text != "" {
				text += "\n"
			}
			text += *f.Reason
		}
	}
	return text
}

// decide makes a ruling of what was found about one text.
func (x *assessor) decide(out *ruling, fs []finding) {
	out.reason = reasons(fs)
	if x.kind == "accept" {
		v, failed := meanOf(fs)
		if failed != "" {
			out.reason = failed
			return
		}
		out.valid, out.soft, out.value = true, v, indicator(v > .5)
		return
	}
	values, failed := criteriaOf(fs)
	if failed != "" {
		out.reason = failed
		return
	}
	out.criteria = values
	out.value = x.score(values)
	out.soft, out.valid = out.value, true
}

// criteriaOf are the means by criterion.
func criteriaOf(fs []finding) (values map[string]float64, failed string) {
	values = map[string]float64{}
	for from := 0; from < len(fs); {
		to := from
		for to < len(fs) && *fs[to].Criterion == *fs[from].Criterion {
			to++
		}
		v, failed := meanOf(fs[from:to])
		if failed != "" {
			return nil, *fs[from].Criterion + ": " + failed
		}
		values[*fs[from].Criterion] = v
		from = to
	}
	return values, ""
}

// score is the weighted mean of criteria, as weigh makes it of a program's; a hard
// criterion that is rather not met than met makes it 0.
func (x *assessor) score(values map[string]float64) float64 {
	var sum, most float64
	for _, name := range slices.Sorted(maps.Keys(values)) {
		v := values[name]
		k := x.criterion(name)
		if k.Hard && (v >= .5) == (k.Weight < 0) {
			return 0
		}
		sum += k.Weight * v
		most += max(k.Weight, 0)
	}
	if most == 0 {
		return 0
	}
	return min(max(sum/most, 0), 1)
}

// criterion is the judge's own of that name; one that a row brought weighs 1.
func (x *assessor) criterion(name string) specs.Criterion {
	if x.rubric != nil {
		for _, k := range x.rubric.Criteria {
			if k.Name == name {
				return k
			}
		}
	}
	return specs.Criterion{Name: name, Weight: 1}
}

// prefer makes a ruling of what was found about two texts, mapped back to the order
// in which they came.
func (x *assessor) prefer(out *ruling, fs []finding) {
	out.reason = reasons(fs)
	for from := 0; from < len(fs); {
		to, hard := from, 0.0
		for to < len(fs) && *fs[to].Order == *fs[from].Order {
			hard += worths[preferred(-fs[to].value, 0, x.margin)]
			to++
		}
		v, failed := meanOf(fs[from:to])
		if failed != "" {
			out.reason, out.ordered, out.soft = failed, nil, 0
			return
		}
		sign := 1.0
		if *fs[from].Order == "ba" {
			sign = -1
		}
		out.soft += sign * v
		out.ordered = append(out.ordered, sign*hard/float64(to-from))
		from = to
	}
	for _, v := range out.ordered {
		out.value += v / float64(len(out.ordered))
	}
	out.soft /= float64(len(out.ordered))
	out.valid = true
}

// readings judges games by judging each text alone, once however many games it is
// in. Of a pairwise judge the value of a game is the weighted sum of the criteria's differences over
// the sum of the weights; what is within the margin is a tie. No order is shown, so
// exchanging the two changes nothing but the sign.
func (f *referee) readings(ctx context.Context, r *runner.Run, round string, games []game) ([]ruling, error) {
	type name struct {
		row       string
		replicate int64
		text      string // two methods may have said the same
		missing   string
	}
	at := map[name]int{}
	var texts []entrant
	place := func(e entrant) int {
		n := name{e.row, e.replicate, e.text, e.missing}
		i, known := at[n]
		if !known {
			i = len(texts)
			at[n] = i
			texts = append(texts, e)
		}
		return i
	}
	players := make([][2]int, len(games))
	for i, g := range games {
		players[i] = [2]int{place(g.first), place(g.second)}
	}
	read := make([]ruling, len(texts))
	asked, err := f.model.about(f.place(round), texts, read)
	if err != nil {
		return nil, err
	}
	if err := f.model.answered(ctx, r, asked, read); err != nil {
		return nil, err
	}
	for i := range texts {
		if read[i].reason == "" {
			f.model.decide(&read[i], asked[i])
		}
	}
	out := make([]ruling, len(games))
	told := make([]bool, len(texts))
	for i, p := range players {
		out[i] = f.held(read[p[0]], read[p[1]])
		for _, k := range p { // each reading is told with the first game that it is part of
			if !told[k] {
				out[i].questions, out[i].calls = append(out[i].questions, read[k].questions...), append(out[i].calls, read[k].calls...)
				told[k] = true
			}
		}
		f.tally.take(out[i], true)
	}
	return out, nil
}

// held holds one reading against another.
func (f *referee) held(first, second ruling) ruling {
	if why := invalid(first, second); why != "" {
		return ruling{reason: why}
	}
	g := ruling{valid: true, criteria: map[string]float64{}, soft: second.soft - first.soft}
	if f.kind != "pairwise" {
		g.value = worths[preferred(first.soft, second.soft, 0)]
		return g
	}
	x, weights := f.model, 0.0
	g.soft = 0
	for _, name := range slices.Sorted(maps.Keys(first.criteria)) {
		p := first.criteria[name]
		q, both := second.criteria[name]
		if !both {
			return ruling{reason: fmt.Sprintf("criterion %s was read of one alone", name)}
		}
		k := x.criterion(name)
		g.soft += k.Weight * (q - p)
		weights += math.Abs(k.Weight)
		g.criteria[name] = (1 + p - q) / 2
	}
	if weights > 0 {
		g.soft /= weights
	}
	g.value = worths[preferred(-g.soft, 0, x.margin)]
	return g
}

package reports

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// How many examples of each sort are shown.
const (
	gainedShown = 3
	lostShown   = 1
	keptShown   = 2
)

// Columns of two tables that are all that is shown.
type (
	sampleColumns struct {
		ID         string  `parquet:"id"`
		RowKey     string  `parquet:"row_key"`
		Replicate  int64   `parquet:"replicate"`
		Messages   string  `parquet:"messages"`
		Completion *string `parquet:"completion,optional"`
		Extracted  *string `parquet:"extracted,optional"`
	}
	decisionColumns struct {
		SampleID string   `parquet:"sample_id"`
		Accepted *bool    `parquet:"accepted,optional"`
		Score    *float64 `parquet:"score,optional"`
		Reason   *string  `parquet:"reason,optional"`
		Error    *string  `parquet:"error,optional"`
	}
)

// judgedSample is a completion with what the judge said of it.
type judgedSample struct {
	sampleColumns
	decisionColumns
	value float64
}

// place is which completion of which row it is: equal places of two methods share their noise.
type place struct {
	row       string
	replicate int64
}

func (j judgedSample) place() place { return place{j.RowKey, j.Replicate} }

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.row, q.row), cmp.Compare(p.replicate, q.replicate))
}

// examples shows completions of the first repeat under the first judge, of the first person where there are
// several and of the cell with the highest mean. They are chosen by rule: in the order of row keys, which is that
// of a hash, the first that training turned from rejected to accepted, the first that it lost, and of each method
// some that are accepted and some that are not.
func (r *Report) examples(cells []*evaluation) ([]section, error) {
	e := highest(cells)
	if len(e.Judges) == 0 {
		return nil, nil
	}
	by := map[string][]judgedSample{}
	for _, m := range e.Methods {
		list, err := r.src.judged(e, m, e.Judges[0])
		if err != nil && !errors.Is(err, errAbsent) {
			return nil, err
		}
		by[m] = list
	}
	first, more := section{title: "Before and after, " + e.name(), detail: len(cells) > 1}, section{title: "More completions, " + e.name(), detail: true}
	told := map[string]bool{} // ids of the samples shown
	for _, m := range e.byMean(e.Judges[0]) {
		if m == e.Baseline || e.isUntrained(m, 1) || !e.wasTrained(m) {
			continue
		}
		gained, lost := changed(by[e.Baseline], by[m])
		for _, pair := range gained[:min(gainedShown, len(gained))] {
			blocks := e.pairBlocks(m, "gained", pair, told)
			if len(first.blocks) > 0 || e.controls[m] != "" {
				more.blocks = append(more.blocks, blocks...)
				continue
			}
			first.blocks = append([]block{para(e.rule())}, blocks...)
		}
		for _, pair := range lost[:min(lostShown, len(lost))] {
			more.blocks = append(more.blocks, e.pairBlocks(m, "lost", pair, told)...)
		}
	}
	for _, m := range e.Methods {
		more.blocks = append(more.blocks, kept(m, by[m], told)...)
	}
	return []section{first, more}, nil
}

// highest is the cell in which a method other than the baseline has the highest mean under the first judge.
func highest(cells []*evaluation) *evaluation {
	best, most := cells[0], -1.0
	for _, e := range cells {
		for _, m := range e.Methods {
			if s := e.score(m, e.Judges[0], "", 0); m != e.Baseline && s != nil && s.Mean != nil && *s.Mean > most {
				best, most = e, *s.Mean
			}
		}
	}
	return best
}

// rule says how the example before and after was chosen.
func (e *evaluation) rule() string {
	text := "Of the method with the highest mean, the first topic, in the order of row keys, that was rejected before and accepted after."
	if len(e.people) > 0 {
		text += " Of the first person, " + e.people[0] + "."
	}
	return text
}

// judged reads the completions of a method in the first repeat with a judge's verdicts.
func (s *source) judged(e *evaluation, method, judge string) ([]judgedSample, error) {
	at := slices.IndexFunc(e.arms, func(a arm) bool { return a.method == method && a.judge == judge && a.repeat == 1 })
	if at < 0 || e.arms[at].samples == nil {
		return nil, nil
	}
	samples, err := read[sampleColumns](s, e.arms[at].samples, samplesFile)
	if err != nil {
		return nil, err
	}
	judged := e.arms[at].verdicts
	verdicts, err := read[decisionColumns](s, judged, verdictsFile)
	if err != nil {
		return nil, err
	}
	if len(samples) != len(verdicts) {
		return nil, fmt.Errorf("step %s has %d verdicts of %d samples", judged.ID, len(verdicts), len(samples))
	}
	var list []judgedSample
	for i, x := range samples { // both are in the order of rows and replicates
		v := verdicts[i]
		if v.SampleID != x.ID {
			return nil, fmt.Errorf("step %s: verdict %d is about sample %s - want %s", judged.ID, i, v.SampleID, x.ID)
		}
		if v.Error == nil && x.Completion != nil {
			list = append(list, judgedSample{x, v, value(v.Accepted, v.Score)})
		}
	}
	slices.SortFunc(list, func(a, b judgedSample) int { return a.place().compare(b.place()) })
	return list, nil
}

// changed pairs what two methods said at the same place, one pair a row: gained are those that the judge
// accepts after and not before (for scores: that score higher), lost the other way round.
func changed(before, after []judgedSample) (gained, lost [][2]judgedSample) {
	at, last := 0, ""
	for _, a := range after { // both are sorted by place
		for at < len(before) && before[at].place().compare(a.place()) < 0 {
			at++
		}
		if at == len(before) || before[at].place() != a.place() || before[at].value == a.value || a.RowKey == last {
			continue
		}
		b := before[at]
		last = a.RowKey
		if a.value > b.value {
			gained = append(gained, [2]judgedSample{b, a})
		} else {
			lost = append(lost, [2]judgedSample{b, a})
		}
	}
	return gained, lost
}

func (e *evaluation) pairBlocks(method, how string, pair [2]judgedSample, told map[string]bool) []block {
	told[pair[0].ID], told[pair[1].ID] = true, true
	return []block{
		heading(method + ", " + how), items{{text: "asked: ", data: pair[0].asked()}},
		pair[0].quote(e.Baseline), pair[1].quote(method),
	}
}

// kept shows the first accepted and the first rejected completions of a method that were not shown yet, one
// a row.
func kept(method string, list []judgedSample, told map[string]bool) []block {
	var blocks []block
	for _, sort := range []struct {
		name string
		yes  func(float64) bool
	}{
		{"accepted", func(v float64) bool { return v >= 1 }},
		{"not accepted", func(v float64) bool { return v < 1 }},
	} {
		n, row := 0, ""
		for _, j := range list {
			if n == keptShown || !sort.yes(j.value) || j.RowKey == row || told[j.ID] {
				continue
			}
			if n == 0 {
				blocks = append(blocks, heading(method+", "+sort.name))
			}
			n, row = n+1, j.RowKey
			blocks = append(blocks, items{{text: "asked: ", data: j.asked()}}, j.quote(method))
		}
	}
	return blocks
}

// quote is the completion with its verdict.
func (j judgedSample) quote(method string) quote {
	verdict := "rejected"
	switch {
	case j.Score != nil:
		verdict = "scores " + percent(j.Score)
	case j.value >= 1:
		verdict = "accepted"
	}
	return quote{label: method + ", " + verdict, reason: text(j.Reason), text: text(j.Completion)}
}

// asked is the last turn of the prompt.
func (j judgedSample) asked() string {
	var ms []struct {
		Content string `json:"content"`
	}
	if json.Unmarshal([]byte(j.Messages), &ms) != nil || len(ms) == 0 {
		return j.Messages
	}
	return ms[len(ms)-1].Content
}

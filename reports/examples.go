package reports

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"idiolect/runner/tables"
)

// sizes are how many examples of each sort are shown of a method.
type sizes struct{ gained, lost, either int }

// sizesOf are fewer where many methods are compared: nobody reads a hundred pages.
func sizesOf(methods int) sizes {
	if methods > 4 {
		return sizes{1, 1, 1}
	}
	return sizes{3, 1, 2}
}

// Columns of two tables: those by which an example is chosen, and all that is shown of it.
type (
	valueColumns struct {
		RowKey    string   `parquet:"row_key"`
		Replicate int64    `parquet:"replicate"`
		Accepted  *bool    `parquet:"accepted,optional"`
		Score     *float64 `parquet:"score,optional"`
		Error     *string  `parquet:"error,optional"`
	}
	sampleColumns struct {
		ID         string  `parquet:"id"`
		Messages   string  `parquet:"messages"`
		Completion *string `parquet:"completion,optional"`
	}
	decisionColumns struct {
		SampleID string   `parquet:"sample_id"`
		Score    *float64 `parquet:"score,optional"`
		Reason   *string  `parquet:"reason,optional"`
	}
)

// judgedSample is a completion with a verdict, as its place among them all: the texts are read of those alone
// that are shown.
type judgedSample struct {
	place
	arm   arm
	at    int // in both tables
	value float64
}

// place is which completion of which row it is: equal places of two methods share their noise.
type place struct {
	row       string
	replicate int64
}

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
	show := &showing{src: r.src, told: map[string]bool{}, sizes: sizesOf(len(e.Methods))}
	for _, m := range e.byMean(e.Judges[0]) {
		if m == e.Baseline || e.isUntrained(m, 1) || !e.wasTrained(m) {
			continue
		}
		gained, lost := changed(by[e.Baseline], by[m])
		for _, pair := range gained[:min(show.gained, len(gained))] {
			blocks := show.pair(e.Baseline, m, "gained", pair)
			if len(first.blocks) > 0 || e.controls[m] != "" {
				more.blocks = append(more.blocks, blocks...)
				continue
			}
			first.blocks = append([]block{para(e.rule())}, blocks...)
		}
		for _, pair := range lost[:min(show.lost, len(lost))] {
			more.blocks = append(more.blocks, show.pair(e.Baseline, m, "lost", pair)...)
		}
	}
	for _, m := range e.Methods {
		more.blocks = append(more.blocks, show.kept(m, by[m])...)
	}
	return []section{first, more}, show.err
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

// judged reads where a method stands in the first repeat with a judge: its completions that have a verdict.
func (s *source) judged(e *evaluation, method, judge string) ([]judgedSample, error) {
	at := slices.IndexFunc(e.arms, func(a arm) bool { return a.method == method && a.judge == judge && a.repeat == 1 })
	if at < 0 || e.arms[at].samples == nil {
		return nil, nil
	}
	a := e.arms[at]
	if _, err := s.path(a.samples, samplesFile); err != nil { // texts are read from it later
		return nil, err
	}
	var list []judgedSample
	i := 0
	for v, err := range each[valueColumns](s, a.verdicts, verdictsFile) {
		if err != nil {
			return nil, err
		}
		if v.Error == nil {
			list = append(list, judgedSample{place{v.RowKey, v.Replicate}, a, i, value(v.Accepted, v.Score)})
		}
		i++
	}
	slices.SortFunc(list, func(a, b judgedSample) int { return a.compare(b.place) })
	return list, nil
}

// changed pairs what two methods said at the same place, one pair a row: gained are those that the judge
// accepts after and not before (for scores: that score higher), lost the other way round.
func changed(before, after []judgedSample) (gained, lost [][2]judgedSample) {
	at, last := 0, ""
	for _, a := range after { // both are sorted by place
		for at < len(before) && before[at].compare(a.place) < 0 {
			at++
		}
		if at == len(before) || before[at].place != a.place || before[at].value == a.value || a.row == last {
			continue
		}
		b := before[at]
		last = a.row
		if a.value > b.value {
			gained = append(gained, [2]judgedSample{b, a})
		} else {
			lost = append(lost, [2]judgedSample{b, a})
		}
	}
	return gained, lost
}

// showing reads the texts of what was chosen, and remembers what it showed. Its error is the first that it met.
type showing struct {
	src  *source
	told map[string]bool // name of a completion
	sizes
	err error
}

func (j judgedSample) name() string { return fmt.Sprint(j.arm.samples.ID, " ", j.at) }

func (s *showing) pair(baseline, method, how string, pair [2]judgedSample) []block {
	asked, before := s.quote(baseline, pair[0])
	_, after := s.quote(method, pair[1])
	return []block{heading(method + ", " + how), items{{text: "asked: ", data: asked}}, before, after}
}

// kept shows the first accepted and the first rejected completions of a method that were not shown yet, one
// a row.
func (s *showing) kept(method string, list []judgedSample) []block {
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
			if n == s.either {
				break
			}
			if !sort.yes(j.value) || j.row == row || s.told[j.name()] {
				continue
			}
			if n == 0 {
				blocks = append(blocks, heading(method+", "+sort.name))
			}
			n, row = n+1, j.row
			asked, text := s.quote(method, j)
			blocks = append(blocks, items{{text: "asked: ", data: asked}}, text)
		}
	}
	return blocks
}

// quote is the completion with its verdict, and the last turn of the prompt.
func (s *showing) quote(method string, j judgedSample) (asked string, q quote) {
	s.told[j.name()] = true
	x, v, err := s.src.texts(j)
	if err != nil {
		s.err = cmp.Or(s.err, err)
		return "", quote{}
	}
	verdict := "rejected"
	switch {
	case v.Score != nil:
		verdict = "scores " + percent(v.Score)
	case j.value >= 1:
		verdict = "accepted"
	}
	return lastTurn(x.Messages), quote{label: method + ", " + verdict, reason: text(v.Reason), text: text(x.Completion)}
}

// texts reads one completion and its verdict; both tables are in the order of rows and replicates.
func (s *source) texts(j judgedSample) (x sampleColumns, v decisionColumns, err error) {
	path, err := s.path(j.arm.samples, samplesFile)
	if err != nil {
		return x, v, err
	}
	if x, err = tables.At[sampleColumns](path, j.at); err != nil {
		return x, v, err
	}
	if path, err = s.path(j.arm.verdicts, verdictsFile); err != nil {
		return x, v, err
	}
	if v, err = tables.At[decisionColumns](path, j.at); err == nil && v.SampleID != x.ID {
		err = fmt.Errorf("step %s: verdict %d is about sample %s - want %s", j.arm.verdicts.ID, j.at, v.SampleID, x.ID)
	}
	return x, v, err
}

// lastTurn is the last message of a prompt.
func lastTurn(messages string) string {
	var ms []struct {
		Content string `json:"content"`
	}
	if json.Unmarshal([]byte(messages), &ms) != nil || len(ms) == 0 {
		return messages
	}
	return ms[len(ms)-1].Content
}

package steps

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"idiolect/runner"
	"idiolect/runner/tables"
)

// Metrics of a judge that is held against labels.
const (
	metricRight = "accuracy" // verdicts that are the label
	metricECE   = "ece"      // expected calibration error of the probabilities
)

// sound is how sound a judge is that is a model, and where it is right: by how far
// apart people scored the two, on pairs whose rubric was turned round, by criterion.
// Of a program there is none.
func (s *agreementStep) sound(r *runner.Run, judge, label string, js []judgement) ([]tables.Health, error) {
	var all tally
	judged := false
	soft := map[string][]float64{} // values of questions about two texts, by row: above 0 for b
	for _, x := range s.rated {
		if x.judge != judge {
			continue
		}
		one, asked, err := tallied(r, x.input("verdicts"))
		if err != nil {
			return nil, err
		}
		if all = all.plus(one); !asked {
			continue
		}
		judged = true
		for q, err := range eachRow[tables.Question](r.In(x.input("verdicts")), "questions.parquet") {
			if err != nil {
				return nil, err
			}
			if q.Order == nil || q.Value == nil || q.Probabilities == nil {
				continue
			}
			v := *q.Value
			if *q.Order == "ba" {
				v = -v
			}
			soft[q.SampleID] = append(soft[q.SampleID], v)
		}
	}
	if !judged {
		return nil, nil
	}
	rows := all.health(judge)
	if label != preferenceLabel {
		return rows, nil
	}
	rows = append(rows, parted(judge, js)...)
	if ece, n := calibration(js, soft); n > 0 {
		rows = append(rows, tables.Health{Judge: judge, Metric: metricECE, N: int64(n), Value: &ece})
	}
	return rows, nil
}

// parted is the accuracy in parts of the rows, in the order of their names.
func parted(judge string, js []judgement) []tables.Health {
	type counts struct{ right, n int }
	parts := map[string]*counts{}
	count := func(part string, right bool) {
		if parts[part] == nil {
			parts[part] = &counts{}
		}
		parts[part].n++
		if right {
			parts[part].right++
		}
	}
	for _, j := range js {
		right := !j.failed && j.label.word == j.judged.word
		if a, b, ok := scored(j.fields); ok {
			count(fmt.Sprintf("gap %g", math.Abs(a-b)), right)
		}
		if turned, ok := j.fields["flipped"].(bool); ok && turned {
			count("flipped", right)
		}
		values, err := decodeCriteria(j.verdict)
		if j.failed || err != nil {
			continue
		}
		for name, x := range values {
			count("criterion "+name, preferred(x, .5, 0) == j.label.word)
		}
	}
	var rows []tables.Health
	for _, part := range slices.Sorted(maps.Keys(parts)) {
		row := healthRow(judge, metricRight, parts[part].right, parts[part].n)
		row.Part = &part
		rows = append(rows, row)
	}
	return rows
}

// scored are the scores that a row has of its two answers.
func scored(fields map[string]any) (a, b float64, ok bool) {
	number := func(name string) (float64, bool) {
		switch x := fields[name].(type) {
		case int:
			return float64(x), true
		case int64:
			return float64(x), true
		case float64:
			return x, true
		}
		return 0, false
	}
	a, okA := number("score_a")
	b, okB := number("score_b")
	return a, b, okA && okB
}

// bins of the calibration error, as Guo et al. (2017) have them: ten, equally wide.
const bins = 10

// calibration is the expected calibration error of the probability that the one
// which is preferred is the better: the mean over bins, weighed by their rows, of
// how far the share of right ones is from the mean probability. Ties of the labels
// are left out. soft are the values of each row's questions.
func calibration(js []judgement, soft map[string][]float64) (ece float64, n int) {
	var right, sure, rows [bins]float64
	for _, j := range js {
		values := soft[j.verdict.SampleID]
		if j.failed || j.label.word == saysTie || len(values) == 0 {
			continue
		}
		b := (1 + sumOf(values)/float64(len(values))) / 2 // probability that b is the better
		p := max(b, 1-b)
		at := min(int(p*bins), bins-1)
		rows[at]++
		sure[at] += p
		right[at] += indicator((b >= .5) == (j.label.word == saysB))
		n++
	}
	for i := range rows {
		ece += math.Abs(right[i] - sure[i])
	}
	return ece / float64(n), n
}

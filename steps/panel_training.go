package steps

import (
	"encoding/json"
	"math"

	"idiolect/internal/panel"
	"idiolect/runner"
	"idiolect/runner/tables"
)

// learned are the metrics of a training that tell of over-optimisation, where its
// table has them.
var learned = []struct {
	metric, says string
	form         panel.Form
	most         float64 // beyond it, in size, is an alarm
	rule         string
}{
	{"kl/k1", "nats per token from where training began, mean log ratio", panel.Ratio, .3, "above 0.3"},
	{"kl/k3", "nats per token from where training began, its estimate without negatives", panel.Ratio, .3, "above 0.3"},
	{"groups/constant", "groups whose answers were all worth the same", panel.Share, .3, "above 30%"},
	{"length/reward_spearman", "rank correlation of length and reward within groups", panel.Ratio, .3, "farther from 0 than 0.3"},
}

// training tells those of a method: of each the mean over the last tenth of its steps,
// and over its trainings.
func (s *panelStep) training(r *runner.Run, method string, liked bool) ([]tables.Panel, error) {
	sums, counts := make([]float64, len(learned)), make([]int64, len(learned))
	for _, in := range s.drawn {
		if in.method != method || !in.trained {
			continue
		}
		art := r.In(in.name("policy"))
		if !has(art, "training.parquet") {
			continue
		}
		log, err := readTable[tables.Training](art, "training.parquet")
		if err != nil {
			return nil, err
		}
		if log, err = uptoChosen(art, log); err != nil {
			return nil, err
		}
		for _, row := range log[len(log)-(len(log)+9)/10:] {
			var metrics map[string]float64
			if err := json.Unmarshal([]byte(row.Metrics), &metrics); err != nil {
				return nil, err
			}
			for i, l := range learned {
				if x, ok := metrics[l.metric]; ok {
					sums[i] += x
					counts[i]++
				}
			}
		}
	}
	var rows []tables.Panel
	for i, l := range learned {
		if counts[i] == 0 {
			continue
		}
		value := sums[i] / float64(counts[i])
		row := tables.Panel{Method: method, Metric: l.metric, Says: l.says, Form: l.form.String(), N: counts[i], Value: &value, Threshold: &l.most, Rule: &l.rule}
		switch beyond := math.Abs(value) > l.most; {
		case beyond && l.metric == "groups/constant": // a reward that is the same for all moves nothing
			row.Note = optional("saturated")
		case beyond && liked && l.metric == "length/reward_spearman": // who likes short texts rewards them
			row.Note = optional("liked")
		default:
			row.Alarm = beyond
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// uptoChosen is as much of a training's log as led to the weights that a judge chose
// of those it passed through; all of it where the last were taken.
func uptoChosen(art *runner.Artifact, log []tables.Training) ([]tables.Training, error) {
	if !has(art, "monitor.parquet") {
		return log, nil
	}
	looks, err := readTable[tables.Monitor](art, "monitor.parquet")
	for _, l := range looks {
		if l.Chosen {
			return log[:min(int(l.Step), len(log))], err
		}
	}
	return log, err
}

// noteOf is what is told of a measure that is beyond its threshold and no alarm.
func noteOf(f panel.Finding) *string {
	if f.Liked {
		return optional("liked")
	}
	return nil
}

func has(a *runner.Artifact, file string) bool {
	for _, f := range a.Files() {
		if f == file {
			return true
		}
	}
	return false
}

package reports

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"idiolect/runner"
	"idiolect/runner/tables"
)

// trained is a policy that a step of the plan trained.
type trained struct {
	*policy
	log    []tables.Training // one row per optimizer step
	keep   string            // what was kept to train on; empty: rows that nobody judged
	funnel funnel
}

// funnel is what became of the completions that training chose from, over all rounds that it pools.
type funnel struct{ sampled, finished, accepted int64 }

// Columns of two tables that are all that is needed to count.
type (
	finishColumn struct {
		Finish *string `parquet:"finish,optional"`
	}
	verdictColumns struct {
		Accepted *bool    `parquet:"accepted,optional"`
		Score    *float64 `parquet:"score,optional"`
		Error    *string  `parquet:"error,optional"`
	}
)

// allTrained reads every policy of the plan that training made, each once, in plan order. One that is not
// there is a hole, which is told elsewhere.
func (s *source) allTrained() ([]*trained, error) {
	var all []*trained
	counted := map[*runner.Action]funnel{}
	for _, a := range s.in.Plan.Actions {
		if !strings.HasPrefix(a.ID, "methods.") || a.Kind == "sample" || input(a, "rows") == nil {
			continue
		}
		t, err := s.trained(a, counted)
		if errors.Is(err, errAbsent) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

func (s *source) trained(a *runner.Action, counted map[*runner.Action]funnel) (*trained, error) {
	p, err := s.policy(a)
	if err != nil {
		return nil, err
	}
	t := &trained{policy: p}
	if t.log, err = read[tables.Training](s, a, trainingFile); err != nil {
		return nil, err
	}
	kept := input(a, "rows")
	t.keep = label(kept, "keep")
	for round := 0; t.keep != ""; round++ {
		samples, verdicts := input(kept, fmt.Sprintf("samples.%d", round)), input(kept, fmt.Sprintf("verdicts.%d", round))
		if samples == nil || verdicts == nil {
			break
		}
		f, seen := counted[verdicts]
		if !seen {
			if f, err = s.funnel(samples, verdicts); err != nil {
				return nil, err
			}
			counted[verdicts] = f
		}
		t.funnel = t.funnel.plus(f)
	}
	return t, nil
}

func (f funnel) plus(g funnel) funnel {
	return funnel{f.sampled + g.sampled, f.finished + g.finished, f.accepted + g.accepted}
}

// funnel counts one round: of the sampled the finished, of those the accepted.
func (s *source) funnel(samples, verdicts *runner.Action) (f funnel, err error) {
	var finished []bool // both are in the order of rows and replicates
	for x, err := range each[finishColumn](s, samples, samplesFile) {
		if err != nil {
			return f, err
		}
		finished = append(finished, x.Finish != nil && *x.Finish == "stop")
		if finished[f.sampled] {
			f.finished++
		}
		f.sampled++
	}
	judged := int64(0)
	for v, err := range each[verdictColumns](s, verdicts, verdictsFile) {
		if err != nil {
			return f, err
		}
		if judged < f.sampled && finished[judged] && v.Error == nil && value(v.Accepted, v.Score) >= 1 {
			f.accepted++
		}
		judged++
	}
	if judged != f.sampled {
		return f, fmt.Errorf("step %s has %d verdicts of %d samples", verdicts.ID, judged, f.sampled)
	}
	return f, nil
}

// value is a verdict as a number from 0 to 1.
func value(accepted *bool, score *float64) float64 {
	switch {
	case score != nil:
		return *score
	case accepted != nil && *accepted:
		return 1
	}
	return 0
}

// settings are the hyperparameters as they were used.
func (p *policy) settings() map[string]string {
	var m map[string]string
	if json.Unmarshal([]byte(p.Settings), &m) != nil {
		return nil
	}
	return m
}

// trainedShown is the number of trainings up to which a terminal shows them one by one.
const trainedShown = 12

// training tells what every policy was trained on. What was not trained is said first.
func (r *Report) training() []section {
	if len(r.trained) == 0 {
		return nil
	}
	t := table{columns: []column{
		{name: "policy", left: true}, {name: "sampled"}, {name: "finished", drop: 2}, {name: "accepted"}, {name: "trained\non"}, {name: "steps", drop: 1}, {name: "learning\nrate"}, {name: "loss, first\nto last step"},
	}}
	var loud items
	for _, p := range r.trained {
		t.rows = append(t.rows, p.row())
		if p.untrained() {
			loud = append(loud, item{text: p.name() + " is NOT TRAINED: " + *p.Note + ".", mark: bad})
		} else if p.Note != nil {
			loud = append(loud, item{text: p.name() + ": " + *p.Note + "."})
		}
	}
	t.notes = []string{"Sampled, finished, accepted: the completions that training chose from, those that came to their end, and those of them that the judge accepted. Training is on finished completions only; the learning rate is the highest, reached after warmup."}
	if !slices.ContainsFunc(r.trained, func(p *trained) bool { return p.keep != "" }) { // nothing was chosen from completions
		t = t.without(3).without(2).without(1)
		t.notes = []string{"The learning rate is the highest, reached after warmup."}
	}
	s := section{title: "What was trained", file: "training"}
	if len(loud) > 0 {
		s.blocks = append(s.blocks, loud)
	}
	if len(r.trained) <= trainedShown {
		s.blocks = append(s.blocks, t)
		return []section{s}
	}
	s.blocks = append(s.blocks, r.trainedInShort())
	return []section{s, {title: "Every training", file: "training", detail: true, blocks: []block{t}}}
}

// trainedInShort has a row for each method, with the least and the most of its trainings.
func (r *Report) trainedInShort() table {
	t := table{columns: []column{{name: "method", left: true}, {name: "trainings"}, {name: "trained\non"}, {name: "steps"}, {name: "learning\nrate", drop: 1}, {name: "last loss"}}}
	var order []string
	by := map[string][]*trained{}
	for _, p := range r.trained {
		name, _, _ := strings.Cut(p.name(), "@")
		if by[name] == nil {
			order = append(order, name)
		}
		by[name] = append(by[name], p)
	}
	for _, name := range order {
		var rows, steps, rates, losses []float64
		for _, p := range by[name] {
			rows, steps = append(rows, float64(p.Rows)), append(steps, float64(len(p.log)))
			if n := len(p.log); n > 0 {
				losses = append(losses, p.log[n-1].Loss)
			}
			var x float64
			if json.Unmarshal([]byte(p.settings()["learning_rate"]), &x) == nil && x > 0 {
				rates = append(rates, x)
			}
		}
		counted := func(x float64) string { return count(int64(x)) }
		t.rows = append(t.rows, []string{name, count(int64(len(by[name]))), span(rows, counted), span(steps, counted), span(rates, rate), span(losses, loss)})
	}
	return t
}

// span is the least and the most of some numbers, one number where they are written alike.
func span(xs []float64, write func(float64) string) string {
	if len(xs) == 0 {
		return none
	}
	least, most := write(slices.Min(xs)), write(slices.Max(xs))
	if least == most {
		return least
	}
	return least + " to " + most
}

// name is the policy's path in the spec without its section.
func (p *policy) name() string { return strings.TrimPrefix(p.step.ID, "methods.") }

func (t *trained) row() []string {
	row := []string{t.name(), none, none, none, count(t.Rows), none, none, none}
	if t.keep != "" {
		row[1], row[2], row[3] = count(t.funnel.sampled), count(t.funnel.finished), count(t.funnel.accepted)
		row[4] += " " + t.keep
	}
	if n := len(t.log); n > 0 {
		row[5], row[7] = count(int64(n)), loss(t.log[0].Loss)+" to "+loss(t.log[n-1].Loss)
		row[6] = t.rate()
	}
	return row
}

// rate is the learning rate as used: auto has been resolved.
func (t *trained) rate() string {
	text := t.settings()["learning_rate"]
	var x float64
	if json.Unmarshal([]byte(text), &x) != nil {
		return none
	}
	return rate(x)
}

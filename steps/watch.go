package steps

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"idiolect/internal/rng"
	"idiolect/internal/stats"
	"idiolect/runner"
	"idiolect/runner/tables"
)

// watch is what a monitor has seen of a training so far.
type watch struct {
	Seen  []tables.Monitor
	Start [][]stats.Cluster // what each judge said before training
	Best  []byte            // the weights that the choosing judge liked best
	At    int               // the number of optimizer steps they had
	Calls []tables.Call     // what all of it took
	Texts []startText       // the answers before training, which pairwise judges hold the others against
	asks  []ask
}

// startText is an answer before training.
type startText struct{ Text, Missing string }

// GobEncode writes it as JSON: gob does not tell a pointer to zero from none.
func (w watch) GobEncode() ([]byte, error) { return json.Marshal(w) }

// GobDecode reads it again.
func (w *watch) GobDecode(raw []byte) error { return json.Unmarshal(raw, w) }

// look evaluates the policy after i optimizer steps, if that is due and not done.
func (t *tuning) look(ctx context.Context, i int, over bool) error {
	m := t.Monitor
	if m == nil || i%m.every != 0 && !over || t.watch.seen(i) {
		return nil
	}
	verdicts, err := t.evaluate(ctx, i)
	if err != nil {
		return err
	}
	top, known := 0.0, false
	for _, row := range t.watch.Seen {
		if row.Judge == m.best && row.Mean != nil {
			top, known = max(top, *row.Mean), true
		}
	}
	metrics := map[string]float64{}
	for k, j := range m.judges {
		row, err := t.seen(k, i, verdicts[k])
		if err != nil {
			return err
		}
		metrics["monitor/"+j.id] = *row.Mean
		if row.Difference != nil && i > 0 {
			metrics["monitor/"+j.id+"/over_start"] = *row.Difference
		}
		if j.id == m.best && (!known || *row.Mean > top) {
			if err := t.keep(i); err != nil {
				return err
			}
		}
	}
	if i > 0 {
		if err := addMetrics(&t.log[i-1], metrics); err != nil {
			return err
		}
	}
	if err := t.r.Point("step.monitor"); err != nil {
		return err
	}
	if t.r.CheckpointDue() {
		return t.checkpoint(i)
	}
	return nil
}

func (w *watch) seen(i int) bool {
	return len(w.Seen) > 0 && w.Seen[len(w.Seen)-1].Step == int64(i)
}

// seen adds what a judge said after i steps, compared with what it said before
// the first.
func (t *tuning) seen(judge, i int, vs []tables.Verdict) (tables.Monitor, error) {
	id := t.Monitor.judges[judge].id
	cs, err := clusters(vs, whole)
	if err != nil {
		return tables.Monitor{}, err
	}
	mean, iv := stats.MeanClustered(cs, confidence)
	at := int64(len(t.watch.Seen))
	row := tables.Monitor{
		ID: tables.ID(string(t.r.Key()), "monitor", at), Replicate: at, Step: int64(i), Judge: id, N: int64(len(vs)),
		Mean: &mean, Low: finite(max(iv.Low, 0)), High: finite(min(iv.High, 1)),
	}
	for _, v := range vs {
		if v.Error != nil {
			row.Errors++
		}
	}
	if i == 0 {
		t.watch.Start = append(t.watch.Start, cs)
	} else {
		draw := rng.New(t.seed, rng.Bootstrap, "monitor", fmt.Sprintf("%s %s %d", t.draw, id, i))
		p, err := stats.PairedClustered(t.watch.Start[judge], cs, confidence, rand.New(draw))
		if err != nil {
			return row, err
		}
		row.Difference, row.DiffLow, row.DiffHigh = &p.Difference, finite(p.Interval.Low), finite(p.Interval.High)
	}
	t.watch.Seen = append(t.watch.Seen, row)
	return row, nil
}

// keep remembers the weights as the best so far.
func (t *tuning) keep(i int) error {
	var b bytes.Buffer
	if err := t.trainer.SavePolicy(&b); err != nil {
		return err
	}
	t.watch.Best, t.watch.At = b.Bytes(), i
	return nil
}

// evaluate asks the current weights, after i steps, about every row, and every judge
// about each answer.
func (t *tuning) evaluate(ctx context.Context, i int) ([][]tables.Verdict, error) {
	m := t.Monitor
	if t.watch.asks == nil {
		var err error
		if t.watch.asks, err = m.asks(t.r, "monitor"); err != nil {
			return nil, err
		}
	}
	asks := t.watch.asks
	sampler, err := t.trainer.Sampler(ctx)
	if err != nil {
		return nil, err
	}
	defer sampler.Close()
	answers := make([]answer, len(asks))
	for from := 0; from < len(asks); {
		select {
		case <-t.r.Stopping():
			return nil, runner.ErrStopped
		default:
		}
		var todo []int
		for i := from; i < min(from+chunk, len(asks)); i++ {
			todo = append(todo, i)
		}
		n, err := m.draw(ctx, t.r, sampler, asks, todo, func(i int, a answer) error { answers[i] = a; return nil })
		if err != nil {
			return nil, err
		}
		from += n
	}
	key := string(t.r.Key())
	samples := make([]tables.Sample, len(asks))
	look := int64(len(t.watch.Seen) / len(m.judges))
	for k, a := range asks {
		t.watch.Calls = append(t.watch.Calls, m.call(key, a.row.RowKey, look, answers[k]))
		samples[k] = m.sample(key, a, answers[k], "")
	}
	out := make([][]tables.Verdict, len(m.judges))
	for k, j := range m.judges {
		if j.referee != nil {
			if out[k], err = t.refereed(ctx, j, i, samples); err != nil {
				return nil, err
			}
			continue
		}
		for _, x := range samples {
			v, err := j.verdict(key, judgedColumns{
				ID: x.ID, RowKey: x.RowKey, Replicate: x.Replicate, Completion: x.Completion, Extracted: x.Extracted, Fields: x.Fields, Error: x.Error, User: x.User,
			})
			if err != nil {
				return nil, err
			}
			out[k] = append(out[k], v)
		}
	}
	return out, nil
}

// addMetrics adds numbers to a row of the training's log.
func addMetrics(row *tables.Training, more map[string]float64) error {
	all := map[string]float64{}
	if err := json.Unmarshal([]byte(row.Metrics), &all); err != nil {
		return err
	}
	for name, x := range more {
		all[name] = x
	}
	row.Metrics = mustJSON(all)
	return nil
}

package steps

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"

	"idiolect/internal/rng"
	"idiolect/internal/stats"
	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

// monitor evaluates a policy while it trains: before the first optimizer step,
// every so many steps, and after the last. Each time the same rows are answered
// with the same noise, so that its curve is paired.
type monitor struct {
	*sampleStep
	every  int
	judges []watcher
	best   string // the judge whose favourite is kept; "": the last weights are
	once   runner.Estimate

	planned runner.Action // what judges by a model read, which come later
}

// watcher is a judge of a monitor.
type watcher struct {
	at int // its place in the spec's list
	id string
	*judgeStep
}

// monitor lowers a method's monitor; nil when it has none. p is how the policy
// will be asked.
func (c *Compiler) monitor(id string, m *specs.Method, p *Policy) (*monitor, error) {
	if m.Monitor == nil {
		return nil, nil
	}
	data, err := c.entry(m.Monitor.Data.ID)
	if err != nil {
		return nil, err
	}
	split := m.Monitor.Data.Split
	if rows := data.span(split); rows.n[1] == 0 && !rows.open {
		return nil, c.Errorf(id+".monitor.data", "", "%s has no rows to watch the policy on", m.Monitor.Data)
	}
	asked := sampling{policy: p, data: data, split: split, samples: 1, replicate: c.draw(p), scope: c.scope()}
	out := &monitor{
		sampleStep: &sampleStep{sampling: asked, settings: merge(p.Sampling, nil), seed: c.Seed}, every: m.Monitor.Every, best: m.Checkpoint.Best.ID,
	}
	if out.once, _, err = c.asksAny(asked); err != nil {
		return nil, err
	}
	for i, ref := range m.Monitor.Judges {
		if err := c.judgesOne(ref); err != nil {
			return nil, err
		}
		if c.byModel(ref) {
			one, err := c.consult(&out.planned, fmt.Sprintf("monitor.judge.%d", i), ref)
			if err != nil {
				return nil, err
			}
			out.once = out.once.Add(one.estimate(asked.drawn()))
			continue
		}
		judge, err := c.program(ref)
		if err != nil {
			return nil, err
		}
		out.judges = append(out.judges, watcher{i, ref.ID, &judgeStep{program: judge, scope: asked.scope}})
	}
	return out, nil
}

// lines are what of a monitor decides the artifact: judges by name too, since its
// table names them.
func (m *monitor) lines() []runner.Line {
	lines := append(slices.Clone(m.planned.Lines), line("monitor.every", m.every))
	if m.split != "" && m.split != "all" {
		lines = append(lines, line("monitor.split", m.split))
	}
	if m.best != "" {
		lines = append(lines, line("checkpoint", "best by "+m.best))
	}
	for _, j := range m.judges {
		name := fmt.Sprintf("monitor.judge.%d", j.at)
		lines = append(lines, line(name, j.id))
		for _, l := range j.lines {
			lines = append(lines, line(name+"."+l.Label, l.Value))
		}
	}
	return lines
}

// estimate is what is asked of a policy that trains on so many rows: [expected, at
// most].
func (m *monitor) estimate(s *SFTHyperparameters, rows [2]int64) runner.Estimate {
	e := m.once
	for i, n := range rows {
		looks := int64(0) // nothing is trained, and so nothing watched
		if n > 0 {
			looks = 1 + (s.most(n)+int64(m.every)-1)/int64(m.every)
		}
		for _, x := range []*int64{&e.Calls[i], &e.Prompt[i], &e.Output[i]} {
			*x *= looks
		}
		e.USD[i], e.Seconds[i] = e.USD[i]*float64(looks), e.Seconds[i]*float64(looks)
	}
	return e
}

// most is how many optimizer steps so many rows take, unless until_loss ends them.
func (s *SFTHyperparameters) most(rows int64) int64 {
	if s.Steps > 0 {
		return int64(s.Steps)
	}
	return (rows + int64(s.BatchSize) - 1) / int64(s.BatchSize) * int64(s.Epochs)
}

func (m *monitor) readers() []reader {
	var all []reader
	for _, j := range m.judges {
		all = append(all, j.program.readers...)
	}
	return all
}

// watch is what a monitor has seen of a training so far.
type watch struct {
	Seen  []tables.Monitor
	Start [][]stats.Cluster // what each judge said before training
	Best  []byte            // the weights that the choosing judge liked best
	At    int               // the number of optimizer steps they had
	Calls []tables.Call     // what all of it took
	asks  []ask
}

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
	verdicts, err := t.evaluate(ctx)
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

// evaluate asks the current weights about every row, and every judge about each
// answer.
func (t *tuning) evaluate(ctx context.Context) ([][]tables.Verdict, error) {
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
	out := make([][]tables.Verdict, len(m.judges))
	look := int64(len(t.watch.Seen) / len(m.judges))
	for i, a := range asks {
		t.watch.Calls = append(t.watch.Calls, m.call(key, a.row.RowKey, look, answers[i]))
		x := m.sample(key, a, answers[i], "")
		for k, j := range m.judges {
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

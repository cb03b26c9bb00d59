package steps

import (
	"fmt"
	"slices"

	"idiolect/runner"
	"idiolect/specs"
)

// monitor evaluates a policy while it trains: before the first optimizer step,
// every so many steps, and after the last. Each time the same rows are answered
// with the same noise, so that its curve is paired.
type monitor struct {
	*sampleStep
	every  int
	judges []watcher
	best   string          // the judge whose favourite is kept; "": the last weights are
	once   runner.Estimate // of a look
	versus runner.Estimate // of what a look compares with the start: the first has nothing to compare

	asked runner.Action // what the referees read
}

// watcher is a judge of a monitor. Under a pairwise one the value of an answer is
// what it wins against the answer to the same row before training.
type watcher struct {
	at         int // its place in the spec's list
	id         string
	*judgeStep          // a program that judges one text
	referee    *referee // a model, or who compares
}

func (j watcher) role() string { return fmt.Sprintf("monitor.judge.%d", j.at) }

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
		j := watcher{at: i, id: ref.ID}
		if c.byModel(ref) || c.isPairwise(ref) {
			var one question
			if j.referee, one, err = c.referee(&out.asked, j.role(), ref); err != nil {
				return nil, err
			}
			if c.isPairwise(ref) {
				out.versus = out.versus.Add(one.estimate(asked.drawn()))
			} else {
				out.once = out.once.Add(one.estimate(asked.drawn()))
			}
			out.judges = append(out.judges, j)
			continue
		}
		judge, err := c.program(ref)
		if err != nil {
			return nil, err
		}
		j.judgeStep = &judgeStep{program: judge, scope: asked.scope}
		out.judges = append(out.judges, j)
	}
	return out, nil
}

// lines are what of a monitor decides the artifact: judges by name too, since its
// table names them.
func (m *monitor) lines() []runner.Line {
	lines := append(slices.Clone(m.asked.Lines), line("monitor.every", m.every))
	if m.split != "" && m.split != "all" {
		lines = append(lines, line("monitor.split", m.split))
	}
	if m.best != "" {
		lines = append(lines, line("checkpoint", "best by "+m.best))
	}
	for _, j := range m.judges {
		name := j.role()
		lines = append(lines, line(name, j.id))
		if j.judgeStep == nil {
			continue
		}
		for _, l := range j.lines {
			lines = append(lines, line(name+"."+l.Label, l.Value))
		}
	}
	return lines
}

// estimate is what is asked of a policy that trains for so many steps: [expected, at
// most].
func (m *monitor) estimate(steps [2]int64) runner.Estimate {
	once, versus := m.once, m.versus
	for i, n := range steps {
		looks := int64(0) // nothing is trained, and so nothing watched
		if n > 0 {
			looks = 1 + (n+int64(m.every)-1)/int64(m.every)
		}
		repeated(&once, i, looks)
		repeated(&versus, i, max(looks-1, 0))
	}
	return once.Add(versus)
}

// repeated makes what is expected (0) or may be (1) so many times as much.
func repeated(e *runner.Estimate, i int, times int64) {
	for _, x := range []*int64{&e.Calls[i], &e.Prompt[i], &e.Output[i]} {
		*x *= times
	}
	e.USD[i], e.Seconds[i] = e.USD[i]*float64(times), e.Seconds[i]*float64(times)
}

func (m *monitor) readers() []reader {
	var all []reader
	for _, j := range m.judges {
		if j.judgeStep != nil { // what a referee reads stands in its own lines
			all = append(all, j.program.readers...)
		}
	}
	return all
}

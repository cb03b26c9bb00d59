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

// estimate is what is asked of a policy that trains for so many steps: [expected, at
// most].
func (m *monitor) estimate(steps [2]int64) runner.Estimate {
	e := m.once
	for i, n := range steps {
		looks := int64(0) // nothing is trained, and so nothing watched
		if n > 0 {
			looks = 1 + (n+int64(m.every)-1)/int64(m.every)
		}
		for _, x := range []*int64{&e.Calls[i], &e.Prompt[i], &e.Output[i]} {
			*x *= looks
		}
		e.USD[i], e.Seconds[i] = e.USD[i]*float64(looks), e.Seconds[i]*float64(looks)
	}
	return e
}

func (m *monitor) readers() []reader {
	var all []reader
	for _, j := range m.judges {
		all = append(all, j.program.readers...)
	}
	return all
}

package reports

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"idiolect/runner"
	"idiolect/runner/tables"
)

// appendix tells how the run was made: first what decides its results, last what a clock measured.
func (r *Report) appendix() ([]section, error) {
	calls, err := r.src.calls()
	if err != nil {
		return nil, err
	}
	how := section{title: "Appendix: how it was made", detail: true}
	if r.in.Release != "" {
		how.blocks = append(how.blocks, para("idiolect "+r.in.Release+"."))
	}
	if m := r.models(); len(m.rows) > 0 {
		how.blocks = append(how.blocks, m)
	}
	how.blocks = append(how.blocks, r.settings(), r.keys())
	if len(r.in.Spec) > 0 {
		how.blocks = append(how.blocks, heading("The spec"), listing(r.in.Spec))
	}
	clock := section{title: "Appendix: calls and times", detail: true, blocks: []block{
		para("This section alone may differ between equal runs. Calls and times are those of the runs that made the artifacts, which need not be the last one."),
		calls,
	}}
	if r.in.Hardware != "" {
		clock.blocks = append(clock.blocks, para("Machine: "+r.in.Hardware+"."))
	}
	clock.blocks = append(clock.blocks, r.ending()...)
	return []section{how, clock}, nil
}

// models lists what answered, with its weights and its arithmetic.
func (r *Report) models() table {
	t := table{caption: "Models:", columns: []column{{name: "model", left: true}, {name: "backend", left: true}, {name: "revision", left: true}, {name: "numerics", left: true}, {name: "seed", left: true}}}
	seen := map[string]bool{}
	for _, a := range r.in.Plan.Actions {
		if a.Kind != "sample" {
			continue
		}
		row := []string{label(a, "model"), label(a, "backend"), label(a, "revision"), label(a, "numerics"), label(a, "seed")}
		if id := strings.Join(row, "\n"); !seen[id] {
			seen[id] = true
			t.rows = append(t.rows, row)
		}
	}
	return t
}

// settings lists the hyperparameters of each trained policy as they were used; persons and repeats that agree
// are told once.
func (r *Report) settings() items {
	list := items{}
	seen := map[string]bool{}
	for _, t := range r.trained {
		m := t.settings()
		told := make([]string, 0, len(m))
		for _, name := range slices.Sorted(maps.Keys(m)) {
			told = append(told, name+" "+m[name])
		}
		name := inSweep(t.name())
		if line := strings.Join(told, ", "); !seen[name+line] {
			seen[name+line] = true
			list = append(list, item{text: "settings of " + name + ": " + line})
		}
	}
	return list
}

// inSweep is a step's id without person and repeat: methods.sft@epochs=2 of methods.sft@epochs=2@ann@1.
func inSweep(id string) string {
	parts := strings.Split(id, "@")
	if len(parts) > 1 && strings.Contains(parts[1], "=") {
		return parts[0] + "@" + parts[1]
	}
	return parts[0]
}

// keys names the artifacts that the figures rest on.
func (r *Report) keys() table {
	t := table{caption: "Artifacts:", columns: []column{{name: "step", left: true}, {name: "kind", left: true}, {name: "key", left: true}}}
	for _, a := range r.in.Plan.Actions {
		switch a.Kind {
		case "sample", "judge", "judge_rows", "keep": // between those named
			continue
		}
		t.rows = append(t.rows, []string{a.ID, a.Kind, a.Key().Short()})
	}
	return t
}

// usage is what the steps of one part of the plan were expected to take, and took.
type usage struct {
	planned runner.Estimate
	used    tables.Used
}

// calls holds what was predicted against what was used, by entry of the spec.
func (s *source) calls() (table, error) {
	t := table{caption: "Calls and tokens, as predicted (expected to at most) and as used:", columns: []column{
		{name: "for", left: true}, {name: "calls predicted"}, {name: "made"}, {name: "without an answer"}, {name: "tokens read, predicted"}, {name: "read"},
		{name: "sampled, predicted"}, {name: "sampled"}, {name: "trained on, predicted"}, {name: "trained on"}, {name: "dollars predicted"}, {name: "paid"},
	}}
	parts := map[string]*usage{}
	var order []string
	paid := false
	for _, a := range s.in.Plan.Actions {
		used, err := s.used(a)
		if err != nil {
			return t, err
		}
		if a.Estimate.Tokens()[1] == 0 && used == (tables.Used{}) {
			continue
		}
		name := entryOf(a.ID)
		if parts[name] == nil {
			parts[name] = &usage{}
			order = append(order, name)
		}
		u := parts[name]
		u.planned, u.used = u.planned.Add(a.Estimate), u.used.Add(used)
		paid = paid || u.planned.USD[1] > 0 || u.planned.Unpriced || u.used.Priced
	}
	for _, name := range order {
		u := parts[name]
		t.rows = append(t.rows, []string{
			name, between(u.planned.Calls), count(u.used.Calls), count(u.used.Failed), between(u.planned.Prompt), count(u.used.Prompt),
			between(u.planned.Output), count(u.used.Output), between(u.planned.Trained), count(u.used.Trained), u.price(), u.paid(),
		})
	}
	if !paid { // the embedded engine costs nothing
		t = t.without(len(t.columns) - 1)
		t = t.without(len(t.columns) - 1)
	}
	return t, nil
}

// used sums the calls and the training of a step, as far as its artifact is there.
func (s *source) used(a *runner.Action) (sum tables.Used, err error) {
	if sum, known := s.sums[a]; known {
		return sum, nil
	}
	defer func() { s.sums[a] = sum }()
	art, err := s.open(a)
	if errors.Is(err, errAbsent) {
		return sum, nil
	}
	if err != nil {
		return sum, err
	}
	for _, part := range []struct {
		file string
		read func(path string) (tables.Used, error)
	}{{callsFile, tables.UsedByCalls}, {trainingFile, tables.UsedByTraining}} {
		if !art.Has(part.file) {
			continue
		}
		path, err := s.path(a, part.file)
		if errors.Is(err, errAbsent) {
			continue
		}
		if err != nil {
			return sum, err
		}
		used, err := part.read(path)
		if err != nil {
			return sum, err
		}
		sum = sum.Add(used)
	}
	return sum, nil
}

// price is what was predicted, paid what the calls that have a price came to.
func (u *usage) price() string {
	if u.planned.Unpriced {
		return none
	}
	return Dollars(u.planned.USD[0]) + " to " + Dollars(u.planned.USD[1])
}

func (u *usage) paid() string {
	if !u.used.Priced {
		return none
	}
	return Dollars(float64(u.used.NanoUSD) / 1e9)
}

// entryOf is the entry of the spec that a step belongs to: methods.tuned, evals.held_out.
func entryOf(id string) string {
	id, _, _ = strings.Cut(id, "@")
	if parts := strings.SplitN(id, ".", 3); len(parts) > 2 {
		return parts[0] + "." + parts[1]
	}
	return id
}

// between is an estimate: one number when expected and at most agree.
func between(e [2]int64) string {
	if e[0] == e[1] {
		return count(e[0])
	}
	return count(e[0]) + " to " + count(e[1])
}

// ending tells when the run began and ended and how long the kinds of steps took, as far as its directory says.
func (r *Report) ending() []block {
	var blocks []block
	if s := r.src.state; !s.Started.IsZero() {
		told := "Started " + s.Started.UTC().Format(time.RFC3339)
		if !s.Finished.IsZero() {
			told += ", ended " + s.Finished.UTC().Format(time.RFC3339) + " (" + s.State + ")"
		}
		blocks = append(blocks, para(told+"."))
	}
	if took := r.took(); len(took) > 0 {
		t := table{caption: "Time of this run, by kind of step (steps that were there already took none):", columns: []column{{name: "kind", left: true}, {name: "steps run"}, {name: "time in all"}}}
		for _, kind := range slices.Sorted(maps.Keys(took)) {
			t.rows = append(t.rows, []string{kind, count(took[kind].steps), seconds(took[kind].time.Seconds())})
		}
		blocks = append(blocks, t)
		if by := r.byMethod(); len(by.rows) > 0 {
			blocks = append(blocks, by)
		}
	}
	return blocks
}

type spent struct {
	steps int64
	time  time.Duration
}

// took sums how long the steps ran, by kind.
func (r *Report) took() map[string]spent {
	out := map[string]spent{}
	for _, s := range runner.ReadSpans(r.in.Dir) {
		if a, ok := r.in.Plan.Find(s.Step); ok {
			out[a.Kind] = spent{out[a.Kind].steps + 1, out[a.Kind].time + s.To.Sub(s.From)}
		}
	}
	return out
}

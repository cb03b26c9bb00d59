package reports

import (
	"bufio"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"idiolect/runner"
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

// callColumns are all of a calls table that is counted.
type callColumns struct {
	PromptTokens int64   `parquet:"prompt_tokens"`
	OutputTokens int64   `parquet:"output_tokens"`
	Error        *string `parquet:"error,optional"`
}

// usage is what the steps of one part of the plan were expected to take, and took.
type usage struct {
	runner.Estimate
	calls, failed, prompt, output int64
}

// calls holds what was predicted against what was used, by entry of the spec.
func (s *source) calls() (table, error) {
	t := table{caption: "Calls and tokens:", columns: []column{
		{name: "for", left: true}, {name: "calls predicted"}, {name: "made"}, {name: "without an answer"}, {name: "output tokens at most"}, {name: "used"}, {name: "prompt tokens"},
	}}
	parts := map[string]*usage{}
	var order []string
	for _, a := range s.in.Plan.Actions {
		if a.Kind != "sample" {
			continue
		}
		name := entryOf(a.ID)
		if parts[name] == nil {
			parts[name] = &usage{}
			order = append(order, name)
		}
		u := parts[name]
		u.Estimate = u.Add(a.Estimate)
		for c, err := range each[callColumns](s, a, callsFile) {
			if errors.Is(err, errAbsent) {
				break
			}
			if err != nil {
				return t, err
			}
			u.calls, u.prompt, u.output = u.calls+1, u.prompt+c.PromptTokens, u.output+c.OutputTokens
			if c.Error != nil {
				u.failed++
			}
		}
	}
	for _, name := range order {
		u := parts[name]
		t.rows = append(t.rows, []string{name, between(u.Calls), count(u.calls), count(u.failed), count(u.Tokens[1]), count(u.output), count(u.prompt)})
	}
	return t, nil
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
	}
	return blocks
}

type spent struct {
	steps int64
	time  time.Duration
}

// took sums the time between start and end of every step in events.jsonl, by kind. Lines that are not whole
// are passed over: the events of a killed run may end in one.
func (r *Report) took() map[string]spent {
	f, err := os.Open(filepath.Join(r.in.Dir, "events.jsonl"))
	if r.in.Dir == "" || err != nil {
		return nil
	}
	defer f.Close()
	out, started := map[string]spent{}, map[string]time.Time{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		var e struct {
			Time       time.Time
			Kind, Step string
		}
		a, ok := (*runner.Action)(nil), false
		if json.Unmarshal(lines.Bytes(), &e) == nil {
			a, ok = r.in.Plan.Find(e.Step)
		}
		if !ok {
			continue
		}
		switch begun, running := started[e.Step]; {
		case e.Kind == runner.Started:
			started[e.Step] = e.Time
		case running && (e.Kind == runner.Done || e.Kind == runner.Failed || e.Kind == runner.Stopped):
			out[a.Kind] = spent{out[a.Kind].steps + 1, out[a.Kind].time + e.Time.Sub(begun)}
			delete(started, e.Step)
		}
	}
	return out
}

package steps

import (
	"slices"
	"time"

	"idiolect/runner"
	"idiolect/runner/tables"
)

// Foresee sharpens what steps that are to run are expected to take by what earlier
// runs took: tokens by the same step of the last run that had it, time by steps of
// the same kind on the same model. What a step takes at most stays what it is, but
// for the time. runs are directories, newest first.
func Foresee(p *runner.Plan, s *runner.Store, runs []string, states map[*runner.Action]runner.State) {
	f := foresight{store: s, used: map[string]share{}, paces: map[string]pace{}}
	for _, dir := range runs[:min(len(runs), pastRuns)] {
		if past, err := runner.ReadPrevious(dir); err == nil && past != nil {
			f.learn(past, dir)
		}
	}
	if len(f.used)+len(f.paces) == 0 {
		return
	}
	for _, a := range p.Actions {
		if state := states[a]; !state.Cached && a.Estimate.Tokens()[1] > 0 {
			state.Takes = f.sharpen(a)
			states[a] = state
		}
	}
}

// Bounds of what is read to know more: a guess is all that comes of it.
const (
	pastRuns = 5 // runs
	pastLike = 4 // steps of a run that differ in person or repeat alone
)

// foresight is what was learned from earlier runs.
type foresight struct {
	store *runner.Store
	used  map[string]share // by the spec's id of a step
	paces map[string]pace  // by kind, model and arithmetic
}

// share is what steps used, and what they were to use at most.
type share struct{ used, most tables.Used }

// pace is how long a token took, in seconds.
type pace struct{ tokens, seconds float64 }

// learn takes in a run; what newer runs taught is not changed by it.
func (f foresight) learn(past *runner.Previous, dir string) {
	spans := runner.ReadSpans(dir)
	again := map[string]int{}
	for _, span := range spans {
		again[span.Step]++
	}
	used, ran := map[string]share{}, map[string]*timed{}
	for _, span := range spans {
		step, ok := past.Step(span.Step)
		if !ok || span.How != runner.Done || step.Estimate.Tokens()[1] == 0 {
			continue
		}
		class := class(step.Kind, step.Lines)
		if ran[class] == nil {
			ran[class] = &timed{}
		}
		t := ran[class]
		t.spans = append(t.spans, span)
		like := runner.SpecID(span.Step)
		if used[like].most.Steps >= pastLike || again[span.Step] > 1 { // what went on had done some of it before
			continue
		}
		u, ok := f.usedBy(step)
		if !ok {
			continue
		}
		most := tables.Used{Steps: 1, Calls: step.Estimate.Calls[1], Trained: step.Estimate.Trained[1]}
		used[like] = share{used[like].used.Add(u), used[like].most.Add(most)}
		t.tokens += float64(u.Prompt + u.Output + u.Trained)
		t.seconds += span.To.Sub(span.From).Seconds()
	}
	for id, u := range used {
		if _, known := f.used[id]; !known {
			f.used[id] = u
		}
	}
	for class, t := range ran {
		if _, known := f.paces[class]; !known && t.tokens > 0 {
			f.paces[class] = pace{t.tokens, t.seconds * t.alone()}
		}
	}
}

// usedBy is what a step of an earlier run used, if its artifact is still there.
func (f foresight) usedBy(step runner.Past) (tables.Used, bool) {
	art, err := f.store.Open(step.Key)
	if err != nil {
		return tables.Used{}, false
	}
	var sum tables.Used
	for file, read := range map[string]func(string) (tables.Used, error){"calls.parquet": tables.UsedByCalls, "training.parquet": tables.UsedByTraining} {
		if !slices.Contains(art.Files(), file) {
			continue
		}
		path, err := art.Path(file)
		if err != nil {
			return sum, false
		}
		u, err := read(path)
		if err != nil {
			return sum, false
		}
		sum = sum.Add(u)
	}
	return sum, true
}

// sharpen is the estimate of a step with what is known of its like.
func (f foresight) sharpen(a *runner.Action) runner.Estimate {
	e := a.Estimate
	if s, ok := f.used[runner.SpecID(a.ID)]; ok {
		if n := s.used.Calls; n > 0 { // the mean of a call, so that another max_tokens changes nothing
			before := e.Prompt[0] + e.Output[0]
			e.Prompt[0] = min(e.Calls[0]*s.used.Prompt/n, e.Prompt[1])
			e.Output[0] = min(e.Calls[0]*s.used.Output/n, e.Output[1])
			if before > 0 {
				e.USD[0] = min(e.USD[0]*float64(e.Prompt[0]+e.Output[0])/float64(before), e.USD[1])
			}
		}
		if s.most.Trained > 0 {
			e.Trained[0] = int64(float64(e.Trained[1]) * float64(s.used.Trained) / float64(s.most.Trained))
		}
	}
	before := a.Estimate.Tokens()
	for i, tokens := range e.Tokens() {
		if p, ok := f.paces[class(a.Kind, a.Lines)]; ok {
			e.Seconds[i], e.Untimed = float64(tokens)*p.seconds/p.tokens, false
		} else if before[i] > 0 {
			e.Seconds[i] *= float64(tokens) / float64(before[i])
		}
	}
	return e
}

// class is what steps have in common that take as long for a token.
func class(kind string, lines []runner.Line) string {
	for _, l := range lines {
		switch l.Label {
		case "backend", "revision", "numerics":
			kind += "\n" + l.Value
		}
	}
	return kind
}

// timed are the steps of one class in one run: when all of them ran, and what some
// of them used in how long.
type timed struct {
	spans           []runner.Span
	tokens, seconds float64
}

// alone is how much faster a step would have been with the machine for itself: the
// time in which any ran, over the time of each added up.
func (t *timed) alone() float64 {
	slices.SortFunc(t.spans, func(a, b runner.Span) int { return a.From.Compare(b.From) })
	var sum, any time.Duration
	var until time.Time
	for _, s := range t.spans {
		sum += s.To.Sub(s.From)
		if s.From.After(until) {
			until = s.From
		}
		any += max(0, s.To.Sub(until))
		until = later(until, s.To)
	}
	if sum <= 0 {
		return 1
	}
	return any.Seconds() / sum.Seconds()
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"idiolect/runner"
)

// tracker follows a run: what each step that runs has done and how fast, and how
// much of the whole is left. It is safe for several goroutines.
type tracker struct {
	plan *runner.Plan

	mu     sync.Mutex
	begun  time.Time
	steps  int // to be looked at
	ended  int
	cached int
	usd    int64               // nano-dollars, of steps that ended
	ran    float64             // expected seconds of steps that ran to their end
	left   map[string]float64  // expected seconds of the steps that have not ended
	at     map[string]*tracked // steps that run, and the one that ended last
}

// tracked is a step that runs.
type tracked struct {
	place       int // in the order in which steps began
	begun       time.Time
	first       int // rows that were done before, from the journal
	seen        bool
	done, total int
	used        runner.Usage
	note        string
}

func newTracker(p *runner.Plan) *tracker {
	t := &tracker{plan: p, left: map[string]float64{}, at: map[string]*tracked{}}
	for _, a := range p.Actions {
		t.left[a.ID] = weight(a)
	}
	return t
}

func (t *tracker) event(e runner.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case e.Kind == runner.Planned:
		t.begun, t.steps = e.Time, e.Total
	case e.Kind == runner.Started:
		t.at[e.Step] = &tracked{place: len(t.at) + t.ended, begun: e.Time}
	case e.Kind == runner.Progress && t.at[e.Step] != nil:
		s := t.at[e.Step]
		if !s.seen {
			s.seen, s.first = true, e.Done
			if e.Done > 0 && e.Done == e.Total { // all at once: it was done just now
				s.first = 0
			}
		}
		s.done, s.total, s.used = e.Done, e.Total, e.Used
		if e.Note != "" {
			s.note = e.Note
		}
	case ends(e):
		t.ended++
		t.usd += e.Used.NanoUSD
		if e.Kind == runner.Cached {
			t.cached++
		}
		if e.Kind == runner.Done {
			t.ran += t.left[e.Step]
		}
		delete(t.left, e.Step)
	}
}

// forget is called when the line of a step that ended was written.
func (t *tracker) forget(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.at, id)
}

func (t *tracker) cachedSteps() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.cached
}

// running are the steps that run, in the order in which they began.
func (t *tracker) running() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	ids := slices.Collect(maps.Keys(t.at))
	slices.SortFunc(ids, func(a, b string) int { return t.at[a].place - t.at[b].place })
	return ids
}

// took is how long the step ran that ended with e.
func (t *tracker) took(e runner.Event) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.at[e.Step]; s != nil {
		return e.Time.Sub(s.begun)
	}
	return 0
}

// speed is how fast the step was that ended with e: rows, tokens, cost.
func (t *tracker) speed(e runner.Event) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.at[e.Step]
	if s == nil {
		return nil
	}
	s.used = e.Used
	return present(s.rate(e.Time), costText(s.used.NanoUSD), s.tokens(e.Time))
}

// progress is how far a running step is, in words.
func (t *tracker) progress(id string, now time.Time) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.at[id]
	if s == nil {
		return ""
	}
	if s.total == 0 && s.done == 0 {
		return joined(durationText(now.Sub(s.begun))+" so far", s.note)
	}
	how := countText(s.done)
	if s.total > 0 {
		how += " of " + countText(s.total)
	}
	return joined(how, s.rate(now), s.tokens(now), costText(s.used.NanoUSD), s.remains(now), s.note)
}

// leastTime is in seconds how long a step has to run before its speed says something.
const leastTime = .2

// perSecond is how many rows the step finished in a second, 0 when nobody knows.
func (s *tracked) perSecond(now time.Time) float64 {
	took := now.Sub(s.begun).Seconds()
	if took < leastTime || s.done <= s.first {
		return 0
	}
	return float64(s.done-s.first) / took
}

func (s *tracked) rate(now time.Time) string {
	if s.total <= 1 {
		return ""
	}
	return rateText(s.perSecond(now))
}

func (s *tracked) tokens(now time.Time) string {
	took := now.Sub(s.begun).Seconds()
	if took < leastTime || s.used.Tokens == 0 {
		return ""
	}
	return shortCount(float64(s.used.Tokens)/took) + " tok/s"
}

func (s *tracked) remains(now time.Time) string {
	rate := s.perSecond(now)
	if rate == 0 || s.total <= s.done {
		return ""
	}
	return clock(time.Duration(float64(s.total-s.done)/rate*float64(time.Second))) + " left"
}

// fraction is how much of the step is done, 0 when nobody knows.
func (s *tracked) fraction() float64 {
	if s.total == 0 {
		return 0
	}
	return min(1, float64(s.done)/float64(s.total))
}

// whole is how far the run is: steps, and of the time that its steps were expected
// to take the share that is over, -1 when nothing is known of it.
func (t *tracker) whole() (ended, steps int, share float64) {
	left, ran := 0.0, t.ran
	for id, w := range t.left {
		left += w
		if s := t.at[id]; s != nil {
			ran += w * s.fraction()
			left -= w * s.fraction()
		}
	}
	if ran == 0 {
		return t.ended, t.steps, -1
	}
	return t.ended, t.steps, ran / (ran + left)
}

// weight is how long a step is expected to take, beside others: in seconds where
// the plan knows.
func weight(a *runner.Action) float64 {
	const overhead = .02 // of any step
	return overhead + a.Estimate.Seconds[0]
}

func joined(parts ...string) string { return strings.Join(present(parts...), "  ") }

func present(parts ...string) []string {
	return slices.DeleteFunc(parts, func(s string) bool { return s == "" })
}

// countText is a whole number with commas.
func countText(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// shortCount is a number to two or three digits: 8.1k.
func shortCount(x float64) string {
	for _, unit := range []string{"", "k", "M", "G"} {
		switch {
		case x < 9.95 && unit != "":
			return fmt.Sprintf("%.1f%s", x, unit)
		case x < 999.5:
			return fmt.Sprintf("%.0f%s", x, unit)
		}
		x /= 1000
	}
	return fmt.Sprintf("%.0fT", x)
}

// rateText is rows per second, or per minute or hour where they are few.
func rateText(x float64) string {
	switch {
	case x == 0:
		return ""
	case x >= 9.95:
		return shortCount(x) + "/s"
	case x >= 1:
		return fmt.Sprintf("%.1f/s", x)
	case x*60 >= 1:
		return fmt.Sprintf("%.0f/min", x*60)
	}
	return fmt.Sprintf("%.1f/h", x*3600)
}

// costText is what nano-dollars are, "" for nothing.
func costText(nano int64) string {
	usd := float64(nano) / 1e9
	switch {
	case nano == 0:
		return ""
	case usd < .01:
		return fmt.Sprintf("$%.4f", usd)
	}
	return fmt.Sprintf("$%.2f", usd)
}

// durationText is how long something took.
func durationText(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return clock(d)
}

// clock is a duration as 0:42 or 1:02:03.
func clock(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

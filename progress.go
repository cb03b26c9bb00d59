package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"idiolect/reports"
	"idiolect/runner"
)

// display tells people how a run goes: moving bars on a terminal, plain lines
// elsewhere. Cached steps are counted, not listed.
type display interface {
	event(e runner.Event)
	say(line string) // at any time, from any goroutine
	close()          // leaves the terminal as it was
}

// watched is a display of a plan that also tells of the first interrupt.
type watched struct {
	display
	ended chan struct{}
}

func (a *app) watched(p *runner.Plan) display {
	w := &watched{newDisplay(a.stderr, p), make(chan struct{})}
	go func() {
		select {
		case <-a.stop:
			w.say(interrupted)
		case <-w.ended:
		}
	}()
	return w
}

func (w *watched) close() {
	close(w.ended)
	w.display.close()
}

func newDisplay(w io.Writer, p *runner.Plan) display {
	if moves(w) {
		return newBars(w, p)
	}
	d := &plain{w: w, track: newTracker(p), told: map[string]time.Time{}, over: make(chan struct{})}
	go d.watch()
	return d
}

// moves says whether a stream is a terminal that can move its cursor. One that
// has no width shows nothing of what is drawn.
func moves(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || !terminal(w) || os.Getenv("TERM") == "dumb" {
		return false
	}
	wide, _, err := term.GetSize(int(f.Fd()))
	return err == nil && wide > 0
}

// plain writes a line when a step ends, and when it has been silent for a while.
type plain struct {
	w     io.Writer
	track *tracker

	mu   sync.Mutex
	told map[string]time.Time // running step -> when a line was last written about it
	over chan struct{}
}

// every is the least time between two plain lines of progress of a step.
const every = 10 * time.Second

func (p *plain) event(e runner.Event) {
	p.track.event(e)
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.Kind == runner.Started {
		p.told[e.Step] = e.Time
	}
	if line := p.track.endLine(e, math.MaxInt); line != "" {
		fmt.Fprintln(p.w, line)
		if _, runs := p.told[e.Step]; runs {
			p.told[e.Step] = e.Time
		}
	}
	if ends(e) {
		delete(p.told, e.Step)
		p.track.forget(e.Step)
	}
}

// watch writes about steps that have said nothing for a while, working or not.
func (p *plain) watch() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			p.remind(now)
		case <-p.over:
			return
		}
	}
}

func (p *plain) remind(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range p.track.running() {
		if last, ok := p.told[id]; ok && now.Sub(last) >= every {
			p.told[id] = now
			fmt.Fprintf(p.w, "%-44s %s\n", id, p.track.progress(id, now))
		}
	}
}

func (p *plain) say(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintln(p.w, line)
}

func (p *plain) close() { close(p.over) }

// ends says whether an event is how a step ended.
func ends(e runner.Event) bool {
	switch e.Kind {
	case runner.Done, runner.Failed, runner.Skipped, runner.Stopped, runner.Cached:
		return e.Step != ""
	}
	return false
}

// endLine is the line of an event that stays on the screen; "" for none. How fast
// a step was is told as far as there is room.
func (t *tracker) endLine(e runner.Event, wide int) string {
	switch e.Kind {
	case runner.Done:
		line := fmt.Sprintf("done     %-42s %7s", e.Step, durationText(t.took(e)))
		for _, part := range t.speed(e) {
			if len(line)+2+len(part) <= wide {
				line += "  " + part
			}
		}
		return line
	case runner.Failed:
		return fmt.Sprintf("FAILED   %s: %s", e.Step, reports.Visible(e.Err.Error()))
	case runner.Skipped:
		return fmt.Sprintf("skipped  %s: %s", e.Step, reports.Visible(e.Err.Error()))
	case runner.Stopped:
		return "stopped  " + e.Step + besides(e.Err)
	case runner.Log:
		return fmt.Sprintf("note     %s: %s", e.Step, reports.Visible(e.Note))
	case runner.Finished:
		if n := t.cachedSteps(); n > 0 {
			return fmt.Sprintf("cached   %d of %d steps", n, e.Total)
		}
	}
	return ""
}

// besides is what went wrong while a step stopped: a checkpoint that could not
// be written costs the next run what it held.
func besides(err error) string {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return ""
	}
	text := ""
	for _, e := range joined.Unwrap() {
		if !errors.Is(e, runner.ErrStopped) && !errors.Is(e, runner.ErrBudget) {
			text += ": " + reports.Visible(e.Error())
		}
	}
	return text
}

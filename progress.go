package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

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
	w := &watched{newDisplay(a.stderr), make(chan struct{})}
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

func newDisplay(w io.Writer) display {
	if terminal(w) {
		return &bars{progress: mpb.New(mpb.WithOutput(w), mpb.WithAutoRefresh(), mpb.WithRefreshRate(120*time.Millisecond)), running: map[string]*bar{}}
	}
	return &plain{w: w, begun: map[string]time.Time{}, told: map[string]time.Time{}}
}

// plain writes a line when a step starts, ends, or has been silent for a while.
type plain struct {
	w      io.Writer
	begun  map[string]time.Time
	told   map[string]time.Time
	cached int
}

// every is the least time between two plain lines of progress of a step.
const every = 10 * time.Second

func (p *plain) event(e runner.Event) {
	switch e.Kind {
	case runner.Started:
		p.begun[e.Step], p.told[e.Step] = e.Time, e.Time
	case runner.Progress:
		if e.Time.Sub(p.told[e.Step]) >= every {
			p.told[e.Step] = e.Time
			fmt.Fprintf(p.w, "%-44s %s\n", e.Step, progressText(e))
		}
	default:
		if line := endLine(e, p.begun[e.Step], &p.cached); line != "" {
			fmt.Fprintln(p.w, line)
		}
	}
}

func (p *plain) say(line string) { fmt.Fprintln(p.w, line) }
func (p *plain) close()          {}

// endLine is the line of an event that stays on the screen; "" for none.
func endLine(e runner.Event, begun time.Time, cached *int) string {
	switch e.Kind {
	case runner.Done:
		return fmt.Sprintf("done     %-42s %6.1f s", e.Step, e.Time.Sub(begun).Seconds())
	case runner.Failed:
		return fmt.Sprintf("FAILED   %s: %s", e.Step, reports.Visible(e.Err.Error()))
	case runner.Skipped:
		return fmt.Sprintf("skipped  %s: %s", e.Step, reports.Visible(e.Err.Error()))
	case runner.Stopped:
		return fmt.Sprintf("stopped  %s", e.Step)
	case runner.Log:
		return fmt.Sprintf("note     %s: %s", e.Step, reports.Visible(e.Note))
	case runner.Cached:
		*cached++
	case runner.Finished:
		if *cached > 0 {
			return fmt.Sprintf("cached   %d of %d steps", *cached, e.Total)
		}
	}
	return ""
}

func progressText(e runner.Event) string {
	text := fmt.Sprint(e.Done)
	if e.Total > 0 {
		text = fmt.Sprintf("%d of %d", e.Done, e.Total)
	}
	if e.Note != "" {
		text += "  " + e.Note
	}
	return text
}

// bars shows one moving line per running step.
type bars struct {
	progress *mpb.Progress
	running  map[string]*bar
	cached   int
}

type bar struct {
	*mpb.Bar
	begun time.Time
	mu    sync.Mutex
	note  string
}

func (b *bars) event(e runner.Event) {
	switch e.Kind {
	case runner.Started:
		b.running[e.Step] = b.start(e)
	case runner.Progress:
		if bar := b.running[e.Step]; bar != nil {
			bar.mu.Lock()
			bar.note = e.Note
			bar.mu.Unlock()
			bar.SetTotal(int64(e.Total), false)
			bar.SetCurrent(int64(e.Done))
		}
	default:
		var begun time.Time
		if bar := b.running[e.Step]; bar != nil {
			begun = bar.begun
			if e.Kind != runner.Log {
				bar.Abort(true)
				bar.Wait()
				delete(b.running, e.Step)
			}
		}
		if line := endLine(e, begun, &b.cached); line != "" {
			fmt.Fprintln(b.progress, line)
		}
	}
}

func (b *bars) start(e runner.Event) *bar {
	r := &bar{begun: e.Time}
	note := decor.Any(func(decor.Statistics) string {
		r.mu.Lock()
		defer r.mu.Unlock()
		return " " + r.note
	})
	r.Bar = b.progress.New(0, mpb.BarStyle().Lbound("").Rbound("").Filler("━").Tip("").Padding("─"), mpb.BarWidth(20), mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Name(e.Step+" ", decor.WCSyncWidthR)),
		mpb.AppendDecorators(decor.CountersNoUnit(" %d/%d", decor.WCSyncWidth), note, decor.Elapsed(decor.ET_STYLE_MMSS, decor.WC{W: 7})))
	return r
}

// say puts a line above the bars, which would else be drawn over it. The line
// begins with a return, because the terminal's own ^C has moved the cursor.
func (b *bars) say(line string) { fmt.Fprintln(b.progress, "\r"+line) }

func (b *bars) close() {
	for _, r := range b.running {
		r.Abort(true)
	}
	b.progress.Wait()
}

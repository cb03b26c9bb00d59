package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"idiolect/runner"
)

// bars shows one moving line per running step, and one of the whole run.
type bars struct {
	progress *mpb.Progress
	track    *tracker
	out      io.Writer
	colour   bool

	mu    sync.Mutex
	lines map[string]*mpb.Bar
	whole *mpb.Bar
}

func newBars(w io.Writer, p *runner.Plan) *bars {
	b := &bars{
		progress: mpb.New(mpb.WithOutput(w), mpb.WithAutoRefresh(), mpb.WithRefreshRate(120*time.Millisecond)),
		track:    newTracker(p), out: w, colour: colored(w), lines: map[string]*mpb.Bar{},
	}
	b.whole = b.line(math.MaxInt, func(wide int) string { return b.track.wholeLine(wide, time.Now(), b.colour) })
	return b
}

// line adds a line to the screen that writes itself.
func (b *bars) line(place int, text func(wide int) string) *mpb.Bar {
	filler := mpb.BarFillerFunc(func(w io.Writer, s decor.Statistics) error {
		_, err := io.WriteString(w, text(s.AvailableWidth))
		return err
	})
	return b.progress.MustAdd(0, filler, mpb.BarPriority(place), mpb.BarFillerTrim(), mpb.BarRemoveOnComplete())
}

func (b *bars) event(e runner.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.track.event(e)
	if e.Kind == runner.Started {
		place := len(b.track.running())
		b.lines[e.Step] = b.line(place, func(wide int) string { return b.track.stepLine(e.Step, wide, time.Now(), b.colour) })
	}
	line := b.track.endLine(e, width(b.out))
	if ends(e) {
		if shown := b.lines[e.Step]; shown != nil {
			shown.Abort(true)
			shown.Wait()
			delete(b.lines, e.Step)
		}
		b.track.forget(e.Step)
	}
	if line != "" {
		b.print(line)
	}
}

// print puts a line above the bars.
func (b *bars) print(line string) {
	if b.colour && strings.HasPrefix(line, "FAILED") {
		line = "\x1b[31mFAILED\x1b[0m" + strings.TrimPrefix(line, "FAILED")
	}
	fmt.Fprintln(b.progress, line)
}

// say puts a line above the bars, which would else be drawn over it. The line
// begins with a return, because the terminal's own ^C has moved the cursor.
func (b *bars) say(line string) { fmt.Fprintln(b.progress, "\r"+line) }

func (b *bars) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, line := range b.lines {
		line.Abort(true)
	}
	b.whole.Abort(true)
	b.progress.Wait()
}

// Widths of the columns of a line. What does not fit is left out, the last of
// them first; the bar takes what is left.
const (
	widestID  = 44
	bestBar   = 24
	leastBar  = 8
	gap       = 2
	countCell = 13
	leftCell  = 12
	rateCell  = 7
	costCell  = 8
	tokenCell = 10
	noteCell  = 12
)

// stepLine is the line of a running step.
func (t *tracker) stepLine(id string, wide int, now time.Time, colour bool) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.at[id]
	if s == nil {
		return ""
	}
	name := 0
	for other := range t.at {
		name = max(name, len(other))
	}
	name = min(name, widestID, max(12, wide*2/5))
	count, left := countText(s.done), s.remains(now)
	if s.total > 0 {
		count += "/" + countText(s.total)
	} else if s.done == 0 {
		count = ""
	}
	if left == "" {
		left = clock(now.Sub(s.begun))
	}
	cells := []cell{{count, countCell}, {left, leftCell}, {s.rate(now), rateCell}}
	if s.used.NanoUSD > 0 {
		cells = append(cells, cell{costText(s.used.NanoUSD), costCell})
	}
	cells = append(cells, cell{s.tokens(now), tokenCell}, cell{s.note, noteCell})
	return fitted(fmt.Sprintf("%-*s", name, middleCut(id, name)), s.fraction(), cells, wide, colour)
}

// wholeLine is the line of the run.
func (t *tracker) wholeLine(wide int, now time.Time, colour bool) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.begun.IsZero() {
		return ""
	}
	ended, steps, share := t.whole()
	elapsed := now.Sub(t.begun)
	usd := t.usd
	for _, s := range t.at {
		usd += s.used.NanoUSD
	}
	left := ""
	if share > .02 && share < 1 && elapsed > 2*time.Second {
		left = "about " + clock(time.Duration(float64(elapsed)*(1-share)/share)) + " left"
	}
	text := joined(fmt.Sprintf("%d of %d steps", ended, steps), clock(elapsed), left, costText(usd))
	return cut(text, wide)
}

// cell is a column of a line, right-aligned.
type cell struct {
	text string
	wide int
}

// fitted lays out a line: a name, a bar, and of the cells as many as there is
// room for.
func fitted(name string, share float64, cells []cell, wide int, colour bool) string {
	room := wide - len([]rune(name)) - leastBar - gap
	n := 0
	for ; n < len(cells) && room >= cells[n].wide+gap; n++ {
		room -= cells[n].wide + gap
	}
	line := name
	if room >= 0 {
		line += strings.Repeat(" ", gap) + bar(share, min(leastBar+room, bestBar), colour)
	}
	for _, c := range cells[:n] {
		line += strings.Repeat(" ", gap) + fmt.Sprintf("%*s", c.wide, cut(c.text, c.wide))
	}
	if room < 0 {
		return cut(line, wide)
	}
	return strings.TrimRight(line, " ")
}

func bar(share float64, wide int, colour bool) string {
	full := min(wide, int(share*float64(wide)+.5))
	done, rest := strings.Repeat("━", full), strings.Repeat("─", wide-full)
	if colour {
		return "\x1b[32m" + done + "\x1b[0m\x1b[2m" + rest + "\x1b[0m"
	}
	return done + rest
}

// middleCut shortens an id from its middle: both ends tell most.
func middleCut(id string, wide int) string {
	r := []rune(id)
	if len(r) <= wide {
		return id
	}
	tail := (wide - 1) * 2 / 3
	return string(r[:wide-1-tail]) + "…" + string(r[len(r)-tail:])
}

func cut(s string, wide int) string {
	r := []rune(s)
	if len(r) <= wide {
		return s
	}
	return string(r[:max(0, wide-1)]) + "…"
}

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"idiolect/runner"
)

// sampleRun is what a run tells of a step of 1,000 rows, 200 of which were in its
// journal, after 8 seconds of work.
func sampleRun(begun time.Time, to func(runner.Event)) {
	to(runner.Event{Kind: runner.Planned, Total: 11, Time: begun})
	to(runner.Event{Kind: runner.Cached, Step: "data.topics", Time: begun})
	to(runner.Event{Kind: runner.Started, Step: "evals.held_out.tuned.samples@1", Time: begun})
	to(runner.Event{Kind: runner.Progress, Step: "evals.held_out.tuned.samples@1", Done: 200, Total: 1000, Time: begun})
	to(runner.Event{
		Kind: runner.Progress, Step: "evals.held_out.tuned.samples@1", Done: 600, Total: 1000, Time: begun.Add(8 * time.Second),
		Used: runner.Usage{Calls: 400, Tokens: 24_000, NanoUSD: 123_000_000},
	})
}

// A step's line has what fits: at 80 columns how far it is, what is left, rate
// and cost, at 120 tokens too. None is wider than the terminal.
func TestStepLine(t *testing.T) {
	begun := time.Now()
	track := newTracker(&runner.Plan{})
	sampleRun(begun, track.event)
	for wide, want := range map[int]string{
		120: "evals.held_out.tuned.samples@1  ━━━━━━━━──────      600/1,000     0:08 left     50/s     $0.12  3.0k tok/s",
		100: "evals.held_out.tuned.samples@1  ━━━━━───      600/1,000     0:08 left     50/s     $0.12  3.0k tok/s",
		80:  "evals.held_out.tuned.samples@1  ━━━━━━────      600/1,000     0:08 left     50/s",
		60:  "evals.he…tuned.samples@1  ━━━━━━━━━━━────────      600/1,000",
		20:  "eval…mples@1",
	} {
		got := track.stepLine("evals.held_out.tuned.samples@1", wide, begun.Add(8*time.Second), false)
		if n := len([]rune(got)); n > wide {
			t.Errorf("%d columns: %d wide: %s", wide, n, got)
		}
		if !strings.HasPrefix(got, want) || wide > 20 && got != want {
			t.Errorf("%d columns:\n%q, want\n%q", wide, got, want)
		}
	}
	if got := track.wholeLine(80, begun.Add(8*time.Second), false); got != "1 of 11 steps  0:08  $0.12" {
		t.Errorf("the run: %q", got)
	}
}

// What is left of a run is foretold by what its steps were expected to take.
func TestWholeLine(t *testing.T) {
	b := runner.NewBuilder("x")
	nothing := nothingStep{}
	for _, id := range []string{"a", "b"} {
		b.Add(runner.Action{ID: id, Kind: "k", Version: 1, Step: nothing, Lines: []runner.Line{{Label: "id", Value: id}}})
	}
	p, err := b.Plan()
	if err != nil {
		t.Fatal(err)
	}
	track, begun := newTracker(p), time.Now()
	track.event(runner.Event{Kind: runner.Planned, Total: 2, Time: begun})
	track.event(runner.Event{Kind: runner.Started, Step: "a", Time: begun})
	track.event(runner.Event{Kind: runner.Progress, Step: "a", Done: 1, Total: 2, Time: begun.Add(30 * time.Second)})
	if got := track.wholeLine(80, begun.Add(30*time.Second), false); got != "0 of 2 steps  0:30  about 1:30 left" {
		t.Errorf("within the first of two: %q", got)
	}
	track.event(runner.Event{Kind: runner.Done, Step: "a", Time: begun.Add(time.Minute)})
	if got := track.wholeLine(80, begun.Add(time.Minute), false); got != "1 of 2 steps  1:00  about 1:00 left" {
		t.Errorf("after the first of two: %q", got)
	}
}

type nothingStep struct{}

func (nothingStep) Run(context.Context, *runner.Run) error { return nil }

// Off a terminal: one line when a step ends, with how long and how fast, and one
// every ten seconds about a step that says nothing.
func TestPlainLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		d := newDisplay(&out, &runner.Plan{})
		sampleRun(time.Now(), d.event)
		time.Sleep(8 * time.Second)
		if out.Len() > 0 {
			t.Errorf("within ten seconds: %q", out.String())
		}
		time.Sleep(4*time.Second + time.Millisecond)
		if got, want := out.String(), fmt.Sprintf("%-44s 600 of 1,000  40/s  2.4k tok/s  $0.12  0:10 left\n", "evals.held_out.tuned.samples@1"); got != want {
			t.Errorf("after ten seconds\n%q, want\n%q", got, want)
		}
		out.Reset()
		time.Sleep(7 * time.Second) // the next line would be due after eight
		end := time.Now().Add(time.Second - time.Millisecond)
		d.event(runner.Event{Kind: runner.Progress, Step: "evals.held_out.tuned.samples@1", Done: 1000, Total: 1000, Time: end})
		d.event(runner.Event{Kind: runner.Done, Step: "evals.held_out.tuned.samples@1", Time: end, Used: runner.Usage{Tokens: 40_000}})
		d.event(runner.Event{Kind: runner.Stopped, Step: "methods.tuned", Err: errors.Join(runner.ErrStopped, errors.New("checkpoint 3: no room"))})
		d.event(runner.Event{Kind: runner.Stopped, Step: "evals.x", Err: runner.ErrStopped})
		d.event(runner.Event{Kind: runner.Finished, Total: 11})
		want := fmt.Sprintf("done     %-42s  20.0 s  40/s  2.0k tok/s\nstopped  methods.tuned: checkpoint 3: no room\nstopped  evals.x\ncached   1 of 11 steps\n", "evals.held_out.tuned.samples@1")
		if got := out.String(); got != want {
			t.Errorf("at the end\n%q, want\n%q", got, want)
		}
		d.close()
	})
}

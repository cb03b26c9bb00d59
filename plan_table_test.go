package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/olekukonko/tablewriter/pkg/twwidth"

	"idiolect/runner"
)

type nothing struct{ runner.Step }

// repeated is a plan of a sampling step and one that reads it, in so many repeats.
func repeated(t testing.TB, repeats int) (*runner.Plan, map[*runner.Action]runner.State) {
	t.Helper()
	var axis runner.Axis
	for r := range repeats {
		axis.Values = append(axis.Values, fmt.Sprint(r+1))
	}
	b := runner.NewBuilder("repeated", axis)
	for r := range repeats {
		line := []runner.Line{{Label: "repeat", Value: fmt.Sprint(r)}}
		s := b.Add(runner.Action{ID: "evals.held_out.initial.samples", At: []int{r}, Kind: "sample", Version: 1, Step: nothing{}, Lines: line, Says: "2000 completions on topics.test"})
		b.Add(runner.Action{ID: "evals.held_out.initial.hidden", At: []int{r}, Kind: "judge", Version: 1, Step: nothing{}, Says: "accept or reject by program",
			Inputs: []runner.Input{{Name: "samples", From: s}}})
	}
	p, err := b.Plan()
	if err != nil {
		t.Fatal(err)
	}
	states := map[*runner.Action]runner.State{}
	for _, a := range p.Actions {
		at := strings.TrimPrefix(a.ID, runner.SpecID(a.ID))
		states[a] = runner.State{Why: "because methods.tuned" + at + ": epochs changed: 3 (default) -> 4"}
		if a.Kind == "sample" {
			e := runner.Estimate{Calls: [2]int64{2000, 2000}, Prompt: [2]int64{30_000, 90_000}, Output: [2]int64{40_000, 96_000}, USD: [2]float64{.01, .025}, Seconds: [2]float64{12, 250}}
			states[a] = runner.State{Why: runner.NotMade, Takes: e}
		}
	}
	return p, states
}

func TestPlanFitsTheTerminal(t *testing.T) {
	p, states := repeated(t, 3)
	for _, width := range []int{60, 80, 100, 120, 200} {
		text := planTable{width: width}.render(alike(p, states, false))
		for l := range strings.Lines(text) {
			if n := twwidth.Width(strings.TrimSuffix(l, "\n")); n > width {
				t.Errorf("%d columns of %d: %s", n, width, l)
			}
		}
		for _, want := range []string{"evals.held_out.initial.samples ×3", "6000", "[210k, 558k]", "[$0.030, $0.075]", "[36 s, 12 min]", "because methods.tuned: epochs changed"} {
			if !strings.Contains(strings.Join(strings.Fields(text), " "), want) {
				t.Errorf("at %d columns it does not say %s:\n%s", width, want, text)
			}
		}
	}
}

// Steps are told together when they are alike, and one by one when that is asked
// for, when their states differ, or when their reasons do.
func TestStepsThatAreAlikeAreToldTogether(t *testing.T) {
	p, states := repeated(t, 3)
	if n := len(alike(p, states, true)); n != 6 {
		t.Errorf("%d lines for 6 steps", n)
	}
	samples, _ := p.Find("evals.held_out.initial.samples@2")
	states[samples] = runner.State{Cached: true}
	verdicts, _ := p.Find("evals.held_out.initial.hidden@3")
	states[verdicts] = runner.State{Why: "seed changed: 7 -> 8"}
	color := planTable{width: 100, color: true}.render(alike(p, states, false))
	for _, want := range []string{"samples ×2", "\x1b[2mcached  evals.held_out.initial.samples@2", "hidden ×3", "@1: because methods.tuned@1: epochs changed"} {
		if !strings.Contains(color, want) {
			t.Errorf("no %q in\n%s", want, color)
		}
	}
}

func TestNumbersInBrackets(t *testing.T) {
	for got, want := range map[string]string{
		period([2]float64{.01, .02}):      "<0.1 s",
		period([2]float64{3.14, 66}):      "[3.1, 66] s",
		period([2]float64{66, 66.4}):      "66 s",
		period([2]float64{99, 7000}):      "[99 s, 1.9 h]",
		money([2]float64{0, .004}):        "[$0, $0.0040]",
		money([2]float64{2, 1234}):        "[$2.00, $1,234]",
		volume([2]int64{1234, 1_234_567}): "[1.23k, 1.23M]",
		span([2]int64{12_345, 12_345}):    "12345",
		span([2]int64{0, 3}):              "[0, 3]",
		total(runner.Estimate{Prompt: [2]int64{5, 9}, Unpriced: true, Untimed: true}): "[5, 9] tokens, no price is known",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

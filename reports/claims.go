package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Claim is an entry of the spec's expect.
type Claim struct {
	Text   string   `json:"text"` // as the spec has it
	Left   Quantity `json:"left"`
	Right  Quantity `json:"right"`
	Op     string   `json:"op"`               // > >= < <= ==
	Within float64  `json:"within,omitempty"` // of ==: how far apart the two may be; 0: not at all
	Holds  bool     `json:"holds"`            // false: it is expected not to hold, in at least one of its cells
	Where  []int    `json:"where,omitempty"`  // the cells it is about: a value of each axis, -1 for every one
}

// Quantity is one side of a claim: what a judge said of a method in an eval, or a number.
type Quantity struct {
	Eval   string  `json:"eval,omitempty"`
	Method string  `json:"method,omitempty"` // empty in an eval of judges
	Judge  string  `json:"judge,omitempty"`
	Stat   string  `json:"stat,omitempty"`   // mean: the bare number is meant; empty: the number with its interval
	Number float64 `json:"number,omitempty"` // when Eval is empty
}

// Verdicts of a claim.
const (
	Holds     = "holds"
	Fails     = "fails"
	Undecided = "undecided"
)

// Outcome is a claim with what the run says of it.
type Outcome struct {
	Claim
	Verdict string // Holds: in every cell it is about; Fails: in at least one; Undecided: an interval leaves it open, or there are no figures
	Why     string // the figures, in words; in a sweep also the cells in which it does not hold
	OK      bool   // as expected: it holds and should, or has figures, does not hold, and should not
}

// judgeClaims compares intervals: of the pooled paired difference for two methods under one judge, of the
// mean for a method and a number. A quantity with .mean makes the comparison one of bare numbers.
func (r *Report) judgeClaims() []Outcome {
	out := make([]Outcome, len(r.in.Claims))
	for i, c := range r.in.Claims {
		out[i] = r.judgeClaim(c)
	}
	return out
}

// judgeClaim judges a claim in all cells it is about. It holds when it does in each of them, so a claim that is
// expected not to hold has to fail in one; without figures in some cell nothing is as expected.
func (r *Report) judgeClaim(c Claim) Outcome {
	o := Outcome{Claim: c, Verdict: Holds}
	cells := r.claimCells(c)
	known := true
	var not []string
	for _, cell := range cells {
		verdict, why, figures := r.inCell(c, cell[0])
		known = known && figures
		if o.Why == "" {
			o.Why = why
		}
		switch {
		case verdict == Fails, verdict == Undecided && o.Verdict == Holds:
			o.Verdict = verdict
		}
		if verdict != Holds {
			not = append(not, fmt.Sprintf("%s: %s, %s", cmp.Or(r.in.told(cell), "every cell"), verdict, why))
		}
	}
	if len(cells) == 1 && slices.ContainsFunc(c.Where, func(v int) bool { return v >= 0 }) {
		if at := r.in.told(cells[0]); at != "" {
			o.Why = "at " + at + ": " + o.Why
		}
	}
	if n := len(cells); n > 1 {
		o.Why = fmt.Sprintf("in all %d cells", n)
		if len(not) > 0 {
			o.Why = fmt.Sprintf("not in %d of %d cells; %s", len(not), n, strings.Join(firstFew(not), "; "))
		}
	}
	o.OK = known && (o.Verdict == Holds) == c.Holds
	return o
}

// firstFew is as much of a list as a line holds.
func firstFew(list []string) []string {
	const most = 6
	if len(list) <= most {
		return list
	}
	return append(list[:most:most], fmt.Sprintf("and %d more", len(list)-most))
}

// claimCells are the cells that a claim is about; those that share all that it speaks of stand together.
func (r *Report) claimCells(c Claim) [][][]int {
	var out [][][]int
	at := map[[2]any]int{}
	for _, cell := range r.in.cells() {
		if !c.covers(cell) {
			continue
		}
		evals := [2]any{r.subject(c.Left, cell), r.subject(c.Right, cell)}
		i, seen := at[evals]
		if !seen {
			i = len(out)
			at[evals] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], cell)
	}
	return out
}

func (c Claim) covers(cell []int) bool {
	for k, want := range c.Where {
		if want >= 0 && k < len(cell) && want != cell[k] {
			return false
		}
	}
	return true
}

// claims tells them all.
func (r *Report) claims() section {
	var list items
	for _, o := range r.outcomes {
		as := "as expected"
		if !o.OK {
			as = "NOT AS EXPECTED"
		}
		if !o.Holds {
			as += " (it is expected not to hold)"
		}
		list = append(list, item{text: fmt.Sprintf("%s, %s: ", o.Verdict, as), data: o.Text, after: " (" + o.Why + ")", mark: mark(o)})
	}
	if len(list) == 0 {
		return section{}
	}
	return section{title: "What was expected", last: true, blocks: []block{list}}
}

func mark(o Outcome) tone {
	if o.OK {
		return good
	}
	return bad
}

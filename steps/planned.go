package steps

import (
	"context"
	"fmt"

	"idiolect/runner"
)

// planned stands in the plan for a step whose machinery comes with a later
// release. A plan that holds one is told and not run (see Compiler.comesLater).
type planned struct{ kind string }

// Run is reached by nobody.
func (s planned) Run(context.Context, *runner.Run) error {
	return fmt.Errorf("step kind %s comes with a later release", s.kind)
}

// plan adds a step that comes with a later release.
func (c *Compiler) planned(a runner.Action) *runner.Action {
	a.Version, a.Step = 1, planned{a.Kind}
	return c.add(a)
}

// span is a number of rows or calls as the plan knows it: expected, and at most.
type span struct {
	n     [2]int64
	exact bool // the data decides nothing about it
	open  bool // nothing bounds it: its at most is not known
}

func exactly(n int64) span { return span{n: [2]int64{n, n}, exact: true} }

// times multiplies both ends.
func (s span) times(k int64) span {
	s.n[0], s.n[1] = s.n[0]*k, s.n[1]*k
	return s
}

func (s span) plus(o span) span {
	return span{n: [2]int64{s.n[0] + o.n[0], s.n[1] + o.n[1]}, exact: s.exact && o.exact, open: s.open || o.open}
}

// most bounds it. Of what nothing bounded, so many are expected.
func (s span) most(n int64) span {
	if s.open {
		return span{n: [2]int64{n, n}, exact: s.exact}
	}
	return span{n: [2]int64{min(s.n[0], n), min(s.n[1], n)}, exact: s.exact}
}

// unsure is the span of what may be fewer: nobody can say how many are dropped,
// so as many are expected as there are.
func (s span) unsure() span {
	s.exact = false
	return s
}

// of are calls of that many tokens each, at most.
func (s span) of(tokens int64) runner.Estimate {
	e := runner.Estimate{Calls: s.n, Output: s.times(tokens).n, Open: s.open}
	if tokens > 1 {
		e.Output[0] = int64(likelyOutput * float64(e.Output[0]))
	}
	return e
}

// String is the span for people: 120, or [120, 240].
func (s span) String() string {
	switch {
	case s.open:
		return "not known how many"
	case s.n[0] == s.n[1] && s.exact:
		return fmt.Sprint(s.n[0])
	case s.n[0] == s.n[1]:
		return fmt.Sprintf("at most %d", s.n[1])
	}
	return fmt.Sprintf("[%d, %d]", s.n[0], s.n[1])
}

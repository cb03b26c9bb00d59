package steps

import (
	"fmt"
	"slices"

	"idiolect/runner"
	"idiolect/specs"
)

// judgeRetries is how often a verdict that cannot be read is asked for again
// before it counts as an error; a verdict that is one token needs no second try.
const judgeRetries = 2

// byModel says whether a judge is a model.
func (c *Compiler) byModel(ref specs.JudgeRef) bool {
	j, _ := c.Judges.Get(ref.ID)
	return j != nil && j.Model.ID != ""
}

// question is what one question to a judge takes. A program's takes nothing.
type question struct {
	calls  span // orders and repeats of it, tries that may be needed
	tokens int64
	policy *Policy // who answers; nil: a program
}

func (q question) estimate(asked span) runner.Estimate {
	if q.policy == nil {
		return runner.Estimate{}
	}
	n := q.asked(asked)
	e := q.policy.costs(n.of(q.tokens))
	e.Open = true // how long the questions are
	e.Unpriced = e.Unpriced || !q.policy.Info.Free && q.policy.Price == nil
	return e
}

// asked is how many calls so many questions take.
func (q question) asked(questions span) span {
	n := span{exact: questions.exact && q.calls.exact, open: questions.open}
	for i := range n.n {
		n.n[i] = questions.n[i] * q.calls.n[i]
	}
	return n
}

// shortVerdict is how many tokens a verdict without a reason may have as a text.
const shortVerdict = 16

// takes is what a question to the model takes, whose texts have at most so many
// tokens: as many calls as there are orders, criteria that are asked one by one,
// and repeats. Probabilities are one call, which writes nothing and cannot fail to
// be read; a text may have to be asked for again. What a row's own rubric asks
// nobody knows while the plan is made.
func (x *assessor) takes(tokens int64) question {
	calls := exactly(1)
	switch {
	case x.kind == "pairwise" && x.reads:
		calls = x.criteria().times(2)
	case x.kind == "pairwise":
		calls = exactly(int64(len(x.orders)))
	case x.kind == "score":
		calls = x.criteria()
	}
	if x.weighs {
		return question{calls: calls, policy: x.policy}
	}
	if !x.feedback {
		tokens = min(tokens, shortVerdict)
	}
	calls = calls.times(int64(x.judge.Repeats))
	calls.n[1] *= 1 + judgeRetries
	calls.exact = false
	return question{calls: calls, tokens: tokens, policy: x.policy}
}

// readable says whether a rubric has words for a model.
func readable(r *specs.Rubric) bool {
	return r.Text != "" || slices.ContainsFunc(r.Criteria, func(k specs.Criterion) bool { return k.Says != "" })
}

// criteria is how many questions a model is asked about one text.
func (x *assessor) criteria() span {
	switch {
	case x.rubric == nil:
		return span{n: [2]int64{1, 1}, open: x.reads} // the rows bring their own
	case x.reads && len(inWords(x.rubric)) == 0:
		return exactly(int64(len(parts(x.rubric.Text))))
	}
	return exactly(int64(max(len(inWords(x.rubric)), 1)))
}

// inWords are the criteria that a model reads.
func inWords(r *specs.Rubric) []specs.Criterion {
	return slices.DeleteFunc(slices.Clone(r.Criteria), func(k specs.Criterion) bool { return k.Says == "" })
}

// wordLines are what of a rubric a model reads; nil has nothing: the rows bring
// their own.
func wordLines(r *specs.Rubric) []runner.Line {
	if r == nil {
		return nil
	}
	lines := []runner.Line{line("rubric", r.Text)}
	for i, k := range r.Criteria {
		if k.Says != "" {
			lines = append(lines, line(fmt.Sprintf("criterion.%d", i), fmt.Sprintf("%s: %s (weight %g, scale %g to %g, hard %t)", k.Name, k.Says, k.Weight, k.Scale.Low, k.Scale.High, k.Hard)))
			if k.Answer != "" {
				lines = append(lines, line(fmt.Sprintf("criterion.%d.answer", i), k.Answer))
			}
		}
	}
	return lines
}

// under puts lines under a name, so that several parts of a key keep apart.
func under(name string, lines []runner.Line) []runner.Line {
	out := make([]runner.Line, len(lines))
	for i, l := range lines {
		out[i] = runner.Line{Label: name + "." + l.Label, Value: l.Value}
	}
	return out
}

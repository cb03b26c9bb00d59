package steps

import (
	"cmp"
	"fmt"
	"slices"

	"idiolect/runner"
	"idiolect/specs"
)

// judgeRetries is how often a verdict that cannot be read is asked for again
// before it counts as an error; a verdict that is one token needs no second try.
const judgeRetries = 2

// verdictsPlanned plans verdicts that come with a later release: those of a model,
// and comparisons. about are the steps that the judge reads, asked how many things
// it is asked about.
func (c *Compiler) verdictsPlanned(id string, ref specs.JudgeRef, about []runner.Input, asked span) (*runner.Action, error) {
	j, _ := c.Judges.Get(ref.ID)
	a := runner.Action{
		ID: id, Kind: "judge", Pos: c.Pos("judges." + ref.ID), Inputs: slices.Clone(about),
		Says: fmt.Sprintf("%s by %s", j.Settings.(Judge).Title(), cmp.Or(j.Model.ID, "program")),
	}
	one, err := c.consult(&a, "judge", ref)
	if err != nil {
		return nil, err
	}
	a.Estimate = one.estimate(asked)
	return c.planned(a), nil
}

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

// consult puts into an action the judge that it asks, under the name of its role
// there, and says what one question takes: a pair for a pairwise judge, else a
// completion.
func (c *Compiler) consult(a *runner.Action, role string, ref specs.JudgeRef) (question, error) {
	j, ok := c.Judges.Get(ref.ID)
	if !ok {
		return question{}, &specs.Error{Pos: ref.Pos, Message: fmt.Sprintf("there is no judge %q", ref.ID)}
	}
	path := "judges." + ref.ID
	kind, _ := Judges().Find(j.Kind)
	rubric, _ := c.Rubrics.Get(j.Rubric.ID)
	lines := append([]runner.Line{line("kind", fmt.Sprintf("%s/%d", j.Kind, kind.Version))}, settingLines("settings", j.Settings, kind.New())...)
	if j.Model.ID == "" {
		if rubric == nil {
			return question{}, c.Errorf(path, "", "judge %q names no rubric", ref.ID)
		}
		if err := programmed(rubric); err != nil {
			return question{}, c.Errorf(path, "", "%v", err)
		}
		lines = append(lines, c.rubricLines(rubric)...)
		lines = append(lines, scopeLines(c.scope(), ofExprs(rubricExprs(rubric)...)...)...)
		a.Lines = append(a.Lines, under(role, lines)...)
		return question{calls: exactly(0)}, nil
	}
	if rubric != nil && !readable(rubric) {
		return question{}, c.Errorf(path+".rubric", "give it a text, or its criteria `says`", "rubric %s has nothing that a model could read", j.Rubric.ID)
	}
	c.comesLater(path+".model", "", "judge %s by a model comes with a later release - planned, not asked", ref.ID)
	policy, err := c.Start(j.Model)
	if err != nil {
		return question{}, err
	}
	asked := *policy
	if asked.Prompt, err = c.asking(j.Prompt, nil); err != nil { // not as the policy is asked for texts
		return question{}, err
	}
	part := runner.Action{}
	tokens := asked.ask(&part, c)
	for _, in := range part.Inputs {
		a.Inputs = append(a.Inputs, runner.Input{Name: role + "." + in.Name, From: in.From})
	}
	lines = append(append(lines, part.Lines...), wordLines(rubric)...)
	lines = append(lines, line("repeats", j.Repeats), line("feedback", j.Feedback), c.seed())
	a.Lines = append(a.Lines, under(role, lines)...)
	q := c.questionTo(j, rubric, tokens)
	q.policy = &asked
	return q, nil
}

// questionTo is what a question to a model takes, whose answers have at most so
// many tokens: as many calls as there are orders and repeats. A verdict without a
// reason is one token (a, b, tie; yes, no), and is always one of them.
// A reward model of the form read reads each criterion of each of the two.
func (c *Compiler) questionTo(j *specs.Judge, rubric *specs.Rubric, tokens int64) question {
	calls := int64(j.Repeats)
	m, _ := c.Methods.Get(j.Model.ID)
	pairs, compares := j.Settings.(*Pairwise)
	switch reads := m != nil && readsAlone(m.Settings); {
	case compares && reads:
		return question{calls: exactly(calls * 2 * said(rubric)), tokens: 1}
	case compares && pairs.Orders == "both":
		calls *= 2
	}
	if _, graded := j.Settings.(*Score); !j.Feedback && !graded {
		return question{calls: exactly(calls), tokens: 1}
	}
	return question{calls: span{n: [2]int64{calls, calls * (1 + judgeRetries)}}, tokens: tokens}
}

// readable says whether a rubric has words for a model.
func readable(r *specs.Rubric) bool {
	return r.Text != "" || slices.ContainsFunc(r.Criteria, func(k specs.Criterion) bool { return k.Says != "" })
}

// said is how many criteria a model reads; a rubric that is one text, or that rows
// bring, is one.
func said(r *specs.Rubric) int64 {
	n := int64(0)
	if r != nil {
		for _, k := range r.Criteria {
			if k.Says != "" {
				n++
			}
		}
	}
	return max(n, 1)
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

package steps

import (
	"context"
	"fmt"
	"slices"

	"idiolect/backends"
	"idiolect/internal/rng"
	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

// assessor is a judge that is a model: what it is asked, and what its answers
// come to.
type assessor struct {
	judge    *specs.Judge
	kind     string
	rubric   *specs.Rubric // nil: rows bring their own
	policy   *Policy       // who answers; its prompt is the judge's own, nil for the built-in one
	orders   []string      // in which two texts are shown: ab, ba; one of them is drawn when there is but "one"
	reads    bool          // one criterion of one text at a time
	weighs   bool          // a verdict is what the probabilities of words say; else a text that is parsed
	feedback bool
	margin   float64
	seed     int64
	scope    map[string]any

	sampler backends.Sampler // from here on when it is open
	shots   *shots
}

// protocol names the built-in questions and what makes texts neutral.
const protocol = "judge-model/1"

// assessor resolves the model of a judge, and says what of it stands in a key.
func (c *Compiler) assessor(path string, j *specs.Judge, a *runner.Action) (*assessor, question, error) {
	x := &assessor{judge: j, kind: j.Kind, feedback: j.Feedback, seed: c.Seed, scope: c.scope()}
	x.rubric, _ = c.Rubrics.Get(j.Rubric.ID)
	if x.rubric != nil && !readable(x.rubric) {
		return nil, question{}, c.Errorf(path+".rubric", "give it a text, or its criteria `says`", "rubric %s has nothing that a model could read", j.Rubric.ID)
	}
	policy, err := c.Start(j.Model)
	if err != nil {
		return nil, question{}, err
	}
	if policy.drafts != nil || !alike(policy.choice) {
		return nil, question{}, c.Errorf(path+".model", "name a model, or a method that is one policy", "%s is not one policy - a judge is", j.Model.ID)
	}
	own := *policy
	own.choice = nil
	if own.Prompt, err = c.asking(j.Prompt, nil); err != nil { // not as the policy is asked for texts
		return nil, question{}, err
	}
	x.policy = &own
	if err := x.settle(c, path); err != nil {
		return nil, question{}, err
	}
	tokens := own.ask(a, c)
	a.Lines = append(a.Lines, wordLines(x.rubric)...)
	a.Lines = append(a.Lines, line("repeats", j.Repeats), line("feedback", j.Feedback), line("protocol", protocol), c.seed())
	how := parserVersion
	if x.weighs {
		how = "probabilities"
	}
	a.Lines = append(a.Lines, line("verdicts", how))
	if x.reads {
		a.Lines = append(a.Lines, line("form", "read"))
	}
	return x, x.takes(tokens), nil
}

// settle decides how the model is asked.
func (x *assessor) settle(c *Compiler, path string) error {
	form := "verdict"
	switch s := x.judge.Settings.(type) {
	case *Pairwise:
		form = s.Form
		x.orders = []string{"ab", "ba"}
		if s.Orders == "one" {
			x.orders = []string{"one"}
		}
	case *Score:
		form = s.Form
	}
	if m, ok := c.Methods.Get(x.judge.Model.ID); ok && x.kind != "accept" {
		if trained, ok := m.Settings.(*RewardModel); ok {
			form = trained.Form
		}
	}
	x.reads = form == "read"
	x.weighs = x.policy.Info.Logprobs && !x.feedback && (x.reads || x.listable())
	switch {
	case x.reads && x.feedback:
		return c.Errorf(path+".feedback", "use form verdict", "feedback under form read - a reading is one word about one answer")
	case x.reads && !x.policy.Info.Logprobs:
		return c.Errorf(path+".model", "use form verdict, or a model of backend local or tinker", "form read compares probabilities of words - backend %s gives none", x.policy.Backend.Name())
	}
	if s, ok := x.judge.Settings.(*Pairwise); ok {
		x.margin = s.margin(x.reads)
	}
	return nil
}

// listable says whether every verdict is one of a few words.
func (x *assessor) listable() bool {
	return x.kind != "score" || x.rubric == nil || !slices.ContainsFunc(inWords(x.rubric), func(k specs.Criterion) bool { return level(k).words() == nil })
}

// open opens the model, whose inputs are named after the role.
func (x *assessor) open(ctx context.Context, r *runner.Run, role string) error {
	model := backends.Model{Name: x.policy.Info.Name}
	if x.policy.Action != nil {
		o, err := x.policy.open(r.In(role + ".policy"))
		if err != nil {
			return err
		}
		model = o.model
	}
	if x.policy.Prompt != nil {
		own := *x.policy.Prompt
		own.worn = role + "." // under which name its examples are an input
		var err error
		if x.shots, err = own.shots(r, x.scope); err != nil {
			return err
		}
	}
	s, err := x.policy.Backend.Sampler(ctx, model)
	if err != nil {
		return err
	}
	x.sampler = x.policy.Limits.Sampler(s)
	return nil
}

// findings asks all of it, each once whatever happens in between.
func (x *assessor) findings(ctx context.Context, r *runner.Run, asked []inquiry) ([]finding, error) {
	out := make([]finding, len(asked))
	for i, q := range asked {
		out[i] = finding{inquiry: q}
	}
	if x.weighs {
		return out, x.weighed(ctx, r, out)
	}
	todo := make([]int, len(out))
	for i := range todo {
		todo[i] = i
	}
	for try := 1; len(todo) > 0 && try <= 1+judgeRetries; try++ {
		if err := x.told(ctx, r, out, todo, try); err != nil {
			return nil, err
		}
		todo = slices.DeleteFunc(todo, func(i int) bool { return out[i].failed == "" || out[i].mute })
	}
	return out, nil
}

// weighed fills in findings by the probabilities of words.
func (x *assessor) weighed(ctx context.Context, r *runner.Run, out []finding) error {
	answers, err := x.policy.answers(ctx, r, len(out), func(i int) string { return out[i].key }, func(ctx context.Context, todo []int, emit func(int, answer) error) (int, error) {
		asked := make([]worded, len(todo))
		for k, i := range todo {
			asked[k] = worded{out[i].messages, out[i].words()}
		}
		return x.policy.weigh(ctx, r, x.sampler, asked, func(k int, a answer) error { return emit(todo[k], a) })
	})
	if err != nil {
		return err
	}
	for i, a := range answers {
		f := &out[i]
		f.took(x.policy, r, a)
		if a.Error != "" {
			continue
		}
		f.Probabilities = optional(mustJSON(probabilities(f.words(), a.Completion.Logprobs)))
		if f.value, err = f.weighs(a.Completion.Logprobs); err != nil {
			f.failed = err.Error()
		}
	}
	return nil
}

// told fills in some findings by what the model writes.
func (x *assessor) told(ctx context.Context, r *runner.Run, out []finding, todo []int, try int) error {
	settings := merge(x.policy.Sampling, nil)
	if short := min(shortVerdict, *settings.MaxTokens); !x.feedback {
		settings.MaxTokens = &short
	}
	key := func(k int) string { return fmt.Sprintf("%s/%d", out[todo[k]].key, try) }
	answers, err := x.policy.answers(ctx, r, len(todo), key, func(ctx context.Context, left []int, emit func(int, answer) error) (int, error) {
		reqs := make([]backends.Request, len(left))
		for n, k := range left {
			f := out[todo[k]]
			reqs[n] = request(ask{messages: f.messages, seed: rng.Seed(x.seed, rng.Judge, f.RowKey, key(k))}, settings)
		}
		return x.policy.draw(ctx, r, x.sampler, reqs, func(n int, a answer) error { return emit(left[n], a) })
	})
	if err != nil {
		return err
	}
	for k, a := range answers {
		f := &out[todo[k]]
		f.failed = ""
		f.took(x.policy, r, a)
		if a.Error == "" {
			x.parsed(f, a.Completion.Text)
		}
	}
	return nil
}

// parsed reads what the model wrote.
func (x *assessor) parsed(f *finding, text string) {
	f.Raw = &text
	extracted, wrong := x.policy.Prompt.extract(nil, x.scope, text)
	if wrong != nil {
		f.failed = *wrong
		return
	}
	if extracted != nil {
		text = *extracted
	}
	value, reason, err := f.parse(text)
	if err != nil {
		f.failed = err.Error()
		return
	}
	f.value, f.Reason = value, optional(reason)
}

// took notes a call.
func (f *finding) took(p *Policy, r *runner.Run, a answer) {
	f.Tries++
	c := p.call(string(r.Key()), fmt.Sprintf("%s/%d", f.key, f.Tries), f.RowKey, f.Replicate, a)
	c.SampleID, c.Attempt = f.SampleID, f.Tries
	f.calls = append(f.calls, c)
	if a.Error != "" {
		f.failed, f.mute = a.Error, true
	}
}

// question is the finding as a row of its table.
func (f finding) question(key string) tables.Question {
	q := f.Question
	q.ID = tables.ID(key+" question "+f.key, q.RowKey, q.Replicate)
	if f.failed != "" {
		q.Error = &f.failed
	} else {
		q.Value = &f.value
	}
	return q
}

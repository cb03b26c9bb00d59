package steps

import (
	"context"
	"fmt"
	"strings"

	"idiolect/datasets"
	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

// referee is a judge of the spec inside a running step, by program or by model:
//
//	ref, takes, err := c.referee(&a, "judge", s.Judge)   while the plan is made
//	ref = ref.anew()                                     in the step
//	err := ref.open(ctx, r); defer ref.close()
//	rulings, err := ref.values(ctx, r, "step 3", texts)
//	rulings, err := ref.compare(ctx, r, "step 3", games)
//	err := ref.health().broken()                         before a reward is believed
//
// What a model answers is journaled under the round and the text it is about, so
// that a step which goes on after an interruption asks nothing twice. It is for one
// goroutine.
type referee struct {
	id, role string
	kind     string // accept, score, pairwise
	name     string // kind and version, as verdicts tell it
	title    string
	program  *program  // nil: a model judges
	model    *assessor // nil: a program does
	noise    noise     // of a program
	scope    map[string]any
	tally    tally
}

// entrant is a text that is judged.
type entrant struct {
	row       string // key of the row that it answers
	replicate int64  // tells the row's texts apart
	id        string // of the sample; "" when it has none
	user      *string
	fields    map[string]any // the row's columns
	text      string
	missing   string // why there is no text; "" when there is
}

// game is two texts about one row that are compared.
type game struct{ first, second entrant }

// ruling is what a judge says of a text, or of two.
type ruling struct {
	// value is 1 or 0 of what is accepted or not, a score from 0 to 1, and of a
	// game 1 when the second text is better, -1 when the first is, 0 for a tie: the
	// mean over both orders, where a model saw both.
	value     float64
	soft      float64 // the same before it is made hard: the probability of yes; of a game the difference of probabilities
	valid     bool
	reason    string // or why it is not valid
	criteria  map[string]float64
	ordered   []float64 // of a game the value in each order
	questions []tables.Question
	calls     []tables.Call
}

// referee puts a judge into an action under the name of its role there, and says
// what one question takes: a game for a pairwise judge, else a text.
func (c *Compiler) referee(a *runner.Action, role string, ref specs.JudgeRef) (*referee, question, error) {
	j, ok := c.Judges.Get(ref.ID)
	if !ok {
		return nil, question{}, &specs.Error{Pos: ref.Pos, Message: fmt.Sprintf("there is no judge %q", ref.ID)}
	}
	path := "judges." + ref.ID
	kind, _ := Judges().Find(j.Kind)
	out := &referee{
		id: ref.ID, role: role, kind: j.Kind, name: fmt.Sprintf("%s/%d", j.Kind, kind.Version), title: j.Settings.(Judge).Title(), scope: c.scope(),
	}
	lines := append([]runner.Line{line("kind", out.name)}, settingLines("settings", j.Settings, kind.New())...)
	if j.Model.ID == "" {
		p, err := c.program(ref)
		if err != nil {
			return nil, question{}, err
		}
		rubric, _ := c.Rubrics.Get(j.Rubric.ID)
		lines = append(lines, c.rubricLines(rubric)...)
		a.Lines = append(a.Lines, under(role, append(lines, scopeLines(out.scope, p.readers...)...))...)
		out.program = p
		if s, ok := j.Settings.(*Pairwise); ok {
			if out.noise = s.noise(c.Seed); !out.noise.none() {
				a.Lines = append(a.Lines, line(role+".noise.seed", c.Seed))
			}
		}
		return out, question{calls: exactly(0)}, nil
	}
	part := runner.Action{}
	x, takes, err := c.assessor(path, j, &part)
	if err != nil {
		return nil, question{}, err
	}
	for _, in := range part.Inputs {
		a.Inputs = append(a.Inputs, runner.Input{Name: role + "." + in.Name, From: in.From})
	}
	a.Lines = append(a.Lines, under(role, append(lines, part.Lines...))...)
	out.model = x
	return out, takes, nil
}

// who judges, for people.
func (f *referee) who() string {
	if f.model == nil {
		return "program"
	}
	return f.model.judge.Model.ID
}

// anew is the referee of one run of a step, which may be run several times at once.
func (f *referee) anew() *referee {
	own := *f
	own.tally = tally{}
	if f.model != nil {
		model := *f.model
		own.model = &model
	}
	return &own
}

// open makes the judge ready in a step whose inputs its action has.
func (f *referee) open(ctx context.Context, r *runner.Run) error {
	if f.model == nil {
		return nil
	}
	return f.model.open(ctx, r, f.role)
}

// close gives the model back; it may be called whether open was or not.
func (f *referee) close() error {
	if f.model == nil || f.model.sampler == nil {
		return nil
	}
	err := f.model.sampler.Close()
	f.model.sampler = nil
	return err
}

// health says how sound the judge's verdicts were so far.
func (f *referee) health() *tally { return &f.tally }

// values judges each text by itself. A pairwise judge cannot.
func (f *referee) values(ctx context.Context, r *runner.Run, round string, texts []entrant) ([]ruling, error) {
	if f.kind == "pairwise" {
		return nil, fmt.Errorf("judge %s compares two texts - here one is judged", f.id)
	}
	out := make([]ruling, len(texts))
	if f.model == nil {
		for i, e := range texts {
			out[i] = f.graded(e)
		}
		return out, ctx.Err()
	}
	asked, err := f.model.about(f.place(round), texts, out)
	if err != nil {
		return nil, err
	}
	if err := f.model.answered(ctx, r, asked, out); err != nil {
		return nil, err
	}
	for i := range out {
		if out[i].reason == "" {
			f.model.decide(&out[i], asked[i])
		}
		f.tally.take(out[i], false)
	}
	return out, nil
}

// compare judges games. A judge that judges one text prefers that of the higher
// value.
func (f *referee) compare(ctx context.Context, r *runner.Run, round string, games []game) ([]ruling, error) {
	out := make([]ruling, len(games))
	if f.model == nil {
		for i, g := range games {
			out[i] = f.program.between(f.graded(g.first), f.graded(g.second))
			if !f.noise.none() {
				out[i] = f.noise.spoil(out[i], round, g)
			}
			f.tally.take(out[i], true)
		}
		return out, ctx.Err()
	}
	if f.kind != "pairwise" || f.model.reads {
		return f.readings(ctx, r, round, games)
	}
	asked, err := f.model.between(f.place(round), games, out)
	if err != nil {
		return nil, err
	}
	if err := f.model.answered(ctx, r, asked, out); err != nil {
		return nil, err
	}
	for i := range out {
		if out[i].reason == "" {
			f.model.prefer(&out[i], asked[i])
		}
		f.tally.take(out[i], true)
	}
	return out, nil
}

// place is where in the journal answers of a round stand.
func (f *referee) place(round string) string { return strings.Trim(f.role+"/"+round, "/") }

// graded is what the program says of a text.
func (f *referee) graded(e entrant) ruling {
	if e.missing != "" {
		return ruling{reason: e.missing}
	}
	env := datasets.Env(e.fields, f.scope)
	env["output"] = e.text
	o, err := f.program.decide(env)
	if err != nil {
		return ruling{reason: err.Error()}
	}
	return ruling{value: o.value(), soft: o.value(), valid: true, reason: o.Reason, criteria: o.Criteria}
}

// between compares two rulings of the program. It knows no order.
func (p *program) between(first, second ruling) ruling {
	if why := invalid(first, second); why != "" {
		return ruling{reason: why}
	}
	g := ruling{valid: true, reason: "a: " + first.reason + "; b: " + second.reason, criteria: map[string]float64{}, soft: second.value - first.value}
	g.value = worths[preferred(first.value, second.value, p.margin)]
	for name, x := range first.criteria {
		g.criteria[name] = (1 - worths[preferred(x, second.criteria[name], 0)]) / 2
	}
	return g
}

// invalid is why two rulings cannot be compared; "" when they can.
func invalid(first, second ruling) string {
	switch {
	case !first.valid:
		return "the first: " + first.reason
	case !second.valid:
		return "the second: " + second.reason
	}
	return ""
}

// worths are preferences as values of games.
var worths = map[string]float64{saysA: -1, saysTie: 0, saysB: 1}

// prefers is the text that a game's ruling prefers: one that every order does.
func (g ruling) prefers() string {
	orders := g.ordered
	if len(orders) == 0 {
		orders = []float64{g.value}
	}
	said := saysTie
	for i, v := range orders {
		here := preferred(-v, 0, 0)
		if i > 0 && here != said {
			return saysTie
		}
		said = here
	}
	return said
}

package steps

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"idiolect/internal/rng"
	"idiolect/internal/stats"
	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

func selection() specs.Kind[Method] {
	return specs.Kind[Method]{
		Name: "select", Version: 1,
		Doc: "the best of a method's candidates, chosen on rows that no table is about",
		New: func() Method { s := &Select{}; s.Hyperparameters.Samples = 1; return s },
	}
}

// Select makes a method with each combination of some settings and takes the one
// with the highest mean, of equals the first: so that what a table is about is
// touched once. The mean of the best is too high, since noise helped to choose it;
// its expected inflation is told with it (see [stats.Inflation]).
type Select struct {
	Method specs.MethodRef `yaml:"method" doc:"the method whose settings are tried" required:"true"`
	Over   specs.Over      `yaml:"over" doc:"path below the method: list of values; every combination is a candidate" required:"true"`
	Data   specs.DataRef   `yaml:"data" doc:"rows to choose on, such as topics.dev" required:"true"`
	Judge  specs.JudgeRef  `yaml:"judge" doc:"who chooses" required:"true"`

	Hyperparameters struct {
		Samples int `yaml:"samples" doc:"completions per row" positive:"true" max:"100000"`
	} `yaml:"hyperparameters" doc:"what tunes it"`
}

// Chooses tells the language what is tried, so that a wrong value is told where it
// stands.
func (s *Select) Chooses() (specs.MethodRef, specs.Over) { return s.Method, s.Over }

// Check refuses what only the candidates have.
func (s *Select) Check(e *specs.Experiment, path string) []*specs.Error {
	return asksNothing(e, path, "its candidates have")
}

// Lower makes, asks and judges every candidate, and chooses.
func (s *Select) Lower(c *Compiler, id string, m *specs.Method) (*Policy, error) {
	data, err := c.entry(s.Data.ID)
	if err != nil {
		return nil, err
	}
	if rows := data.span(s.Data.Split); rows.n[1] == 0 && !rows.open {
		return nil, c.Errorf(id+".data", "", "%s has no rows to choose on", s.Data)
	}
	step := &selectStep{judge: s.Judge.ID, data: s.Data.String(), seed: c.Seed}
	a := runner.Action{
		ID: id, Kind: "select", Version: 1, Step: step, Pos: c.Pos(id),
		Lines: []runner.Line{c.seed(), line("judge", s.Judge.ID), line("data", s.Data)},
	}
	for i, cand := range s.Over.Candidates(s.Method) {
		made := id + "." + cand.Name
		p, verdicts, err := s.candidate(c, made, cand, m, data)
		if err != nil {
			return nil, err
		}
		step.candidates = append(step.candidates, cand)
		step.policies = append(step.policies, p)
		a.Lines = append(a.Lines, line(fmt.Sprintf("candidate.%d", i), cand.Name))
		a.Inputs = append(a.Inputs, runner.Input{Name: fmt.Sprintf("policy.%d", i), From: p.Action}, runner.Input{Name: fmt.Sprintf("verdicts.%d", i), From: verdicts})
	}
	a.Says = fmt.Sprintf("choose the best of %d by %s", len(step.policies), s.Judge.ID)
	won := *step.policies[0]
	won.path = id
	if !alike(step.policies) || !askedAlike(step.policies) {
		won.choice = step.policies
	}
	won.Action = c.add(a)
	return &won, nil
}

// candidate is lowered in an experiment of its own, in which the method has the
// candidate's settings; what the candidates share merges in the plan.
func (s *Select) candidate(c *Compiler, id string, cand specs.Candidate, outer *specs.Method, data *entry) (*Policy, *runner.Action, error) {
	exp, err := c.Try(cand)
	if err != nil {
		return nil, nil, err
	}
	v := &Compiler{
		Experiment: exp, shared: c.shared, unit: c.unit, here: &specs.Cell{Experiment: exp, At: c.here.At},
		data: map[string]*entry{}, policies: map[string]*Policy{},
	}
	v.refuse()
	entry, _ := exp.Methods.Get(s.Method.ID)
	m := *entry
	if outer.Replicate > 0 {
		m.Replicate = outer.Replicate
	}
	p, err := m.Settings.(Method).Lower(v, id, &m)
	if err != nil {
		return nil, nil, err
	}
	if p.variants != nil || p.choice != nil {
		return nil, nil, c.Errorf(id+".method", "", "select chooses among policies - %s is a %s, which is several", s.Method.ID, m.Kind)
	}
	asked := sampling{policy: p, data: data, split: s.Data.Split, samples: s.Hyperparameters.Samples, replicate: c.draw(p)}
	samples, err := c.sample(id+".samples", asked)
	if err != nil {
		return nil, nil, err
	}
	verdicts, err := c.verdicts(id+".verdicts", s.Judge, samples)
	return p, verdicts, err
}

// alike says whether all policies are of one model, sampled in one way.
func alike(ps []*Policy) bool {
	of := func(p *Policy) string {
		return fmt.Sprint(identity(p.Backend, p.Info), settingLines("sampling", &p.Sampling, &specs.Sampling{}))
	}
	return !slices.ContainsFunc(ps, func(p *Policy) bool { return of(p) != of(ps[0]) })
}

// askedAlike says whether all policies wear the same prompt.
func askedAlike(ps []*Policy) bool {
	of := func(p *Policy) string {
		text := fmt.Sprint(p.Prompt.lines())
		for _, in := range p.Prompt.inputs() {
			text += string(in.From.Key())
		}
		return text
	}
	return !slices.ContainsFunc(ps, func(p *Policy) bool { return of(p) != of(ps[0]) })
}

// selectStep takes the candidate with the highest mean.
type selectStep struct {
	candidates  []specs.Candidate
	policies    []*Policy
	judge, data string
	seed        int64
}

// luckResamples settle the inflation of a share to about a tenth of a point.
const luckResamples = 4000

// Run writes the winner's policy as its own, and what it was chosen from.
func (s *selectStep) Run(ctx context.Context, r *runner.Run) error {
	var all [][]stats.Cluster
	rows := make([]tables.Candidate, len(s.candidates))
	best := 0
	for i, cand := range s.candidates {
		vs, err := readTable[tables.Verdict](r.In(fmt.Sprintf("verdicts.%d", i)), "verdicts.parquet")
		if err != nil {
			return err
		}
		cs, err := clusters(vs, whole)
		if err != nil {
			return err
		}
		all = append(all, cs)
		mean, iv := stats.MeanClustered(cs, confidence)
		rows[i] = tables.Candidate{
			ID: tables.ID(string(r.Key()), "candidate", int64(i)), Replicate: int64(i), Name: cand.Name, Settings: mustJSON(cand.Settings), Judge: s.judge,
			N: int64(len(vs)), Clusters: int64(len(cs)), Mean: &mean, Low: finite(max(iv.Low, 0)), High: finite(min(iv.High, 1)),
		}
		for _, v := range vs {
			if v.Error != nil {
				rows[i].Errors++
			}
		}
		if mean > *rows[best].Mean {
			best = i
		}
	}
	draw := rng.New(s.seed, rng.Bootstrap, "select", s.judge+" "+s.data)
	rows[best].Chosen, rows[best].Inflation = true, finite(stats.Inflation(all, luckResamples, rand.New(draw)))
	return s.write(r, rows, best)
}

func (s *selectStep) write(r *runner.Run, rows []tables.Candidate, best int) error {
	var won opened
	for i, p := range s.policies {
		o, err := p.open(r.In(fmt.Sprintf("policy.%d", i)))
		if err != nil {
			return err
		}
		if rows[i].PolicyID = o.ID; i == best {
			won = o
		}
	}
	file, err := copyCheckpoint(r, won)
	if err != nil {
		return err
	}
	row := won.Policy
	row.ID, row.Checkpoint = tables.ID(string(r.Key()), "", 0), file
	note := s.note(rows[best])
	if row.Note != nil {
		note = *row.Note + "; " + note
	}
	row.Note = &note
	if err := writeTable(r, "policies.parquet", []tables.Policy{row}); err != nil {
		return err
	}
	return writeTable(r, "candidates.parquet", rows)
}

// note says in the policies table what was chosen, and what the choice is worth.
func (s *selectStep) note(best tables.Candidate) string {
	text := fmt.Sprintf("%s, chosen from %d candidates by %s on %s: %.1f%%", best.Name, len(s.candidates), s.judge, s.data, 100**best.Mean)
	if best.Inflation != nil {
		text += fmt.Sprintf(", of which %.1f points are expected to be luck", 100**best.Inflation)
	}
	return text
}

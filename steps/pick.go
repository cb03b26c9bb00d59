package steps

import (
	"context"
	"errors"
	"fmt"

	"idiolect/datasets"
	"idiolect/runner"
	"idiolect/runner/tables"
)

// pick adds the steps in which a policy of drafts answers: one that draws them, like
// any other sampling, and one in which the judge picks.
func (c *Compiler) pick(id string, s sampling) (*runner.Action, error) {
	d := s.policy.drafts
	drawing, plain := s, *s.policy
	plain.drafts = nil
	drawing.policy, drawing.samples = &plain, s.samples*d.n
	drafts, err := c.sample(id+".drafts", drawing)
	if err != nil {
		return nil, err
	}
	a := runner.Action{
		ID: id, Kind: "pick", Version: 1, Pos: c.Pos(s.policy.path),
		Inputs: []runner.Input{{Name: "drafts", From: drafts}}, Lines: []runner.Line{line("n", d.n)},
		Says: fmt.Sprintf("the best of %d, %s times, by %s", d.n, s.drawn(), d.judge.ID),
	}
	judge, one, err := c.referee(&a, "judge", d.judge)
	if err != nil {
		return nil, err
	}
	questions := int64(d.n)
	if c.isPairwise(d.judge) {
		questions = (Tournament{Pattern: "all"}).pairs(d.n)
	}
	a.Estimate = one.estimate(s.drawn().times(questions))
	a.Step = &pickStep{judge: judge, n: d.n, drawn: s.drawn()}
	added := c.add(a)
	c.volumes[added] = c.volumes[drafts].kept("best")
	return added, nil
}

// pickStep keeps of every n drafts the one that a judge likes best.
type pickStep struct {
	judge *referee
	n     int
	drawn span // how many are kept
}

// Run writes the drafts that were picked as samples, and what each draft was worth.
// Of equals the first is picked; what the judge cannot judge is picked only where
// there is nothing else.
func (s *pickStep) Run(ctx context.Context, r *runner.Run) (err error) {
	drafts, err := readTable[tables.Sample](r.In("drafts"), "samples.parquet")
	if err != nil {
		return err
	}
	judge := s.judge.anew()
	if err := judge.open(ctx, r); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, judge.close()) }()
	values, questions, calls, err := s.values(ctx, r, judge, drafts)
	if err != nil {
		return err
	}
	var picked []tables.Sample
	told := make([]tables.Draft, len(drafts))
	for from := 0; from < len(drafts); from += s.n {
		best := from
		for i := from; i < from+s.n; i++ {
			told[i] = tables.Draft{
				ID: tables.ID(string(r.Key()), "draft "+drafts[i].RowKey, drafts[i].Replicate), RowKey: drafts[i].RowKey, Replicate: drafts[i].Replicate, SampleID: drafts[i].ID, Value: values[i],
			}
			if values[i] != nil && (values[best] == nil || *values[i] > *values[best]) {
				best = i
			}
		}
		told[best].Chosen = true
		one := drafts[best]
		one.Replicate /= int64(s.n)
		one.ID = tables.ID(string(r.Key()), one.RowKey, one.Replicate)
		picked = append(picked, one)
	}
	numbered(questions)
	return errors.Join(
		writeTable(r, "samples.parquet", picked), writeTable(r, "picks.parquet", told), writeTable(r, "questions.parquet", questions), writeCalls(r, calls))
}

// values is what the judge gives each draft: its own value, or wins minus losses
// against the others of its answer; nil for what cannot be judged.
func (s *pickStep) values(ctx context.Context, r *runner.Run, judge *referee, drafts []tables.Sample) (values []*float64, questions []tables.Question, calls []tables.Call, err error) {
	if len(drafts)%s.n != 0 {
		return nil, nil, nil, fmt.Errorf("%d drafts are no multiple of %d", len(drafts), s.n)
	}
	texts := make([]entrant, len(drafts))
	for i, x := range drafts {
		texts[i] = entrant{row: x.RowKey, replicate: x.Replicate, id: x.ID, user: x.User}
		if texts[i].fields, err = datasets.Fields(x.Fields); err != nil {
			return nil, nil, nil, err
		}
		if x.Error != nil {
			texts[i].missing = "there is no completion: " + *x.Error
		} else {
			texts[i].text = judged(x.Extracted, x.Completion)
		}
	}
	values = make([]*float64, len(drafts))
	add := func(i int, v float64) {
		if values[i] == nil {
			values[i] = new(float64)
		}
		*values[i] += v
	}
	var rulings []ruling
	var of [][2]int
	if judge.kind == "pairwise" {
		var games []game
		for from := 0; from < len(texts); from += s.n {
			for _, p := range (Tournament{Pattern: "all"}).games(s.n, nil) {
				games, of = append(games, game{texts[from+p[0]], texts[from+p[1]]}), append(of, [2]int{from + p[0], from + p[1]})
			}
		}
		rulings, err = judge.compare(ctx, r, "", games)
	} else {
		rulings, err = judge.values(ctx, r, "", texts)
	}
	for k, g := range rulings {
		questions, calls = append(questions, g.questions...), append(calls, g.calls...)
		switch {
		case !g.valid:
		case of == nil:
			add(k, g.value)
		default:
			add(of[k][0], -g.value)
			add(of[k][1], g.value)
		}
	}
	return values, questions, calls, err
}

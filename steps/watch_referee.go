package steps

import (
	"context"
	"errors"
	"fmt"

	"idiolect/datasets"
	"idiolect/runner/tables"
)

// refereed are the verdicts of a referee on what a policy answers after i steps.
func (t *tuning) refereed(ctx context.Context, j watcher, i int, samples []tables.Sample) (verdicts []tables.Verdict, err error) {
	texts := make([]entrant, len(samples))
	verdicts = make([]tables.Verdict, len(samples))
	for k, x := range samples {
		texts[k] = entrant{row: x.RowKey, replicate: int64(i), id: x.ID, user: x.User}
		if x.Error != nil {
			texts[k].missing = "there is no completion: " + *x.Error
		} else {
			texts[k].text = judged(x.Extracted, x.Completion)
		}
		if texts[k].fields, err = datasets.Fields(x.Fields); err != nil {
			return nil, err
		}
		verdicts[k] = tables.Verdict{ID: x.ID, RowKey: x.RowKey, Replicate: x.Replicate, SampleID: x.ID, User: x.User}
	}
	compares := j.referee.kind == "pairwise"
	if i == 0 {
		t.watch.Texts = nil
		for _, e := range texts {
			t.watch.Texts = append(t.watch.Texts, startText{e.text, e.missing})
		}
	}
	var rulings []ruling
	switch {
	case compares && i == 0: // nothing is compared with itself
		for range texts {
			rulings = append(rulings, ruling{valid: true})
		}
	default:
		if rulings, err = t.ruled(ctx, j, i, texts); err != nil {
			return nil, err
		}
	}
	for k, g := range rulings {
		j.referee.write(&verdicts[k], g, compares)
		t.watch.Calls = append(t.watch.Calls, g.calls...)
	}
	return verdicts, nil
}

// ruled asks the referee.
func (t *tuning) ruled(ctx context.Context, j watcher, i int, texts []entrant) (rulings []ruling, err error) {
	f := j.referee.anew()
	if err := f.open(ctx, t.r); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	round := fmt.Sprintf("after %d", i)
	if f.kind == "pairwise" {
		games := make([]game, len(texts))
		for k, e := range texts {
			before := e
			before.replicate, before.id, before.text, before.missing = 0, "", t.watch.Texts[k].Text, t.watch.Texts[k].Missing
			games[k] = game{e, before}
		}
		rulings, err = f.compare(ctx, t.r, round, games)
	} else {
		rulings, err = f.values(ctx, t.r, round, texts)
	}
	if why := f.health().broken(); why != nil && err == nil {
		t.r.Log("judge %s of the monitor after %d steps: %v", f.id, i, why)
	}
	return rulings, err
}

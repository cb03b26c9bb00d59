package steps

import (
	"context"
	"fmt"

	"idiolect/internal/rng"
)

// reward has every answer judged: by itself, or against others of its group in a
// tournament. One that did not end loses format_coef.
func (o *reinforcement) reward(ctx context.Context, t *tuning, i int, groups [][]*rollout, metrics map[string]float64) error {
	round := fmt.Sprintf("step%d", i+1)
	var err error
	if o.judge.kind == "pairwise" {
		err = o.tournament(ctx, t, i, round, groups, metrics)
	} else {
		err = o.grades(ctx, t, round, groups, metrics)
	}
	if err != nil {
		return err
	}
	if err := o.judge.health().broken(); err != nil {
		return fmt.Errorf("judge %s is broken, and rewards by it are noise: %w", o.judge.id, err)
	}
	for _, g := range groups {
		for _, x := range g {
			x.reward = x.worth
			if !x.finished() {
				x.reward -= o.Hyperparameters.FormatCoef
			}
		}
	}
	return nil
}

// entrant is an answer as a judge sees it: what the prompt extracts of it, where it
// does.
func (x *rollout) entrant(t *tuning) entrant {
	e := entrant{row: x.ask.row.RowKey, replicate: x.ask.replicate, user: x.ask.row.User, fields: x.ask.fields, text: x.answer.Text}
	cut, failure := t.Worn.extract(x.ask.fields, t.scope, e.text)
	if failure != nil {
		e.missing = *failure
	} else if cut != nil {
		e.text = *cut
	}
	return e
}

// grades takes a judge's value of each answer. What it cannot judge is worth
// nothing.
func (o *reinforcement) grades(ctx context.Context, t *tuning, round string, groups [][]*rollout, metrics map[string]float64) error {
	var entrants []entrant
	var all []*rollout
	for _, g := range groups {
		for _, x := range g {
			entrants, all = append(entrants, x.entrant(t)), append(all, x)
		}
	}
	rulings, err := o.judge.values(ctx, t.r, round, entrants)
	if err != nil {
		return err
	}
	for k, r := range rulings {
		t.calls = append(t.calls, r.calls...)
		if r.valid {
			all[k].worth = r.value
		} else {
			metrics["judge/invalid"] += 1 / float64(len(rulings))
		}
	}
	return nil
}

// tournament has answers of a group compared. Of each game the better wins 1 and
// the worse loses 1; a tie, and a verdict that cannot be read, give nothing. A
// reward is wins minus losses, or their mean over the games.
func (o *reinforcement) tournament(ctx context.Context, t *tuning, i int, round string, groups [][]*rollout, metrics map[string]float64) error {
	outsiders, err := o.outsiders(ctx, t, round, groups)
	if err != nil {
		return err
	}
	var games []game
	var of [][2]*rollout // who plays; the first is nil for an answer of the start policy
	for k, g := range groups {
		if outsiders != nil {
			for _, x := range g {
				if s := outsiders[k]; s != nil {
					games, of = append(games, game{*s, x.entrant(t)}), append(of, [2]*rollout{nil, x})
				}
			}
			continue
		}
		draw := rng.New(t.seed, rng.Judge, "", fmt.Sprintf("%s.games%d.%d", t.draw, i+1, k))
		for _, p := range o.Tournament.games(len(g), draw) {
			games, of = append(games, game{g[p[0]].entrant(t), g[p[1]].entrant(t)}), append(of, [2]*rollout{g[p[0]], g[p[1]]})
		}
	}
	rulings, err := o.judge.compare(ctx, t.r, round, games)
	if err != nil {
		return err
	}
	won, played := map[*rollout]float64{}, map[*rollout]float64{}
	for k, r := range rulings {
		t.calls = append(t.calls, r.calls...)
		values := r.ordered // in each order that a model saw
		switch {
		case !r.valid:
			values = []float64{0}
		case len(values) == 0:
			values = []float64{r.value}
		}
		ties := 0.0
		for _, v := range values {
			for side, x := range of[k] {
				if x != nil {
					won[x] += v * float64(2*side-1)
					played[x]++
				}
			}
			if v == 0 {
				ties++
			}
		}
		metrics["judge/ties"] += ties / float64(len(values)) / float64(len(rulings))
		if !r.valid {
			metrics["judge/invalid"] += 1 / float64(len(rulings))
		}
	}
	for x, w := range won {
		if x.worth = w; o.Reward == "mean" {
			x.worth = w / played[x]
		}
	}
	return nil
}

// outsiders are the start policy's answers to the rows of the groups, under the
// pattern start; else nil. One that failed is nil.
func (o *reinforcement) outsiders(ctx context.Context, t *tuning, round string, groups [][]*rollout) ([]*entrant, error) {
	if o.Tournament.Pattern != "start" {
		return nil, nil
	}
	var asks []ask
	at := make([]int, len(groups))
	for k, g := range groups {
		if at[k] = -1; len(g) > 0 {
			at[k] = len(asks)
			one := g[0].ask
			one.replicate, one.seed = -1, rng.Seed(t.seed, rng.Sample, one.row.RowKey, fmt.Sprintf("%s.start.%s", t.draw, round))
			asks = append(asks, one)
		}
	}
	answers, err := t.answers(ctx, round+"/start", o.reference, asks)
	if err != nil {
		return nil, err
	}
	out := make([]*entrant, len(groups))
	for k, a := range at {
		if a >= 0 && answers[a].Error == "" {
			e := (&rollout{ask: asks[a], answer: answers[a].Completion}).entrant(t)
			out[k] = &e
		}
	}
	return out, nil
}

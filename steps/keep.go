package steps

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"idiolect/backends"
	"idiolect/datasets"
	"idiolect/internal/rng"
	"idiolect/runner"
	"idiolect/runner/tables"
)

// judgedSamples is one round of samples with its verdicts; rounds count from 1.
type judgedSamples struct {
	samples, verdicts *runner.Action
	round             int
	made              volume // how much there is to train on
}

// keeping says what of judged samples is trained on.
type keeping struct {
	how    string
	rounds []judgedSamples
	draw   string
	target string // extract: what the prompt extracted of the completions; else all of them
	anew   bool   // the policy that is trained is another than was asked: it is asked its own way
}

// keep adds the step that chooses, of judged samples, the rows to train on.
func (c *Compiler) keep(id string, k keeping) *runner.Action {
	step := &keepStep{how: k.how, seed: c.Seed, draw: k.draw, extract: k.target == "extract", anew: k.anew}
	a := runner.Action{
		ID: id, Kind: "keep", Version: 2, Pos: c.Pos(id), Step: step,
		Lines: []runner.Line{line("keep", k.how)},
		Says:  "keep " + k.how,
	}
	if step.extract {
		a.Lines = append(a.Lines, line("target", k.target))
	}
	if step.anew {
		a.Lines = append(a.Lines, line("prompts", "those of the trained policy"))
	}
	if k.how == "random" {
		a.Lines = append(a.Lines, c.seed())
		a.Lines = append(a.Lines, drawLine(k.draw)...)
		if first := k.rounds[0].round; first > 1 {
			a.Lines = append(a.Lines, line("round", first))
		}
	}
	var made volume
	for i, r := range k.rounds {
		step.rounds = append(step.rounds, r.round)
		made = made.plus(r.made.kept(k.how))
		a.Inputs = append(a.Inputs, runner.Input{Name: fmt.Sprintf("samples.%d", i), From: r.samples}, runner.Input{Name: fmt.Sprintf("verdicts.%d", i), From: r.verdicts})
	}
	added := c.add(a)
	c.volumes[added] = made
	return added
}

// keepStep chooses what is trained on:
//
//	accepted  what the judge accepted (a score judge: scored 1)
//	rejected  what it judged and did not accept
//	best      of each row's samples the best-valued one, unless its value is 0
//	pairs     of each row's samples the best-valued over the worst-valued one,
//	          unless all are worth the same: columns chosen and rejected
//	random    as many as were accepted, drawn from all: the control that tells
//	          the judge's choice from training on one's own outputs
//
// Completions that did not end are never kept: trained on, they would teach the
// end where there is none. Errors are never training data.
type keepStep struct {
	how     string
	rounds  []int // their numbers, from 1
	seed    int64
	draw    string
	extract bool // what was judged is trained on, not the completion that it stood in
	anew    bool // without the prompts that were sent
}

// candidate is a sample that may be trained on.
type candidate struct {
	tables.Sample
	value float64
}

// Run writes the kept completions as conversations.
func (s *keepStep) Run(ctx context.Context, r *runner.Run) error {
	var kept []candidate
	for i, round := range s.rounds {
		all, err := s.candidates(r, i)
		if err != nil {
			return err
		}
		chosen, err := s.choose(all, round)
		if err != nil {
			return err
		}
		kept = append(kept, chosen...)
	}
	slices.SortStableFunc(kept, func(a, b candidate) int { return cmp.Compare(a.RowKey, b.RowKey) })
	rows := make([]tables.Row, len(kept))
	seen := map[string]int64{}
	for i, k := range kept {
		var err error
		if rows[i], err = s.row(k, string(r.Key()), seen[k.RowKey]); err != nil {
			return err
		}
		seen[k.RowKey]++
	}
	r.Progress(len(rows), len(rows), "rows kept")
	return writeTable(r, "rows.parquet", rows)
}

// candidates are the finished, judged samples of the i-th round, in row-key order.
func (s *keepStep) candidates(r *runner.Run, i int) ([]candidate, error) {
	samples, err := readTable[tables.Sample](r.In(fmt.Sprintf("samples.%d", i)), "samples.parquet")
	if err != nil {
		return nil, err
	}
	verdicts, err := readTable[tables.Verdict](r.In(fmt.Sprintf("verdicts.%d", i)), "verdicts.parquet")
	if err != nil {
		return nil, err
	}
	if len(samples) != len(verdicts) {
		return nil, fmt.Errorf("round %d has %d samples and %d verdicts", s.rounds[i], len(samples), len(verdicts))
	}
	var all []candidate
	for i, x := range samples {
		v := verdicts[i]
		if v.SampleID != x.ID {
			return nil, fmt.Errorf("verdict %s is about sample %s - want %s", v.ID, v.SampleID, x.ID)
		}
		if v.Error == nil && x.Finish != nil && *x.Finish == "stop" {
			all = append(all, candidate{x, verdictValue(v)})
		}
	}
	return all, nil
}

// verdictValue is a verdict as a number: accepted is 1, a score is itself.
func verdictValue(v tables.Verdict) float64 {
	switch {
	case v.Score != nil:
		return *v.Score
	case v.Accepted != nil && *v.Accepted:
		return 1
	}
	return 0
}

func (s *keepStep) choose(all []candidate, round int) ([]candidate, error) {
	accepted := func(c candidate) bool { return c.value >= 1 }
	switch s.how {
	case "rejected":
		return slices.DeleteFunc(all, accepted), nil
	case "best":
		return best(all), nil
	case "pairs":
		return pairUp(all)
	case "random":
		n := 0
		for _, c := range all {
			if accepted(c) {
				n++
			}
		}
		drawn := rng.New(s.seed, rng.Order, "keep random", fmt.Sprintf("%s.r%d", s.draw, round)).Perm(len(all))[:n]
		slices.Sort(drawn)
		out := make([]candidate, n)
		for i, at := range drawn {
			out[i] = all[at]
		}
		return out, nil
	}
	return slices.DeleteFunc(all, func(c candidate) bool { return !accepted(c) }), nil
}

// ends calls f with the best-valued and the worst-valued of each row's samples, the
// first of equals.
func ends(all []candidate, f func(best, worst candidate)) {
	for i := 0; i < len(all); {
		top, low, j := i, i, i+1
		for ; j < len(all) && all[j].RowKey == all[i].RowKey; j++ {
			if all[j].value > all[top].value {
				top = j
			}
			if all[j].value < all[low].value {
				low = j
			}
		}
		f(all[top], all[low])
		i = j
	}
}

// best keeps one of each row's samples, unless all are worth nothing.
func best(all []candidate) (out []candidate) {
	ends(all, func(best, _ candidate) {
		if best.value > 0 {
			out = append(out, best)
		}
	})
	return out
}

// pairUp makes of each row's samples one, with the best-valued and the worst-valued
// completion as the columns chosen and rejected.
func pairUp(all []candidate) (out []candidate, err error) {
	ends(all, func(best, worst candidate) {
		if best.value == worst.value {
			return
		}
		fields, broken := datasets.Fields(best.Fields)
		if broken != nil {
			err = fmt.Errorf("sample %s: %w", best.ID, broken)
			return
		}
		fields["chosen"], fields["rejected"] = *best.Completion, *worst.Completion
		best.Fields = mustJSON(fields)
		out = append(out, best)
	})
	return out, err
}

// row is a kept completion to train on: a conversation, or the answer alone where
// the trained policy is to be asked its own way.
func (s *keepStep) row(k candidate, key string, replicate int64) (tables.Row, error) {
	text := *k.Completion
	if s.extract {
		text = judged(k.Extracted, k.Completion)
	}
	row := tables.Row{
		ID: tables.ID(key, k.RowKey, replicate), RowKey: k.RowKey, Replicate: replicate, Fields: k.Fields, User: k.User,
		Output: &text, Parent: &k.ID,
	}
	if s.anew {
		return row, nil
	}
	ms, err := decodeMessages(k.Messages)
	if err != nil {
		return tables.Row{}, fmt.Errorf("sample %s: %w", k.ID, err)
	}
	row.Messages = optional(mustJSON(append(ms, backends.Message{Role: "assistant", Content: text})))
	return row, nil
}

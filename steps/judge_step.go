package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"idiolect/datasets"
	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

// refereed adds a step whose verdicts a referee gives: those of a model, and those
// on two samples. about are what it judges, a step of one of the kinds below, asked
// how many things that are.
func (c *Compiler) refereed(id string, ref specs.JudgeRef, about []runner.Input, asked span, from bench) (*runner.Action, error) {
	a := runner.Action{
		ID: id, Kind: "referee", Version: 1, Pos: c.Pos("judges." + ref.ID), Inputs: slices.Clone(about), Lines: from.lines(),
	}
	f, one, err := c.referee(&a, "judge", ref)
	if err != nil {
		return nil, err
	}
	a.Lines = append(a.Lines, line("judge", f.name))
	a.Says = fmt.Sprintf("%s by %s", f.title, f.who())
	a.Estimate = one.estimate(asked)
	a.Step = &refereeStep{referee: f, bench: from}
	return c.add(a), nil
}

// bench is where a referee's step finds what is judged.
type bench interface {
	lines() []runner.Line
	// texts are what is judged by itself; of games they are the first.
	texts(r *runner.Run) (texts, against []entrant, about []tables.Verdict, err error)
}

// refereeStep judges texts by themselves, or with what they are held against.
type refereeStep struct {
	*referee
	bench
}

// refereedAtOnce bounds how many rulings are made at a time.
const refereedAtOnce = 4096

// Run writes a verdict for each text or pair, and the questions that a model was
// asked.
func (s *refereeStep) Run(ctx context.Context, r *runner.Run) (err error) {
	texts, against, about, err := s.texts(r)
	if err != nil {
		return err
	}
	f := s.anew()
	if err := f.open(ctx, r); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	var questions []tables.Question
	var calls []tables.Call
	for from := 0; from < len(texts); from += refereedAtOnce {
		to := min(from+refereedAtOnce, len(texts))
		rulings, err := f.rule(ctx, r, texts[from:to], against, from)
		if err != nil {
			return err
		}
		for i, g := range rulings {
			f.write(&about[from+i], g, against != nil)
			questions, calls = append(questions, g.questions...), append(calls, g.calls...)
		}
		if err := progress(r, to, len(texts), "verdicts"); err != nil && to < len(texts) {
			return err
		}
	}
	if err := writeTable(r, "verdicts.parquet", about); err != nil || f.model == nil {
		return err
	}
	numbered(questions)
	return errors.Join(writeTable(r, "questions.parquet", questions), writeCalls(r, calls))
}

// rule judges some texts, from the at-th, or holds them against as many others.
func (f *referee) rule(ctx context.Context, r *runner.Run, texts, against []entrant, at int) ([]ruling, error) {
	if against == nil {
		return f.values(ctx, r, "", texts)
	}
	games := make([]game, len(texts))
	for i, e := range texts {
		games[i] = game{e, against[at+i]}
	}
	return f.compare(ctx, r, "", games)
}

// numbered puts the questions in the order of tables and numbers those of a row.
func numbered(qs []tables.Question) {
	slices.SortStableFunc(qs, func(a, b tables.Question) int { return strings.Compare(a.RowKey, b.RowKey) })
	for i := range qs {
		qs[i].Replicate = 0
		if i > 0 && qs[i].RowKey == qs[i-1].RowKey {
			qs[i].Replicate = qs[i-1].Replicate + 1
		}
	}
}

// write tells a ruling in a verdict. Of a game its score is the share of the win
// that the first has: 1, one half for a tie, 0; the mean over both orders.
func (f *referee) write(v *tables.Verdict, g ruling, pair bool) {
	v.Judge, v.Kind, v.Criteria = f.name, f.kind, "{}"
	if !g.valid {
		v.Error = optional(g.reason)
		return
	}
	v.ParseOK, v.Reason = true, optional(g.reason)
	if g.criteria != nil {
		v.Criteria = mustJSON(g.criteria)
	}
	switch {
	case pair:
		prefers, share := g.prefers(), (1-g.value)/2
		v.Prefers, v.Score = &prefers, &share
		if len(g.ordered) == 1 && len(g.questions) > 0 {
			v.Order = g.questions[0].Order
		}
	case f.kind == "accept":
		yes := g.value > 0
		v.Accepted = &yes
	default:
		v.Score = &g.value
	}
}

// ofSamples judges every sample of a policy.
type ofSamples struct{}

func (ofSamples) lines() []runner.Line { return nil }

func (ofSamples) texts(r *runner.Run) (texts, against []entrant, about []tables.Verdict, err error) {
	texts, about, err = sampled(r, "samples")
	return texts, nil, about, err
}

// ofPairs holds every sample of a policy against another's about the same row.
type ofPairs struct{}

func (ofPairs) lines() []runner.Line { return []runner.Line{line("judged", "pairs of samples")} }

func (ofPairs) texts(r *runner.Run) (texts, against []entrant, about []tables.Verdict, err error) {
	texts, about, err = sampled(r, "samples")
	if err != nil {
		return nil, nil, nil, err
	}
	against, _, err = sampled(r, "against")
	if err != nil {
		return nil, nil, nil, err
	}
	if len(texts) != len(against) {
		return nil, nil, nil, fmt.Errorf("%d samples are held against %d", len(texts), len(against))
	}
	for i := range texts {
		if texts[i].row != against[i].row || texts[i].replicate != against[i].replicate {
			return nil, nil, nil, fmt.Errorf("sample %s is held against %s, which is about another row", texts[i].id, against[i].id)
		}
		about[i].OtherID = &against[i].id
	}
	return texts, against, about, nil
}

// sampled reads samples as entrants, with the verdicts on them begun.
func sampled(r *runner.Run, input string) ([]entrant, []tables.Verdict, error) {
	var texts []entrant
	var about []tables.Verdict
	for x, err := range eachRow[judgedColumns](r.In(input), "samples.parquet") {
		if err != nil {
			return nil, nil, err
		}
		e := entrant{row: x.RowKey, replicate: x.Replicate, id: x.ID, user: x.User}
		if x.Error != nil {
			e.missing = "there is no completion: " + *x.Error
		} else {
			e.text = judged(x.Extracted, x.Completion)
		}
		if e.fields, err = datasets.Fields(x.Fields); err != nil {
			return nil, nil, err
		}
		texts = append(texts, e)
		about = append(about, tables.Verdict{
			ID: tables.ID(string(r.Key()), x.RowKey, x.Replicate), RowKey: x.RowKey, Replicate: x.Replicate, SampleID: x.ID, PolicyID: x.PolicyID, User: x.User,
		})
	}
	return texts, about, nil
}

// ofRows judges rows that hold what is judged: an output, or a and b. Their labels
// no judge sees.
type ofRows struct {
	split string
	pairs bool // a and b
}

func (s ofRows) lines() []runner.Line {
	lines := splitLine("rows", s.split)
	if s.pairs {
		lines = append(lines, line("judged", "a and b"))
	}
	return lines
}

func (s ofRows) texts(r *runner.Run) (texts, against []entrant, about []tables.Verdict, err error) {
	rows, err := readTable[tables.Row](r.In("rows"), "rows.parquet")
	if err != nil {
		return nil, nil, nil, err
	}
	for _, row := range rows {
		if !inSplit(s.split, deref(row.Split)) {
			continue
		}
		fields, err := datasets.Fields(row.Fields)
		if err != nil {
			return nil, nil, nil, err
		}
		entrant := func(column string, replicate int64) entrant {
			e := entrant{row: row.RowKey, replicate: replicate, id: row.ID, user: row.User, fields: unlabelled(fields)}
			text, ok := fields[column].(string)
			if e.text = text; !ok {
				e.missing = "the row has no text in a column " + column
			}
			return e
		}
		if s.pairs {
			texts, against = append(texts, entrant("a", 2*row.Replicate)), append(against, entrant("b", 2*row.Replicate+1))
		} else {
			texts = append(texts, entrant("output", row.Replicate))
		}
		about = append(about, tables.Verdict{
			ID: tables.ID(string(r.Key()), row.RowKey, row.Replicate), RowKey: row.RowKey, Replicate: row.Replicate, SampleID: row.ID, User: row.User,
		})
	}
	return texts, against, about, nil
}

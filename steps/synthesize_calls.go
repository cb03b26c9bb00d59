package steps

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"idiolect/datasets"
	"idiolect/internal/rng"
	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

// synthesizeStep asks a policy for lists of items.
type synthesizeStep struct {
	*sampleStep
	source *Synthesize
}

// listCall is one call for a list. Its key does not depend on the other calls, so
// that another topic, or more calls, change none of those there were.
type listCall struct {
	Number int            `json:"call"` // from 1, in the order of planning
	About  map[string]any `json:"about"`
	key    string
	topic  string // id of the row that brought it; "" without one
}

// Run asks each call until its answer is a list, as often as it may. Every answer
// is journaled, those that are no list too: a resumed step goes on at the try at
// which it was.
func (s *synthesizeStep) Run(ctx context.Context, r *runner.Run) error {
	settled, err := s.settled(r)
	if err != nil {
		return err
	}
	s = &synthesizeStep{settled, s.source}
	calls, err := s.calls(r)
	if err != nil {
		return err
	}
	asks, err := s.asks(r, calls)
	if err != nil {
		return err
	}
	sampler, policyID, err := s.open(ctx, r)
	if err != nil {
		return err
	}
	defer sampler.Close()
	var samples []tables.Sample
	var paid []tables.Call
	for try := 0; try <= s.source.Retries && len(asks) > 0; try++ {
		for i := range asks {
			asks[i].replicate, asks[i].seed = int64(try), rng.Seed(s.seed, rng.Sample, asks[i].row.RowKey, fmt.Sprint(try))
		}
		answers, err := s.answers(ctx, r, sampler, asks)
		if err != nil {
			return err
		}
		var again []ask
		for i, a := range asks {
			x, err := s.list(string(r.Key()), a, answers[i], policyID)
			if err != nil {
				return err
			}
			samples, paid = append(samples, x), append(paid, s.call(string(r.Key()), a.row.RowKey, a.replicate, answers[i]))
			if x.Error != nil {
				again = append(again, a)
			}
		}
		asks = again
	}
	slices.SortFunc(samples, func(a, b tables.Sample) int {
		return cmp.Or(cmp.Compare(a.RowKey, b.RowKey), cmp.Compare(a.Replicate, b.Replicate))
	})
	slices.SortFunc(paid, func(a, b tables.Call) int {
		return cmp.Or(cmp.Compare(a.RowKey, b.RowKey), cmp.Compare(a.Replicate, b.Replicate))
	})
	if err := writeTable(r, "samples.parquet", samples); err != nil {
		return err
	}
	return writeCalls(r, paid)
}

// list is an answer as a row of the samples: what was extracted of it is the JSON
// list of its items, at most as many as were asked for.
func (s *synthesizeStep) list(key string, a ask, ans answer, policyID string) (tables.Sample, error) {
	x := s.sample(key, a, ans, policyID)
	if x.Error != nil {
		return x, nil
	}
	items := datasets.Items(judged(x.Extracted, x.Completion), s.source.Fields, ans.Completion.Finish == "length")
	if len(items) == 0 {
		x.Extracted, x.Error = nil, optional(s.source.noList(ans.Completion.Finish))
		return x, nil
	}
	text, err := datasets.Canonical(items[:min(len(items), s.source.PerCall)])
	x.Extracted = &text
	return x, err
}

// noList says what an answer is not.
func (s *Synthesize) noList(finish string) string {
	want := "a JSON list of texts"
	if len(s.Fields) > 1 {
		want = "a JSON list of objects with " + strings.Join(s.Fields, ", ")
	}
	if finish == "length" {
		return "cut off at max_tokens before the first item of " + want
	}
	return "no item of " + want
}

// calls are all calls, with what each is about: every topic in its turn, or one
// that is drawn.
func (s *synthesizeStep) calls(r *runner.Run) ([]listCall, error) {
	topics, err := s.topics(r)
	if err != nil {
		return nil, err
	}
	var calls []listCall
	seen := map[string]int{}
	for _, t := range topics {
		text, err := datasets.Canonical(t.About)
		if err != nil {
			return nil, err
		}
		for range s.source.callsPerTopic() { // none without per_topic
			seen[text]++
			t.key = callKey(fmt.Sprint(seen[text]), text)
			calls = append(calls, t)
		}
	}
	for i := range s.source.Calls {
		one := listCall{key: callKey(fmt.Sprint(i + 1))}
		drawn := one
		if len(topics) > 0 {
			drawn = topics[rng.New(s.seed, rng.Sample, one.key, "topic").IntN(len(topics))]
		}
		drawn.key = one.key
		calls = append(calls, drawn)
	}
	for i := range calls {
		calls[i].Number = i + 1
	}
	return calls, nil
}

// callKey is that of a call; it stands where samples of rows have their row's.
func callKey(parts ...string) string {
	h := sha256.Sum256([]byte("idiolect-call/1\n" + strings.Join(parts, "\n")))
	return hex.EncodeToString(h[:16])
}

// topics are what the calls are about, in the order of the spec or of the rows.
func (s *synthesizeStep) topics(r *runner.Run) ([]listCall, error) {
	var out []listCall
	for _, t := range s.source.Topics.List {
		out = append(out, listCall{About: map[string]any{"topic": t}})
	}
	ref := s.source.Topics.Data
	if ref.ID == "" {
		return out, nil
	}
	rows, err := inFileOrder(r.In("topics"), ref.Split)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		fields, err := datasets.Fields(row.Fields)
		if err != nil {
			return nil, err
		}
		out = append(out, listCall{About: fields, topic: row.ID})
	}
	return out, nil
}

// asks renders what each call says.
func (s *synthesizeStep) asks(r *runner.Run, calls []listCall) ([]ask, error) {
	own, err := s.policy.Prompt.shots(r, s.scope)
	if err != nil {
		return nil, err
	}
	shown, err := s.shown(r)
	if err != nil {
		return nil, err
	}
	asks := make([]ask, len(calls))
	for i, c := range calls {
		text, err := datasets.Canonical(c)
		if err != nil {
			return nil, err
		}
		row := tables.Row{ID: c.topic, RowKey: c.key, Fields: text}
		fields := datasets.Env(c.About, map[string]any{"count": s.source.PerCall})
		if shown != nil {
			if fields["examples"], err = shown.examples(row); err != nil {
				return nil, err
			}
		}
		ms, err := own.messages(row, fields)
		if err != nil {
			return nil, fmt.Errorf("call %d: %w", c.Number, err)
		}
		asks[i] = ask{row: row, fields: fields, messages: ms}
	}
	return asks, nil
}

// shown are the rows that calls show; nil: none.
func (s *synthesizeStep) shown(r *runner.Run) (*shots, error) {
	x := s.source.Examples
	if x == nil {
		return nil, nil
	}
	rows, err := inFileOrder(r.In("shown"), x.Data.Split)
	if err == nil && x.Choose == "first" {
		rows = rows[:min(x.Count, len(rows))]
	}
	return &shots{Asking: &Asking{Prompt: &specs.Prompt{Examples: x}, seed: s.seed}, rows: rows}, err
}

// examples are the columns of those that a call shows.
func (s *shots) examples(call tables.Row) ([]any, error) {
	rows, err := s.about(call, nil)
	if err != nil {
		return nil, err
	}
	var out []any
	for _, row := range rows {
		fields, err := datasets.Fields(row.Fields)
		if err != nil {
			return nil, err
		}
		out = append(out, fields)
	}
	return out, nil
}

package steps

import (
	"errors"
	"fmt"

	"idiolect/datasets"
	"idiolect/internal/rng"
	"idiolect/runner"
	"idiolect/runner/tables"
)

// asks are the questions about the rows of an input, in row-key order.
func (s *sampleStep) asks(r *runner.Run, input string) ([]ask, error) {
	rows, err := readTable[tables.Row](r.In(input), "rows.parquet")
	if err != nil {
		return nil, err
	}
	shots, err := s.policy.Prompt.shots(r, s.scope)
	if err != nil {
		return nil, err
	}
	var asks []ask
	at := 0
	for _, row := range rows {
		if !inSplit(s.split, deref(row.Split)) {
			continue
		}
		if at++; !s.part.has(at) || !s.share.has(s.seed, row.RowKey) {
			continue
		}
		fields, err := datasets.Fields(row.Fields)
		if err != nil {
			return nil, err
		}
		ms, err := shots.messages(row, fields)
		if err != nil {
			return nil, fmt.Errorf("data.%s, %s: %w", s.data.id, placeOf(row), err)
		}
		for k := range s.samples {
			asks = append(asks, ask{row, fields, ms, int64(k), rng.Seed(s.seed, rng.Sample, row.RowKey, fmt.Sprintf("%s.%d", s.replicate, k))})
		}
	}
	return asks, nil
}

// placeOf names a row for people: by its line where it was read from a file.
func placeOf(row tables.Row) string {
	if row.Source != nil {
		return *row.Source
	}
	return "row " + row.RowKey
}

// sample is an answer as a row of the samples.
func (s *sampleStep) sample(key string, a ask, ans answer, policyID string) tables.Sample {
	row := tables.Sample{
		ID: tables.ID(key, a.row.RowKey, a.replicate), RowKey: a.row.RowKey, Replicate: a.replicate, RowID: a.row.ID, PolicyID: policyID, Messages: mustJSON(a.messages),
		Expected: a.row.Output, Fields: a.row.Fields, Tokens: ans.Completion.Tokens, Logprobs: ans.Completion.Logprobs,
		PromptTokens: int64(ans.Completion.PromptTokens), Finish: optional(ans.Completion.Finish),
		Seed: fmt.Sprintf("%016x", a.seed), Error: optional(ans.Error), User: a.row.User,
	}
	if ans.Error == "" {
		row.Completion = &ans.Completion.Text
		row.Extracted, row.Error = s.policy.Prompt.extract(a.fields, s.scope, ans.Completion.Text)
	}
	return row
}

func (s *sampleStep) write(r *runner.Run, asks []ask, answers []answer, policyID string) error {
	samples, calls := make([]tables.Sample, len(asks)), make([]tables.Call, len(asks))
	for i, a := range asks {
		ans := answers[i]
		samples[i] = s.sample(string(r.Key()), a, ans, policyID)
		calls[i] = s.call(string(r.Key()), a.row.RowKey, a.replicate, ans)
	}
	if err := writeTable(r, "samples.parquet", samples); err != nil {
		return err
	}
	return writeCalls(r, calls)
}

// call is what an answer took.
func (s *sampleStep) call(key, rowKey string, replicate int64, a answer) tables.Call {
	id := tables.ID(key, rowKey, replicate)
	return tables.Call{
		ID: id, RowKey: rowKey, Replicate: replicate, SampleID: id, Attempt: 1, StartUnixMicro: a.Start.UnixMicro(), LatencyMicros: a.Latency.Microseconds(),
		PromptTokens: int64(a.Completion.PromptTokens), OutputTokens: int64(len(a.Completion.Tokens)), Error: optional(a.Error),
		PriceNanoUSD: s.policy.paid(a.Completion),
	}
}

// writeCalls writes what a clock measured, apart from what runs agree on.
func writeCalls(r *runner.Run, calls []tables.Call) error {
	w, err := r.CreateVolatile("calls.parquet")
	if err != nil {
		return err
	}
	return errors.Join(tables.Write(w, calls), w.Close())
}

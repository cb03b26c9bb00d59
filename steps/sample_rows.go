package steps

import (
	"errors"
	"fmt"

	"idiolect/datasets"
	"idiolect/internal/rng"
	"idiolect/runner"
	"idiolect/runner/tables"
)

// asks are the questions in row-key order.
func (s *sampleStep) asks(r *runner.Run) ([]ask, error) {
	rows, err := readTable[tables.Row](r.In("rows"), "rows.parquet")
	if err != nil {
		return nil, err
	}
	examples, err := s.policy.Prompt.examples(r)
	if err != nil {
		return nil, err
	}
	var asks []ask
	at := 0
	for _, row := range rows {
		if !inSplit(s.split, deref(row.Split)) {
			continue
		}
		if at++; !s.part.has(at) {
			continue
		}
		fields, err := datasets.Fields(row.Fields)
		if err != nil {
			return nil, err
		}
		ms, err := s.policy.Prompt.Messages(fields, s.scope, examples)
		if err != nil {
			return nil, fmt.Errorf("%s, %s: %w", s.data.action.ID, placeOf(row), err)
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

func (s *sampleStep) write(r *runner.Run, asks []ask, answers []answer, policyID string) error {
	samples, calls := make([]tables.Sample, len(asks)), make([]tables.Call, len(asks))
	for i, a := range asks {
		ans := answers[i]
		id := tables.ID(string(r.Key()), a.row.RowKey, a.replicate)
		row := tables.Sample{
			ID: id, RowKey: a.row.RowKey, Replicate: a.replicate, RowID: a.row.ID, PolicyID: policyID, Messages: mustJSON(a.messages),
			Expected: a.row.Output, Fields: a.row.Fields, Tokens: ans.Completion.Tokens, Logprobs: ans.Completion.Logprobs,
			PromptTokens: int64(ans.Completion.PromptTokens), Finish: optional(ans.Completion.Finish),
			Seed: fmt.Sprintf("%016x", a.seed), Error: optional(ans.Error), User: a.row.User,
		}
		if ans.Error == "" {
			row.Completion = &ans.Completion.Text
			row.Extracted, row.Error = s.policy.Prompt.extract(a.fields, s.scope, ans.Completion.Text)
		}
		samples[i] = row
		calls[i] = tables.Call{
			ID: id, RowKey: a.row.RowKey, Replicate: a.replicate, SampleID: id, Attempt: 1, StartUnixMicro: ans.Start.UnixMicro(), LatencyMicros: ans.Latency.Microseconds(),
			PromptTokens: int64(ans.Completion.PromptTokens), OutputTokens: int64(len(ans.Completion.Tokens)), Error: optional(ans.Error),
			PriceNanoUSD: s.policy.paid(ans.Completion),
		}
	}
	if err := writeTable(r, "samples.parquet", samples); err != nil {
		return err
	}
	w, err := r.CreateVolatile("calls.parquet")
	if err != nil {
		return err
	}
	return errors.Join(tables.Write(w, calls), w.Close())
}

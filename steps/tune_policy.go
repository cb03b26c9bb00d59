package steps

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

// write puts policy, weights and log into the artifact.
func (t *tuning) write() error {
	w, err := t.r.Create(checkpointFile)
	if err != nil {
		return err
	}
	if t.watch.Best != nil {
		_, err = w.Write(t.watch.Best)
	} else {
		err = t.trainer.SavePolicy(w)
	}
	if err := errors.Join(err, w.Close()); err != nil {
		return err
	}
	name := checkpointFile
	return t.describe(&name, t.chosen())
}

// chosen says which weights a judge chose, and marks them in the monitor's table;
// null when the last were kept.
func (t *tuning) chosen() *string {
	if t.watch.Best == nil {
		return nil
	}
	note := fmt.Sprintf("the weights after step %d of %d, which %s liked best of those it was shown", t.watch.At, len(t.log), t.Monitor.best)
	for i := range t.watch.Seen {
		row := &t.watch.Seen[i]
		row.Chosen = row.Judge == t.Monitor.best && row.Step == int64(t.watch.At)
	}
	return &note
}

// untrained writes the start policy again: there was nothing to train on, and
// the report has to say so instead of claiming an effect of zero.
func (t *tuning) untrained() error {
	file, err := copyCheckpoint(t.r, t.base)
	if err != nil {
		return err
	}
	note := "no rows to train on: this is the start policy, untrained"
	t.r.Log("%s", note)
	return t.describe(file, &note)
}

func (t *tuning) describe(checkpoint, note *string) error {
	row := tables.Policy{
		ID: tables.ID(string(t.r.Key()), "", 0), Backend: t.Start.Backend.Name(), Model: label(t.Start.Info), Revision: t.Start.Info.Revision,
		Checkpoint: checkpoint, Prompt: t.prompt, Parent: optional(t.base.ID), Method: t.kind,
		Settings: settingsJSON(t.settings(), "hyperparameters"),
		Sampling: settingsJSON(settingLines("sampling", &t.Start.Sampling, &specs.Sampling{}), "sampling"), Rows: int64(t.rows()), Note: note,
	}
	if err := writeTable(t.r, "policies.parquet", []tables.Policy{row}); err != nil {
		return err
	}
	err := writeTable(t.r, "training.parquet", t.log)
	if t.Monitor != nil {
		err = errors.Join(err, writeTable(t.r, "monitor.parquet", t.watch.Seen))
	}
	if t.Monitor == nil && t.calls == nil {
		return err
	}
	calls := append(t.calls, t.watch.Calls...)
	slices.SortFunc(calls, func(a, b tables.Call) int {
		return cmp.Or(cmp.Compare(a.RowKey, b.RowKey), cmp.Compare(a.Replicate, b.Replicate), cmp.Compare(a.ID, b.ID))
	})
	calls = slices.CompactFunc(calls, func(a, b tables.Call) bool { return a.ID == b.ID }) // a round that was begun again
	return errors.Join(err, writeCalls(t.r, calls))
}

// copyCheckpoint copies a policy's weights into the artifact being made; a
// policy without weights of its own has none to copy.
func copyCheckpoint(r *runner.Run, p opened) (*string, error) {
	if p.model.Checkpoint == "" {
		return nil, nil
	}
	f, err := os.Open(p.model.Checkpoint)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	w, err := r.Create(checkpointFile)
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(w, f); err != nil {
		w.Close()
		return nil, err
	}
	name := checkpointFile
	return &name, w.Close()
}

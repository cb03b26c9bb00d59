package steps

import (
	"io"
	"os"

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
	if err := t.trainer.SavePolicy(w); err != nil {
		w.Close()
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	name := checkpointFile
	return t.describe(&name, nil)
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
	s := t.settings
	if s.LearningRate.Auto && t.steps > 0 {
		s.LearningRate = specs.Auto{Value: t.rate}
	}
	row := tables.Policy{
		ID: tables.ID(string(t.r.Key()), "", 0), Backend: t.start.Backend.Name(), Model: label(t.start.Info), Revision: t.start.Info.Revision,
		Checkpoint: checkpoint, Prompt: t.prompt, Parent: optional(t.base.ID), Method: "sft",
		Settings: settingsJSON(settingLines("hyperparameters", &s, nil), "hyperparameters"),
		Sampling: settingsJSON(settingLines("sampling", &t.start.Sampling, &specs.Sampling{}), "sampling"), Rows: int64(len(t.data)), Note: note,
	}
	if err := writeTable(t.r, "policies.parquet", []tables.Policy{row}); err != nil {
		return err
	}
	return writeTable(t.r, "training.parquet", t.log)
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

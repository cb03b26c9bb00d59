package steps

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"idiolect/backends"
	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

// imported lowers a model whose weights are a file: a policy of a finished run,
// or a checkpoint. They are copied into the store, so that what they come from may
// be deleted, and read from there; where they lay is in no key.
func (c *Compiler) imported(path string, m *specs.Model) (*Policy, error) {
	if m.Run == "" {
		return c.checkpoint(path, m)
	}
	old, err := c.finished(path, m)
	if err != nil {
		return nil, err
	}
	p, err := c.baseOf(path, m, old)
	if err != nil {
		return nil, err
	}
	if p.Prompt, err = c.restored(old.Prompt); err != nil {
		return nil, c.Errorf(path+".method", "run its spec again with this release", "%s of %s: %v", m.Method, m.Run, err)
	}
	sampling, err := storedSampling(old.Sampling)
	if err != nil {
		return nil, c.Errorf(path+".method", "run its spec again with this release", "%s of %s: its sampling cannot be read: %v", m.Method, m.Run, err)
	}
	p.Sampling = laid(sampling, m.Sampling)
	step := &importStep{policy: p, row: old.Policy, weights: old.weights}
	p.Action = c.bring(path, step, fmt.Sprintf("take over %s of a finished run", m.Method), line("policy", "sha256:"+old.sum))
	return p, nil
}

// checkpoint lowers a model with weights of its own: a file that was saved from
// the model that name says.
func (c *Compiler) checkpoint(path string, m *specs.Model) (*Policy, error) {
	if b, ok := c.machines.Find(m.Backend); ok && backends.IsPlanned(b) {
		return c.model(path, m) // the service has it
	}
	if m.Name == "" {
		return nil, c.Errorf(path+".checkpoint", "a folder with a whole model is `name: ./folder`", "missing key: %s needs %q - the model that the checkpoint was trained from", path, "name")
	}
	bare := *m
	bare.Checkpoint = ""
	p, err := c.model(path, &bare)
	if err != nil {
		return nil, err
	}
	file := c.beside(m.Checkpoint)
	sum, err := c.sum(file)
	if err != nil {
		return nil, c.Errorf(path+".checkpoint", "", "checkpoint %s: %v - want a file of weights, such as methods.tuned.policy.safetensors in the artifacts of a run", m.Checkpoint, err)
	}
	s, err := p.Backend.Sampler(c.ctx, backends.Model{Name: p.Info.Name, Checkpoint: file})
	if err != nil {
		return nil, c.Errorf(path+".checkpoint", "", "checkpoint %s is none of %s: %v", m.Checkpoint, label(p.Info), fileless(err, file))
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	prompt, err := p.Prompt.stored(nil, nil)
	if err != nil {
		return nil, err
	}
	row := tables.Policy{Prompt: prompt, Method: "checkpoint", Settings: "{}"}
	p.Action = c.bring(path, &importStep{policy: p, row: row, weights: &source{file, sum}}, "take over a checkpoint of "+label(p.Info))
	return p, nil
}

// bring adds the step that copies a policy into the store.
func (c *Compiler) bring(path string, step *importStep, says string, lines ...runner.Line) *runner.Action {
	lines = append(lines, identity(step.policy.Backend, step.policy.Info)...)
	lines = append(lines, settingLines("sampling", &step.policy.Sampling, &specs.Sampling{})...)
	if step.weights != nil {
		lines = append(lines, line("weights", "sha256:"+step.weights.sum))
	}
	return c.add(runner.Action{ID: path, Kind: "import", Version: 1, Pos: c.Pos(path), Step: step, Lines: lines, Says: says})
}

// beside is a path of the spec as the system takes it.
func (c *Compiler) beside(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(c.Dir, filepath.FromSlash(path))
}

// source is a file that is copied, with the SHA-256 that it had when the plan was
// made.
type source struct{ path, sum string }

// laid lays settings over others: what they do not say stays.
func laid(below, above specs.Sampling) specs.Sampling {
	out := specs.Sampling{
		Temperature: cmp.Or(above.Temperature, below.Temperature), TopP: cmp.Or(above.TopP, below.TopP), TopK: cmp.Or(above.TopK, below.TopK),
		MaxTokens: cmp.Or(above.MaxTokens, below.MaxTokens), Stop: below.Stop,
	}
	if above.Stop != nil {
		out.Stop = above.Stop
	}
	return out
}

// storedSampling reads the sampling of a policies table, as settingsJSON writes it.
func storedSampling(text string) (specs.Sampling, error) {
	var s specs.Sampling
	var said map[string]string
	if err := json.Unmarshal([]byte(text), &said); err != nil {
		return s, err
	}
	for name, value := range said {
		to, ok := map[string]any{"temperature": &s.Temperature, "top_p": &s.TopP, "top_k": &s.TopK, "max_tokens": &s.MaxTokens, "stop": &s.Stop}[name]
		if !ok {
			return s, fmt.Errorf("there is no setting %q", name)
		}
		if err := json.Unmarshal([]byte(value), to); err != nil {
			return s, fmt.Errorf("%s: %w", name, err)
		}
	}
	return s, nil
}

// importStep copies a policy.
type importStep struct {
	policy  *Policy
	row     tables.Policy // as it was, or what is known of a bare checkpoint
	weights *source       // nil: the base model's own
}

// Run writes the policies row and the weights. A file that changed since the plan
// was made would stand for another in every later run too.
func (s *importStep) Run(ctx context.Context, r *runner.Run) error {
	row := s.row
	row.ID, row.Parent = tables.ID(string(r.Key()), "", 0), optional(s.row.ID)
	row.Backend, row.Model, row.Revision = s.policy.Backend.Name(), label(s.policy.Info), s.policy.Info.Revision
	row.Checkpoint = nil
	row.Sampling = settingsJSON(settingLines("sampling", &s.policy.Sampling, &specs.Sampling{}), "sampling")
	if s.weights != nil {
		name := checkpointFile
		row.Checkpoint = &name
		if err := s.weights.copy(r, name); err != nil {
			return err
		}
	}
	return writeTable(r, "policies.parquet", []tables.Policy{row})
}

func (f *source) copy(r *runner.Run, name string) error {
	from, err := os.Open(f.path)
	if err != nil {
		return fmt.Errorf("the weights: %w", nameless(err))
	}
	defer from.Close()
	w, err := r.Create(name)
	if err != nil {
		return err
	}
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(w, h), from)
	if err := errors.Join(err, w.Close()); err != nil {
		return err
	}
	if hex.EncodeToString(h.Sum(nil)) != f.sum {
		return errors.New("the weights were changed after the plan was made - run again")
	}
	return nil
}
